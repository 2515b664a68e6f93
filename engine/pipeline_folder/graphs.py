"""The graphs of a bundle as torch modules: what each reads and gives, and which of its sides may vary.

Whatever a module computes in, it reads and gives float32, so that a runtime's caller need not know.

Letters: R rows, C H W latent channels and sides, L tokens of a window, K windows, D hidden width, P pooled width.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, cast

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTextModelWithProjection

from engine.bundle.manifest import (
    ADAPTED_FILE,
    FAST_DECODER_FILE,
    FEW_STEPS_FILE,
    LORA_DOWN,
    LORA_SCALE,
    LORA_UP,
    SECOND_TEXT_ENCODER_FILE,
    SHARED_INPUTS,
    TEXT_ENCODER_FILE,
    UNET_FILE,
    VAE_DECODER_FILE,
    VAE_ENCODER_FILE,
    Manifest,
)
from engine.pipeline_folder.adapted import AdaptedUNet, example_adapters, example_control
from engine.pipeline_folder.cross_attention import Watch
from engine.pipeline_folder.fast_decoder import load_fast_decoder
from engine.pipeline_folder.few_steps import LowRank, merge_few_steps
from engine.pipeline_folder.source import FAST_DECODER, FEW_STEPS, Source
from engine.pipeline_folder.weights import load_part

DynamicShapes: TypeAlias = Mapping[str, Mapping[int, Any]]

PRECISIONS = ("fp32", "fp16", "fp16_weights", "int8")
_ANY = torch.export.Dim.DYNAMIC


@dataclass(frozen=True, kw_only=True)
class Graph:
    """One graph to export.

    Attributes:
        file: Its name in the bundle.
        module: What it computes.
        inputs: Example inputs, two rows each.
        dynamic: The sides that may vary.
        output_name: Name of its one output.
        precision: How its weights are stored; one of PRECISIONS.
        beside: The graph in the same folder whose weights it takes, with small changes to some; "" for none.
        changes: Those, by `few_steps.weight_key` of the changed weight.
        attention_level: How often the latents are halved on the way to the layers whose attention is told by body
            group, as a second output; None for none. The module itself has only the first.
        shared: Inputs that are one for all rows.
        control: Example inputs that the module reads and the exporter does not see: the written graph gets them by a
            rewriting, where the module adds them to its features.
        unet: The config of the UNet that reads them.
        form: The same for graphs that differ in their weights alone; "" where nothing is known of that.
    """

    file: str
    module: torch.nn.Module
    inputs: Mapping[str, torch.Tensor]
    dynamic: DynamicShapes
    output_name: str
    precision: str
    beside: str = ""
    changes: Mapping[str, LowRank] = field(default_factory=dict)
    attention_level: int | None = None
    shared: frozenset[str] = frozenset()
    control: Mapping[str, torch.Tensor] = field(default_factory=dict)
    unet: Mapping[str, Any] = field(default_factory=dict)
    form: str = ""


class TextEncoder(torch.nn.Module):
    """[R, L] token ids to hidden states, [R, L, D]; with `projected`, [R, L, D + P].

    SD reads the state after the last layer norm, SDXL the one before the last layer, unnormalised. Skipping n layers
    more is what users call clip skip: SD normalises that state too, as diffusers does.
    """

    def __init__(self, model: CLIPTextModel | CLIPTextModelWithProjection, *, family: str, clip_skip: int) -> None:
        super().__init__()
        self.model = model
        self.family = family
        self.clip_skip = clip_skip
        self.projected = isinstance(model, CLIPTextModelWithProjection)

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        """Runs the encoder; the projection of every token is given, of which that at the end mark is the pooled one."""
        text_model: Any = getattr(self.model, "text_model", self.model)
        outputs = text_model(input_ids=input_ids, output_hidden_states=True)
        if self.family == "sdxl":
            states = outputs.hidden_states[-2 - self.clip_skip]
        elif self.clip_skip:
            states = text_model.final_layer_norm(outputs.hidden_states[-1 - self.clip_skip])
        else:
            states = outputs.last_hidden_state
        if self.projected:
            projections = cast(Any, self.model).text_projection(outputs.last_hidden_state)
            states = torch.cat([states, projections], dim=-1)
        return cast(torch.Tensor, states.float())


class UNet(torch.nn.Module):
    """Latents [R, C, H, W], timesteps [R] and text [R, K L, D] to the model's output [R, C, H, W].

    SDXL's also reads text_embeds [R, P] and time_ids [R, 6]; they stay float32 until they are laid side by side. A
    `watch` needs layers that show it what they read (`make_watchable`).
    """

    def __init__(self, model: UNet2DConditionModel) -> None:
        super().__init__()
        self.model = model

    def forward(
        self,
        sample: torch.Tensor,
        timesteps: torch.Tensor,
        encoder_hidden_states: torch.Tensor,
        text_embeds: torch.Tensor | None = None,
        time_ids: torch.Tensor | None = None,
        watch: Watch | None = None,
        control: Sequence[torch.Tensor] | None = None,
    ) -> torch.Tensor:
        """Runs the UNet; `control` is added to its features."""
        dtype = self.model.dtype
        added = None if text_embeds is None else {"text_embeds": text_embeds, "time_ids": time_ids}
        [output] = self.model(
            sample.to(dtype),
            timesteps,
            encoder_hidden_states.to(dtype),
            added_cond_kwargs=added,
            cross_attention_kwargs=None if watch is None else {"watch": watch},
            down_intrablock_additional_residuals=None if control is None else [each.to(dtype) for each in control],
            return_dict=False,
        )
        return cast(torch.Tensor, output.float())


class VaeDecoder(torch.nn.Module):
    """Unscaled latents [R, C, H, W] to a picture about -1..1, [R, 3, f H, f W]."""

    def __init__(self, model: AutoencoderKL) -> None:
        super().__init__()
        self.model = model

    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        """Decodes."""
        [image] = self.model.decode(latents.to(self.model.dtype), return_dict=False)
        return cast(torch.Tensor, image.float())


class SmallDecoder(torch.nn.Module):
    """The same by a network of another kind, whose weights are float32 or float16."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        """Decodes."""
        dtype = next(self.model.parameters()).dtype
        return cast(torch.Tensor, self.model(latents.to(dtype)).float())


class VaeEncoder(torch.nn.Module):
    """A picture -1..1 to mean and log variance of its latents side by side, [R, 2 C, H, W]."""

    def __init__(self, model: AutoencoderKL) -> None:
        super().__init__()
        self.model = model

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Encodes."""
        return cast(torch.Tensor, self.model.encode(image.to(self.model.dtype)).latent_dist.parameters.float())


