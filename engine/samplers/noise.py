"""Normal numbers that depend on nothing but their key, and the guidance they are denoised with."""

import math

import numpy as np

from engine.samplers.schedule import FloatArray


def guided(conditional: FloatArray, unconditional: FloatArray, guidance_scale: float) -> FloatArray:
    """Classifier-free guidance (Ho & Salimans 2022, arXiv 2207.12598)."""
    return unconditional + np.float32(guidance_scale) * (conditional - unconditional)


def gaussian_noise(seed: int, image: int, draw: int, shape: tuple[int, ...]) -> FloatArray:
    """Standard normal numbers that depend on nothing but (seed, image, draw): draw 0 starts, draw n + 1 is step n's.

    Philox's raw stream is fixed by its definition (Salmon et al. 2011) and Box-Muller is written out here, because
    numpy keeps the right to change how its generators make normal numbers.
    """
    count = math.prod(shape)
    half = (count + 1) // 2
    key = np.array([seed, (image << 32) | draw], dtype=np.uint64)
    raw = np.random.Philox(key=key).random_raw(2 * half)
    uniform = ((raw >> np.uint64(11)) + np.uint64(1)).astype(np.float64) * 2.0**-53  # (0, 1]
    radius = np.sqrt(-2.0 * np.log(uniform[:half]))
    angle = 2.0 * math.pi * uniform[half:]
    normal = np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])
    return normal[:count].astype(np.float32).reshape(shape)
