"""The UNet that takes adapters and control: what it reads besides, and whether it draws as the plain one without.

Letters: R rows, C H W latent channels and sides, L tokens of all windows, G groups.
"""

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np

from engine.adapters.stack import Loras, Stacks, columns_of
from engine.bundle.manifest import (
    ADAPTED_FILE,
    CONDITIONING,
    CONTROL_INPUT,
    LEAST_COLUMNS,
    LORA_DOWN,
    LORA_SCALE,
    LORA_UP,
    TOKEN_GROUPS,
    Bundle,
)
from engine.errors import BundleError
from engine.model.text import Conditioning
from engine.samplers import FloatArray
from engine.sessions import Prepares, Session, SessionFactory, TellsMore
from engine.sessions.profiles import feature_shape


class AdaptedUnet:
    """The loaded graph; its methods may run in any thread."""

    def __init__(self, bundle: Bundle, sessions: SessionFactory) -> None:
        """Loads the graph, which the bundle must have.

        Raises:
            BundleError: Its file is whole but not what it should be.
            ProviderError: What shall run it does not start.
        """
        manifest = bundle.manifest
        assert manifest.adapted is not None, "the bundle has no graph that takes adapters"
        self._manifest, self._adapted = manifest, manifest.adapted
        self._unet: Session = sessions.load(ADAPTED_FILE)
        controls = [f"{CONTROL_INPUT}{place}" for place in range(len(manifest.adapted.features))]
        check_family(bundle, ADAPTED_FILE, self._unet, (LORA_DOWN, LORA_UP, LORA_SCALE, *controls))
        self._stacks = Stacks(self._widths(), half=manifest.precision == "fp16")

    @property
    def tells_attention(self) -> bool:
        """Whether it can say how its attention is shared out, by what runs it here."""
        return isinstance(self._unet, TellsMore) and TOKEN_GROUPS in self._unet.input_names

    def forward(self, inputs: Mapping[str, FloatArray], loras: Sequence[Loras]) -> FloatArray:
        """R rows, each with its adapters, to [R, C, H, W]; zeros are for what inputs lack of control.

        Raises:
            GenerationError: The UNet failed.
        """
        return self._unet.run({**self._no_control(inputs), **inputs, **self._stacks.inputs(loras)})

    def forward_attention(
        self, inputs: Mapping[str, FloatArray], loras: Sequence[Loras], token_groups: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """The same, and how each row's attention is shared out among groups, [R, G, h, w] of 0..1.

        Raises:
            GenerationError: The UNet failed.
        """
        assert self.tells_attention, "who asks for attention is refused without it"
        told = {**self._no_control(inputs), **inputs, **self._stacks.inputs(loras), TOKEN_GROUPS: token_groups}
        return cast(TellsMore, self._unet).run_both(told)

    def prepare(self, conditioning: Conditioning, loras: Loras, latents: tuple[int, int, int]) -> None:
        """Has it compiled for rows of a request, where it is compiled; latents are of one picture, (C, H, W)."""
        if isinstance(self._unet, Prepares):
            columns = columns_of([loras]) or LEAST_COLUMNS
            tails = {name: value.shape[1:] for name, value in conditioning.items()}
            tails |= {"sample": latents, "timesteps": ()}
            tails |= self._control_shapes(*latents[1:])
            self._unet.prepare({**tails, **self._adapter_shapes(columns), LORA_SCALE: (columns,)})

    def gives_the_bits_of(self, plain: Session) -> bool:
        """Whether rows without adapters come out of both graphs alike, to the last bit.

        Tries both with rows of noise at the usual size, adapters beside them that no row has.
        """
        manifest, random = self._manifest, np.random.default_rng(0)
        factor = manifest.vae_factor
        shapes = {
            "sample": (manifest.latent_channels, manifest.default_height // factor, manifest.default_width // factor),
            "encoder_hidden_states": (manifest.tokenizer_length, manifest.context_width),
            "text_embeds": (manifest.pooled_width,),
            "time_ids": (6,),
        }
        names = ("sample", *CONDITIONING[manifest.family])
        inputs = {name: random.normal(size=(2, *shapes[name])).astype(np.float32) for name in names}
        inputs["timesteps"] = np.array([900, 300], np.float32)
        dtype = np.float16 if manifest.precision == "fp16" else np.float32
        adapters = self._adapter_shapes(LEAST_COLUMNS).items()
        stack = {name: random.normal(scale=0.1, size=shape).astype(dtype) for name, shape in adapters}
        stack |= self._no_control(inputs)
        found = self._unet.run({**inputs, **stack, LORA_SCALE: np.zeros((2, LEAST_COLUMNS), np.float32)})
        return np.array_equal(found, plain.run(inputs))

    def _widths(self) -> tuple[int, int]:
        read, given = (sum(widths) for widths in zip(*self._adapted.layers.values(), strict=True))
        return read, given

    def _adapter_shapes(self, columns: int) -> dict[str, tuple[int, int]]:
        read, given = self._widths()
        return {LORA_DOWN: (read, columns), LORA_UP: (columns, given)}

    def _control_shapes(self, height: int, width: int) -> dict[str, tuple[int, ...]]:
        """What is added to the features of a row of latents of that size, [C, h, w]."""
        manifest, factor = self._manifest, self._manifest.vae_factor
        return {
            f"{CONTROL_INPUT}{place}": feature_shape(manifest, place, (factor * width, factor * height))
            for place in range(len(self._adapted.features))
        }

    def _no_control(self, inputs: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        rows, _, height, width = inputs["sample"].shape
        shapes = self._control_shapes(height, width)
        return {name: np.zeros((rows, *shape), np.float32) for name, shape in shapes.items() if name not in inputs}


def check_family(bundle: Bundle, file: str, unet: Session, more: Sequence[str] = ()) -> None:
    """Refuse a graph that reads other things than a UNet of the bundle's family.

    Raises:
        BundleError: What it reads, and what it should.
    """
    expected = ("sample", "timesteps", *CONDITIONING[bundle.manifest.family], *more)
    optional = () if bundle.manifest.attention_cell is None else (TOKEN_GROUPS,)
    if not set(expected) <= set(unet.input_names) <= {*expected, *optional}:
        raise BundleError(
            f"{bundle.file(file)}: the manifest says {bundle.manifest.family}, whose UNet reads "
            f"{', '.join(expected)}; this one reads {', '.join(unet.input_names)}"
        )