def parts_of(
    source: Source, manifest: Manifest, *, variant: str | None, merge: Callable[[str, Any], Any] | None = None
) -> dict[str, Callable[[], Graph]]:
    """Name of every part of a bundle and what loads it; one is held in memory at a time.

    Args:
        source: The checkpoint.
        manifest: What it is to become.
        variant: Which of its weights.
        merge: What changes a part's weights before it becomes a graph, given the part's name in the checkpoint.
    """

    def load(kind: Any, part: str, precision: str) -> Any:
        dtype = torch.float16 if precision == "fp16" else torch.float32
        model = load_part(kind, source.folders[part], source.config(part), dtype, variant=variant)
        return model if merge is None else merge(part, model)

    def text_encoder(kind: Any, part: str, file: str) -> Graph:
        model = load(kind, part, manifest.precision)
        return _text_encoder_graph(model, manifest, file)

    def vae(build: Callable[[AutoencoderKL, Manifest, str], Graph]) -> Graph:
        precision = vae_precision(manifest, source.config("vae"))
        return build(load(AutoencoderKL, "vae", precision), manifest, precision)

    parts: dict[str, Callable[[], Graph]] = {
        "text encoder": lambda: text_encoder(CLIPTextModel, "text_encoder", TEXT_ENCODER_FILE)
    }
    if manifest.family == "sdxl":
        parts["second text encoder"] = lambda: text_encoder(
            CLIPTextModelWithProjection, "text_encoder_2", SECOND_TEXT_ENCODER_FILE
        )
    parts["unet"] = lambda: unet_graph(load(UNet2DConditionModel, "unet", manifest.precision), manifest)
    parts["vae decoder"] = lambda: vae(_vae_decoder_graph)
    parts["vae encoder"] = lambda: vae(_vae_encoder_graph)
    if FAST_DECODER in source.folders:
        parts["fast decoder"] = lambda: _fast_decoder_graph(source, manifest)
    if FEW_STEPS in source.folders:
        parts["unet of few steps"] = lambda: _few_steps_graph(
            load(UNet2DConditionModel, "unet", manifest.precision), source, manifest
        )
    if manifest.adapted is not None:
        parts["adapted unet"] = lambda: adapted_graph(load(UNet2DConditionModel, "unet", manifest.precision), manifest)
    return parts


def _few_steps_graph(model: Any, source: Source, manifest: Manifest) -> Graph:
    changes = merge_few_steps(model, source.folders[FEW_STEPS])
    return replace(unet_graph(model, manifest), file=FEW_STEPS_FILE, beside=UNET_FILE, changes=changes)


def _fast_decoder_graph(source: Source, manifest: Manifest) -> Graph:
    decoder = load_fast_decoder(source.folders[FAST_DECODER])
    if (decoder.shape.latent_channels, decoder.shape.factor) != (manifest.latent_channels, manifest.vae_factor):
        expected = f"{manifest.latent_channels} and {manifest.vae_factor}"
        came = f"{decoder.shape.latent_channels} and {decoder.shape.factor}"
        wanted = f"channels and factor of latents must be the autoencoder's {expected}"
        raise ValueError(f"{source.folders[FAST_DECODER]}: {wanted}; got {came}")
    precision = manifest.precision
    full = _vae_decoder_graph(cast(Any, None), manifest, precision)
    module = SmallDecoder(decoder.half() if precision == "fp16" else decoder)
    return replace(full, file=FAST_DECODER_FILE, module=module)


