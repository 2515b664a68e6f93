"""A loaded bundle as five functions: plan words, encode them, encode a picture, run the UNet, decode latents.

It knows one request at a time: what shares a forward is the scheduler's business.

Letters: R rows, C H W latent channels and sides, K text windows, L tokens of a window, D hidden width, P pooled width.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from threading import Lock
from typing import Any, cast

import numpy as np
from tokenizers import Tokenizer

from engine.adapters.stack import Loras
from engine.bundle.manifest import (
    ADAPTED_FILE,
    FAST_DECODER_FILE,
    FEW_STEPS_FILE,
    SECOND_TEXT_ENCODER_FILE,
    TEXT_ENCODER_FILE,
    TOKEN_GROUPS,
    TOKENIZER_FILE,
    UNET_FILE,
    VAE_DECODER_FILE,
    VAE_ENCODER_FILE,
    Bundle,
)
from engine.description import Description
from engine.description.groups import DRAWN_GROUPS
from engine.errors import BundleError, NotFiniteError
from engine.model.adapted import AdaptedUnet, check_family
from engine.model.text import Conditioning, EncodedText, TextEncoders
from engine.prompt.planner import PromptPlan, PromptPlanner, apply_weights
from engine.prompt.windows import TokenArray
from engine.samplers import FloatArray, NoiseSchedule
from engine.sessions import Compiles, Prepares, Session, SessionFactory, TellsMore


class DiffusionModel:
    """The graphs of a bundle and what their numbers mean; its methods may run in any thread."""

    def __init__(self, bundle: Bundle, sessions: SessionFactory, *, adapters: bool = False) -> None:
        """Loads every graph.

        Args:
            bundle: A verified bundle.
            sessions: What runs its graphs.
            adapters: Whether to load the graph that takes adapters, which the bundle must have.

        Raises:
            BundleError: A file is whole but not what it should be.
            ProviderError: What shall run the graphs does not start.
        """
        manifest = bundle.manifest
        self.manifest = manifest
        self.noise_schedule = _noise_schedule(bundle)
        self._sessions = sessions
        self._planner = PromptPlanner(
            _tokenizer(bundle),
            window_length=manifest.tokenizer_length,
            start_token=manifest.start_token,
            end_token=manifest.end_token,
            padding_token=manifest.padding_token,
        )
        second: Session | None = None
        if manifest.family == "sdxl":
            second = sessions.load(SECOND_TEXT_ENCODER_FILE)
        self._text_encoders = TextEncoders(manifest, sessions.load(TEXT_ENCODER_FILE), second)
        self._unet: Session = sessions.load(UNET_FILE)
        check_family(bundle, UNET_FILE, self._unet)
        self._few_steps: Session | None = None
        if FEW_STEPS_FILE in manifest.files:
            self._few_steps = sessions.load(FEW_STEPS_FILE)
            check_family(bundle, FEW_STEPS_FILE, self._few_steps)
        self._bundle = bundle
        self._adapted: AdaptedUnet | None = None
        self._adapted_lock = Lock()
        #: Whether rows without adapters and control come out of the adapted graph as out of their own, to the last bit.
        self.mixes_adapted = False
        if adapters:
            self.load_adapted()
        self._vae_decoder: Session = sessions.load(VAE_DECODER_FILE)
        self._fast_decoder: Session | None = None
        if FAST_DECODER_FILE in manifest.files:
            self._fast_decoder = sessions.load(FAST_DECODER_FILE)
        self._vae_encoder: Session | None = None
        if VAE_ENCODER_FILE in manifest.files:
            self._vae_encoder = sessions.load(VAE_ENCODER_FILE)

    def load_adapted(self) -> None:
        """Loads the graph that takes adapters and control, which the bundle must have, unless it is there.

        Raises:
            BundleError: Its file is whole but not what it should be.
            ProviderError: What shall run it does not start.
        """
        with self._adapted_lock:
            if self._adapted is None:
                adapted = AdaptedUnet(self._bundle, self._sessions)
                self.mixes_adapted = adapted.gives_the_bits_of(self._unet)
                self._adapted = adapted

    @property
    def takes_pictures(self) -> bool:
        """Whether the bundle holds a VAE encoder."""
        return self._vae_encoder is not None

    @property
    def tells_attention(self) -> bool:
        """Whether every UNet can say how its attention is shared out, by what runs it here."""
        unets = [self._unet] if self._few_steps is None else [self._unet, self._few_steps]
        return all(isinstance(unet, TellsMore) and TOKEN_GROUPS in unet.input_names for unet in unets)

    @property
    def tells_adapted_attention(self) -> bool:
        """Whether the UNet that takes adapters and control can say so too; it is not loaded to be asked."""
        adapted: AdaptedUnet | None = self._adapted
        if adapted is None:
            return self.tells_attention and self._bundle.names(ADAPTED_FILE, TOKEN_GROUPS)
        return adapted.tells_attention

    @property
    def max_columns(self) -> int:
        """Most columns that the adapters of a forward may take together; 0 where no graph takes any."""
        return 0 if self.manifest.adapted is None else self.manifest.adapted.max_columns

    @property
    def has_few_steps(self) -> bool:
        """Whether the bundle holds a UNet of few steps."""
        return self._few_steps is not None

    @property
    def has_fast_decoder(self) -> bool:
        """Whether the bundle holds a small decoder."""
        return self._fast_decoder is not None

    @property
    def provider(self) -> str:
        """What runs the graphs."""
        return self._sessions.provider

    @property
    def compiles_shapes(self) -> bool:
        """Whether the first run with a new shape is slow."""
        return self._sessions.compiles_shapes

    @property
    def compiled(self) -> Compiles | None:
        """What counts the compiled shapes; None where the provider takes every shape as it comes."""
        return self._sessions if isinstance(self._sessions, Compiles) else None

    def latent_shape(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Shape of the latents of one picture, [1, C, H, W], for sides in pixels."""
        factor = self.manifest.vae_factor
        return 1, self.manifest.latent_channels, height // factor, width // factor

    def plan(self, description: Description, negative_description: str, *, guided: bool) -> PromptPlan:
        """Windows of a description; without guidance the negative text is not read and takes no window."""
        return self._planner.plan(description, negative_description, guided=guided)

    def ordinary_characters(self, num_windows: int) -> int:
        """How many characters of ordinary English surely fit that many windows of text."""
        return self._planner.ordinary_characters(num_windows)

    def encode(self, plan: PromptPlan, *, width: int, height: int) -> Conditioning:
        """What the UNet reads for the description of a picture of that size in pixels.

        Weights act on the tokens; SDXL's pooled embedding is that of the words as they are.

        Raises:
            GenerationError: The text encoder failed.
        """
        return self._conditioning(self._weighted(plan, plan.windows, plan.weights), width, height)

    def encode_negative(self, plan: PromptPlan, *, width: int, height: int) -> Conditioning:
        """The same for what must not be there; the encoded empty text where that is nothing, as in training.

        Raises:
            GenerationError: The text encoder failed.
        """
        return self._conditioning(self._weighted(plan, plan.negative_windows, plan.negative_weights), width, height)

    def token_groups(
        self, plan: PromptPlan, conditioning: Conditioning, width: int, height: int, loras: Loras | None = None
    ) -> FloatArray:
        """Which tokens of a description are of which group, [1, K L, G] of 0 and 1; groups are DRAWN_GROUPS.

        Args:
            plan: The description's.
            conditioning: What `encode` made of it.
            width: Of the picture, in pixels.
            height: Of the picture, in pixels.
            loras: The picture's adapters, where the UNet that takes them and control runs its rows; it may have none.

        Raises:
            GenerationError: The UNet does not take such shapes.
        """
        groups = np.zeros((1, plan.windows.size, len(DRAWN_GROUPS)), np.float32)
        for each in plan.spans:
            groups[0, list(each.positions), DRAWN_GROUPS.index(each.span.group)] = 1.0
        told = {**conditioning, TOKEN_GROUPS: groups}
        if loras is not None:
            self.prepare_adapted(told, loras, width=width, height=height)
        if not loras:  # control may end before the last step
            self._prepare(told, width, height)
        return groups

    def forward(self, inputs: Mapping[str, FloatArray]) -> FloatArray:
        """One UNet forward over R rows, to [R, C, H, W].

        Raises:
            GenerationError: The UNet failed.
        """
        return self._unet.run(inputs)

    def forward_few_steps(self, inputs: Mapping[str, FloatArray]) -> FloatArray:
        """The same by the UNet of few steps, which the bundle must have.

        Raises:
            GenerationError: The UNet failed.
        """
        assert self._few_steps is not None, "the bundle has no UNet of few steps"
        return self._few_steps.run(inputs)

    def forward_attention(
        self, inputs: Mapping[str, FloatArray], token_groups: FloatArray, *, few_steps: bool = False
    ) -> tuple[FloatArray, FloatArray]:
        """The same forward by either UNet, and how its attention is shared out among groups, [R, G, h, w] of 0..1.

        Args:
            inputs: Of R rows.
            token_groups: Which of their tokens are of which group, [R, K L, G].
            few_steps: Whether the UNet of few steps runs.

        Raises:
            GenerationError: The UNet failed.
        """
        unet = self._few_steps if few_steps else self._unet
        assert unet is not None and TOKEN_GROUPS in unet.input_names, "who asks for attention is refused without it"
        return cast(TellsMore, unet).run_both({**inputs, TOKEN_GROUPS: token_groups})

    def forward_adapted(self, inputs: Mapping[str, FloatArray], loras: Sequence[Loras]) -> FloatArray:
        """The same with the adapters of each row, and with what inputs say of control; zeros are for what is missing.

        Raises:
            GenerationError: The UNet failed.
        """
        assert self._adapted is not None, "the graph that takes adapters is not loaded"
        return self._adapted.forward(inputs, loras)

    def forward_adapted_attention(
        self, inputs: Mapping[str, FloatArray], loras: Sequence[Loras], token_groups: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """The same, and how each row's attention is shared out among groups, as of `forward_attention`.

        Raises:
            GenerationError: The UNet failed.
        """
        assert self._adapted is not None, "the graph that takes adapters is not loaded"
        return self._adapted.forward_attention(inputs, loras, token_groups)

    def prepare_adapted(self, conditioning: Conditioning, loras: Loras, *, width: int, height: int) -> None:
        """Has the adapted UNet compiled for rows of a request, where it is compiled, before a forward waits for it."""
        if self._adapted is not None:
            self._adapted.prepare(conditioning, loras, self.latent_shape(width, height)[1:])

    def decode(self, latents: FloatArray, *, fast: bool = False) -> FloatArray:
        """Latents of one picture, [1, C, H, W], to its pixels about -1..1, [3, f H, f W].

        Args:
            latents: As the step loop has them.
            fast: By the small decoder, which the bundle must have.

        Raises:
            GenerationError: The decoder failed.
            NotFiniteError: Its picture holds NaN or infinity.
        """
        unscaled = latents / np.float32(self.manifest.scaling_factor) + np.float32(self.manifest.shift_factor)
        decoder = self._fast_decoder if fast else self._vae_decoder
        assert decoder is not None, "the bundle has no fast decoder"
        image: FloatArray = decoder.run({"latents": unscaled})[0]
        if not np.isfinite(image).all():
            raise NotFiniteError("the decoded picture holds NaN or infinity")
        return image

    def encode_picture(self, image: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mean and standard deviation of a picture's latents, each [1, C, H, W].

        Args:
            image: Its pixels, -1..1, [1, 3, f H, f W].

        Raises:
            GenerationError: The encoder failed.
            NotFiniteError: What it says holds NaN or infinity.
        """
        assert self._vae_encoder is not None, "the bundle has no VAE encoder"
        moments = self._vae_encoder.run({"image": image})  # [1, 2 C, H, W]
        if not np.isfinite(moments).all():
            raise NotFiniteError("the encoded picture holds NaN or infinity")
        mean, log_variance = np.split(moments, 2, axis=1)
        scale = np.float32(self.manifest.scaling_factor)
        deviation: FloatArray = np.exp(np.float32(0.5) * log_variance.clip(-30.0, 20.0))
        return (mean - np.float32(self.manifest.shift_factor)) * scale, deviation * scale

    def _weighted(self, plan: PromptPlan, windows: TokenArray, weights: FloatArray) -> EncodedText:
        encoded = self._text_encoders.encode(windows)
        if (weights == 1.0).all():
            return encoded
        empty = self._text_encoders.encode(plan.empty_window).states
        return replace(encoded, states=apply_weights(encoded.states, empty, weights))

    def _conditioning(self, encoded: EncodedText, width: int, height: int) -> Conditioning:
        """Named inputs of one row: text [1, K L, D]; for SDXL its pooled embedding [1, P] and the size [1, 6].

        The size is SDXL's micro-conditioning (Podell et al. 2023, arXiv 2307.01952, section 2.2): original height and
        width, top and left of the crop, target height and width. The picture is asked for as one that was never
        scaled or cropped.
        """
        text = {"encoder_hidden_states": encoded.states.reshape(1, -1, encoded.states.shape[-1])}
        if self.manifest.family == "sdxl":
            size = np.array([[height, width, 0, 0, height, width]], np.float32)
            text |= {"text_embeds": encoded.pooled, "time_ids": size}
        self._prepare(text, width, height)
        return text

    def _prepare(self, conditioning: Conditioning, width: int, height: int) -> None:
        """Has the UNet compiled for such rows while the request's text is made, and not when a forward waits for it."""
        if isinstance(self._unet, Prepares):
            tails = {name: value.shape[1:] for name, value in conditioning.items()}
            self._unet.prepare({**tails, "sample": self.latent_shape(width, height)[1:], "timesteps": ()})


def _tokenizer(bundle: Bundle) -> Tokenizer:
    return Tokenizer.from_str(bundle.file(TOKENIZER_FILE).read_text(encoding="utf-8"))


def _noise_schedule(bundle: Bundle) -> NoiseSchedule:
    fields: dict[str, Any] = dict(bundle.manifest.noise_schedule)
    try:
        return NoiseSchedule(**fields)
    except (TypeError, ValueError) as error:
        raise BundleError(f"{bundle.path / 'manifest.json'}: damaged: noise_schedule: {error}") from error
