"""Worked examples of POST and GET /denoise; data and tables are shortened."""

import base64
import struct
from typing import Any

from server.openapi.examples import DESCRIPTION, ID

_ROW = base64.b64encode(struct.pack("<2f", 0.25, -1.5)).decode("ascii")

HALVES_BODY: dict[str, Any] = {
    "latents": _ROW + "...",
    "shape": [2, 16, 12, 8],
    "timesteps": [120, 640.5],
    "descriptions": [DESCRIPTION],
}
GUIDED_BODY: dict[str, Any] = {
    "latents": _ROW + "...",
    "shape": [1, 16, 12, 8],
    "dtype": "float16",
    "timesteps": [640],
    "descriptions": [DESCRIPTION],
    "negative_descriptions": ["blurry"],
    "guidance_scale": 100,
    "priority": "low",
}
DENOISE_ANSWER: dict[str, Any] = {
    "id": ID,
    "model": "figurine",
    "prediction_type": "v_prediction",
    "timings": {"queue_seconds": 0.0, "text_seconds": 0.001, "denoise_seconds": 0.03, "total_seconds": 0.032},
    "shape": [2, 16, 12, 8],
    "dtype": "float32",
    "alphas_cumprod": [0.83, 0.12],
    "conditional": _ROW + "...",
    "unconditional": _ROW + "...",
}
NOISE: dict[str, Any] = {
    "model": "figurine",
    "prediction_type": "v_prediction",
    "num_train_timesteps": 1000,
    "alphas_cumprod": [0.9991, 0.9983],
    "channels": 16,
    "heights": {"minimum": 8, "maximum": 12, "multiple": 1},
    "widths": {"minimum": 8, "maximum": 12, "multiple": 1},
    "sizes": [[12, 8], [10, 10], [8, 12]],
    "pixels_of_a_latent": 16,
    "scaling_factor": 1.0,
    "shift_factor": 0.0,
    "max_rows": 64,
}
