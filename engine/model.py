"""A loaded bundle as four functions: plan words, encode them, run the UNet, decode latents.

It knows one request at a time: what shares a forward is the scheduler's business.

Letters: R rows, C H W latent channels and sides, K text windows, L tokens of a window, D hidden width.
"""

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Any, TypeAlias

import numpy as np
from tokenizers import Tokenizer

from engine.bundle import TEXT_ENCODER_FILE, TOKENIZER_FILE, UNET_FILE, VAE_DECODER_FILE, Bundle
from engine.description import Description
from engine.errors import BundleError, NotFiniteError
from engine.prompt import PromptPlan, PromptPlanner, TokenArray, apply_weights
from engine.samplers import FloatArray, NoiseSchedule
from engine.sessions import OnnxSession, Session

Conditioning: TypeAlias = Mapping[str, FloatArray]

# The empty text, and texts that are asked for again, are encoded once; a window of SDXL's width is 0.6 MB.
NUM_CACHED_WINDOWS = 64


class DiffusionModel:
    """The graphs of a bundle and what their numbers mean; its methods may run in any thread."""

    def __init__(self, bundle: Bundle, *, num_threads: int | None = None) -> None:
        """Loads every graph.

        Args:
            bundle: A verified bundle.
            num_threads: Threads of a forward; None means one for each physical core.

        Raises:
            BundleError: A file is whole but not what it should be.
        """
        manifest = bundle.manifest
        self.manifest = manifest
        self.noise_schedule = _noise_schedule(bundle)
        self._planner = PromptPlanner(
            _tokenizer(bundle),
            window_length=manifest.tokenizer_length,
            start_token=manifest.start_token,
            end_token=manifest.end_token,
            padding_token=manifest.padding_token,
        )
        self._text_encoder: Session = OnnxSession(bundle.file(TEXT_ENCODER_FILE), num_threads=num_threads)
        self._unet: Session = OnnxSession(bundle.file(UNET_FILE), num_threads=num_threads)
        self._vae_decoder: Session = OnnxSession(bundle.file(VAE_DECODER_FILE), num_threads=num_threads)
        self._windows: OrderedDict[bytes, FloatArray] = OrderedDict()
        self._windows_lock = Lock()

    def latent_shape(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Shape of the latents of one picture, [1, C, H, W], for sides in pixels."""
        factor = self.manifest.vae_factor
        return 1, self.manifest.latent_channels, height // factor, width // factor

    def plan(self, description: Description, negative_description: str, *, guided: bool) -> PromptPlan:
        """Windows of a description; without guidance the negative text is not read and takes no window."""
        return self._planner.plan(description, negative_description, guided=guided)

    def encode(self, plan: PromptPlan) -> Conditioning:
        """What the UNet reads for the description, [1, K L, D].

        Raises:
            GenerationError: The text encoder failed.
        """
        states = self._encode_windows(plan.windows)
        if (plan.weights != 1.0).any():
            states = apply_weights(states, self._encode_windows(plan.empty_window), plan.weights)
        return self._conditioning(states)

    def encode_negative(self, plan: PromptPlan) -> Conditioning:
        """What the UNet reads for what must not be there, [1, K L, D]; the encoded empty text where that is nothing.

        Raises:
            GenerationError: The text encoder failed.
        """
        return self._conditioning(self._encode_windows(plan.negative_windows))

    def forward(self, inputs: Mapping[str, FloatArray]) -> FloatArray:
        """One UNet forward over R rows, to [R, C, H, W].

        Raises:
            GenerationError: The UNet failed.
        """
        return self._unet.run(inputs)

    def decode(self, latents: FloatArray) -> FloatArray:
        """Latents of one picture, [1, C, H, W], to its pixels about -1..1, [3, f H, f W].

        Raises:
            GenerationError: The decoder failed.
            NotFiniteError: Its picture holds NaN or infinity.
        """
        unscaled = latents / np.float32(self.manifest.scaling_factor) + np.float32(self.manifest.shift_factor)
        image: FloatArray = self._vae_decoder.run({"latents": unscaled})[0]
        if not np.isfinite(image).all():
            raise NotFiniteError("the decoded picture holds NaN or infinity")
        return image

    def _encode_windows(self, windows: TokenArray) -> FloatArray:
        """Hidden states of windows, [K, L] to [K, L, D].

        One window a run, so that a window's state does not depend on what it was encoded with.
        """
        return np.concatenate([self._encode_window(window[None]) for window in windows])

    def _encode_window(self, window: TokenArray) -> FloatArray:
        key = window.tobytes()
        with self._windows_lock:
            if key in self._windows:
                self._windows.move_to_end(key)
                return self._windows[key]
        states = self._text_encoder.run({"input_ids": window})
        if not np.isfinite(states).all():
            raise NotFiniteError("the text encoder's output holds NaN or infinity")
        with self._windows_lock:
            self._windows[key] = states
            if len(self._windows) > NUM_CACHED_WINDOWS:
                self._windows.popitem(last=False)
        return states

    def _conditioning(self, states: FloatArray) -> Conditioning:
        return {"encoder_hidden_states": states.reshape(1, -1, states.shape[-1])}


def _tokenizer(bundle: Bundle) -> Tokenizer:
    return Tokenizer.from_str(bundle.file(TOKENIZER_FILE).read_text(encoding="utf-8"))


def _noise_schedule(bundle: Bundle) -> NoiseSchedule:
    fields: dict[str, Any] = dict(bundle.manifest.noise_schedule)
    try:
        return NoiseSchedule(**fields)
    except (TypeError, ValueError) as error:
        raise BundleError(f"{bundle.path / 'manifest.json'}: damaged: noise_schedule: {error}") from error
