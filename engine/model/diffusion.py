"""A loaded bundle as five functions: plan words, encode them, encode a picture, run the UNet, decode latents.

It knows one request at a time: what shares a forward is the scheduler's business.

Letters: R rows, C H W latent channels and sides, K text windows, L tokens of a window, D hidden width, P pooled width.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from threading import Lock
from typing import Any, TypeAlias, cast

import numpy as np
from tokenizers import Tokenizer

from engine.adapters.stack import Loras, Stacks, columns_of
from engine.bundle.manifest import (
    ADAPTED_FILE,
    CONDITIONING,
    CONTROL_INPUT,
    FAST_DECODER_FILE,
    FEW_STEPS_FILE,
    LEAST_COLUMNS,
    LORA_DOWN,
    LORA_SCALE,
    LORA_UP,
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
from engine.model.text import EncodedText, TextEncoders
from engine.prompt.planner import PromptPlan, PromptPlanner, apply_weights
from engine.prompt.windows import TokenArray
from engine.samplers import FloatArray, NoiseSchedule
from engine.sessions import Compiles, Prepares, Session, SessionFactory, TellsMore
from engine.sessions.profiles import feature_shape

Conditioning: TypeAlias = Mapping[str, FloatArray]


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
        _check_family(bundle, UNET_FILE, self._unet)
        self._few_steps: Session | None = None
        if FEW_STEPS_FILE in manifest.files:
            self._few_steps = sessions.load(FEW_STEPS_FILE)
            _check_family(bundle, FEW_STEPS_FILE, self._few_steps)
        self._bundle = bundle
        self._adapted: Session | None = None
        self._stacks = Stacks()
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
            if self._adapted is not None:
                return
            manifest = self.manifest
            assert manifest.adapted is not None, "the bundle has no graph that takes adapters"
            adapted = self._sessions.load(ADAPTED_FILE)
            controls = [f"{CONTROL_INPUT}{place}" for place in range(len(manifest.adapted.features))]
            _check_family(self._bundle, ADAPTED_FILE, adapted, (LORA_DOWN, LORA_UP, LORA_SCALE, *controls))
            self._stacks = Stacks(self._widths_of_adapters(), half=manifest.precision == "fp16")
            self.mixes_adapted = self._same_bits(adapted)
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
        adapted: Session | None = self._adapted
        if adapted is None:
            return self.tells_attention and self._bundle.names(ADAPTED_FILE, TOKEN_GROUPS)
        return isinstance(adapted, TellsMore) and TOKEN_GROUPS in adapted.input_names

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
        return self._adapted.run({**self._no_control(inputs), **inputs, **self._stacks.inputs(loras)})

    def forward_adapted_attention(
        self, inputs: Mapping[str, FloatArray], loras: Sequence[Loras], token_groups: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """The same, and how each row's attention is shared out among groups, as of `forward_attention`.

        Raises:
            GenerationError: The UNet failed.
        """
        assert self.tells_adapted_attention, "who asks for attention is refused without it"
        told = {**self._no_control(inputs), **inputs, **self._stacks.inputs(loras), TOKEN_GROUPS: token_groups}
        return cast(TellsMore, self._adapted).run_both(told)

    def prepare_adapted(self, conditioning: Conditioning, loras: Loras, *, width: int, height: int) -> None:
        """Has the adapted UNet compiled for rows of a request, where it is compiled, before a forward waits for it."""
        unet = self._adapted
        if unet is not None and isinstance(unet, Prepares):
            columns = columns_of([loras]) or LEAST_COLUMNS
            tails = {name: value.shape[1:] for name, value in conditioning.items()}
            tails |= {"sample": self.latent_shape(width, height)[1:], "timesteps": ()}
            tails |= self._shapes_of_control(*self.latent_shape(width, height)[2:])
            unet.prepare({**tails, **self._shapes_of_adapters(columns), LORA_SCALE: (columns,)})

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

    def _widths_of_adapters(self) -> tuple[int, int]:
        adapted = self.manifest.adapted
        assert adapted is not None
        read, given = (sum(widths) for widths in zip(*adapted.layers.values(), strict=True))
        return read, given

    def _shapes_of_adapters(self, columns: int) -> dict[str, tuple[int, int]]:
        read, given = self._widths_of_adapters()
        return {LORA_DOWN: (read, columns), LORA_UP: (columns, given)}

    def _shapes_of_control(self, height: int, width: int) -> dict[str, tuple[int, ...]]:
        """What is added to the features of a row of latents of that size, [C, h, w]."""
        manifest, factor = self.manifest, self.manifest.vae_factor
        assert manifest.adapted is not None
        return {
            f"{CONTROL_INPUT}{place}": feature_shape(manifest, place, (factor * width, factor * height))
            for place in range(len(manifest.adapted.features))
        }

    def _no_control(self, inputs: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        rows, _, height, width = inputs["sample"].shape
        shapes = self._shapes_of_control(height, width)
        return {name: np.zeros((rows, *shape), np.float32) for name, shape in shapes.items() if name not in inputs}

    def _same_bits(self, adapted: Session) -> bool:
        """Tries both graphs with rows of noise at the usual size, adapters beside them that no row has."""
        manifest, random = self.manifest, np.random.default_rng(0)
        shapes = {
            "sample": self.latent_shape(manifest.default_width, manifest.default_height)[1:],
            "encoder_hidden_states": (manifest.tokenizer_length, manifest.context_width),
            "text_embeds": (manifest.pooled_width,),
            "time_ids": (6,),
        }
        names = ("sample", *CONDITIONING[manifest.family])
        inputs = {name: random.normal(size=(2, *shapes[name])).astype(np.float32) for name in names}
        inputs["timesteps"] = np.array([900, 300], np.float32)
        dtype = np.float16 if manifest.precision == "fp16" else np.float32
        adapters = self._shapes_of_adapters(LEAST_COLUMNS).items()
        stack = {name: random.normal(scale=0.1, size=shape).astype(dtype) for name, shape in adapters}
        stack |= self._no_control(inputs)
        found = adapted.run({**inputs, **stack, LORA_SCALE: np.zeros((2, LEAST_COLUMNS), np.float32)})
        return np.array_equal(found, self._unet.run(inputs))

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


def _check_family(bundle: Bundle, file: str, unet: Session, more: Sequence[str] = ()) -> None:
    expected = ("sample", "timesteps", *CONDITIONING[bundle.manifest.family], *more)
    optional = () if bundle.manifest.attention_cell is None else (TOKEN_GROUPS,)
    if not set(expected) <= set(unet.input_names) <= {*expected, *optional}:
        raise BundleError(
            f"{bundle.file(file)}: the manifest says {bundle.manifest.family}, whose UNet reads "
            f"{', '.join(expected)}; this one reads {', '.join(unet.input_names)}"
        )


def _tokenizer(bundle: Bundle) -> Tokenizer:
    return Tokenizer.from_str(bundle.file(TOKENIZER_FILE).read_text(encoding="utf-8"))


def _noise_schedule(bundle: Bundle) -> NoiseSchedule:
    fields: dict[str, Any] = dict(bundle.manifest.noise_schedule)
    try:
        return NoiseSchedule(**fields)
    except (TypeError, ValueError) as error:
        raise BundleError(f"{bundle.path / 'manifest.json'}: damaged: noise_schedule: {error}") from error