def vae_precision(manifest: Manifest, config: Mapping[str, Any]) -> str:
    """Precision of the VAE in a bundle of a precision.

    SDXL's own VAE overflows float16 inside (its config says ``force_upcast``), so its weights are stored in float16 and
    computed in float32. A VAE is small, and eight bits are seen in flat areas: with int8 it keeps sixteen.
    """
    overflows = manifest.family == "sdxl" and config.get("force_upcast", True)
    if manifest.precision == "int8" or (manifest.precision == "fp16" and overflows):
        return "fp16_weights"
    return manifest.precision


def _text_encoder_graph(model: Any, manifest: Manifest, file: str) -> Graph:
    ids = torch.full((2, manifest.tokenizer_length), manifest.end_token, dtype=torch.int64)
    ids[:, 0] = manifest.start_token
    ids[1, 1:9] = torch.arange(8)
    return Graph(
        file=file,
        module=TextEncoder(model, family=manifest.family, clip_skip=manifest.clip_skip),
        inputs={"input_ids": ids},
        dynamic={"input_ids": {0: _ANY}},
        output_name="hidden_states",
        precision=manifest.precision,
    )


def unet_graph(model: Any, manifest: Manifest) -> Graph:
    """The graph of a UNet, whose weights are in the dtype of the manifest's precision."""
    generator = torch.Generator().manual_seed(0)
    height, width = _example_side(manifest, 3), _example_side(manifest, 2)
    inputs = {
        "sample": torch.randn(2, manifest.latent_channels, height, width, generator=generator),
        "timesteps": torch.tensor([999.0, 5.0]),
        "encoder_hidden_states": torch.randn(
            2, 2 * manifest.tokenizer_length, manifest.context_width, generator=generator
        ),
    }
    dynamic: dict[str, dict[int, Any]] = {
        "sample": {0: _ANY, 2: _ANY, 3: _ANY},
        "timesteps": {0: _ANY},
        "encoder_hidden_states": {0: _ANY, 1: _ANY},
    }
    if manifest.family == "sdxl":
        inputs["text_embeds"] = torch.randn(2, manifest.pooled_width, generator=generator)
        side = float(manifest.default_width)
        inputs["time_ids"] = torch.tensor([[side, side, 0, 0, side, side], [side, side / 2, 8, 0, side, side]])
        dynamic |= {"text_embeds": {0: _ANY}, "time_ids": {0: _ANY}}
    cell = manifest.attention_cell
    return Graph(
        file=UNET_FILE,
        module=UNet(model),
        inputs=inputs,
        dynamic=dynamic,
        output_name="output",
        precision=manifest.precision,
        attention_level=None if cell is None else (cell // manifest.vae_factor).bit_length() - 1,
        form=_form(model.config),
    )


def _form(config: Mapping[str, Any]) -> str:
    """Every setting; where the weights lay, and who wrote them, is none."""
    return repr(sorted((name, value) for name, value in config.items() if not name.startswith("_")))


def adapted_graph(model: Any, manifest: Manifest) -> Graph:
    """The graph of a UNet with adapters as inputs; its weights are the plain graph's."""
    plain, adapted = unet_graph(model, manifest), manifest.adapted
    assert adapted is not None, "the manifest says which features there are"
    height, width = plain.inputs["sample"].shape[2:]
    control = example_control(adapted.features, height, width)
    columns = {LORA_DOWN: {1: _ANY}, LORA_UP: {0: _ANY}, LORA_SCALE: {0: _ANY, 1: _ANY}}
    return replace(
        plain,
        file=ADAPTED_FILE,
        module=AdaptedUNet(plain.module, model),
        inputs={**plain.inputs, **example_adapters(model)},
        dynamic={**plain.dynamic, **columns},
        control=control,
        unet=dict(model.config),
        beside=UNET_FILE,
        shared=SHARED_INPUTS,
    )


def _vae_decoder_graph(model: AutoencoderKL, manifest: Manifest, precision: str) -> Graph:
    generator = torch.Generator().manual_seed(0)
    height, width = _example_side(manifest, 3), _example_side(manifest, 2)
    return Graph(
        file=VAE_DECODER_FILE,
        module=VaeDecoder(model),
        inputs={"latents": torch.randn(2, manifest.latent_channels, height, width, generator=generator)},
        dynamic={"latents": {0: _ANY, 2: _ANY, 3: _ANY}},
        output_name="image",
        precision=precision,
    )


def _vae_encoder_graph(model: AutoencoderKL, manifest: Manifest, precision: str) -> Graph:
    generator = torch.Generator().manual_seed(0)
    sides = (_example_side(manifest, times) * manifest.vae_factor for times in (3, 2))
    return Graph(
        file=VAE_ENCODER_FILE,
        module=VaeEncoder(model),
        inputs={"image": torch.randn(2, 3, *sides, generator=generator).tanh()},
        dynamic={"image": {0: _ANY, 2: _ANY, 3: _ANY}},
        output_name="moments",
        precision=precision,
    )


def _example_side(manifest: Manifest, times: int) -> int:
    """A small latent side that the model can do; height and width differ so that neither is taken for the other.

    Not the smallest: a side that is 1 at the lowest level would be taken for one that never changes.
    """
    return times * max(2, manifest.side_limits[2] // manifest.vae_factor)
