"""Exports a StableDiffusionPipeline folder to an engine bundle of ONNX graphs.

Every graph takes any number of rows; the UNet and the VAE take any picture size the model can do, and the UNet any
number of 77-token windows. It knows nothing of requests or scheduling.

Letters: R rows, C H W latent channels and sides, K text windows, D hidden width.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, cast

import numpy as np
import onnxruntime
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from safetensors import SafetensorError
from transformers import CLIPTextModel

from engine.bundle import (
    TEXT_ENCODER_FILE,
    TOKENIZER_FILE,
    UNET_FILE,
    VAE_DECODER_FILE,
    VAE_ENCODER_FILE,
    Manifest,
    new_bundle,
)
from engine.export.checkpoint import check_pipeline, describe, load_tokenizer
from engine.export.halves import store_weights_as_halves
from engine.export.origins import forget_origins

Progress: TypeAlias = Callable[[str, int, int], None]
DynamicShapes: TypeAlias = Mapping[str, Mapping[int, Any]]

PRECISIONS = ("fp32", "fp16_weights")
OPSET = 18
# Largest difference from torch, relative to the largest value, with which a graph may leave the export.
TOLERANCES = {"fp32": 1e-3, "fp16_weights": 5e-2}


class _TextEncoder(torch.nn.Module):
    """[R, 77] token ids to the hidden state after the last layer norm, [R, 77, D]."""

    def __init__(self, model: CLIPTextModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        return cast(torch.Tensor, self.model(input_ids=input_ids).last_hidden_state)


class _UNet(torch.nn.Module):
    """Latents [R, C, H, W], timesteps [R] and text [R, 77 K, D] to the model's output [R, C, H, W]."""

    def __init__(self, model: UNet2DConditionModel) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, sample: torch.Tensor, timesteps: torch.Tensor, encoder_hidden_states: torch.Tensor
    ) -> torch.Tensor:
        return cast(torch.Tensor, self.model(sample, timesteps, encoder_hidden_states, return_dict=False)[0])


class _VaeDecoder(torch.nn.Module):
    """Unscaled latents [R, C, H, W] to a picture about -1..1, [R, 3, f H, f W]."""

    def __init__(self, model: AutoencoderKL) -> None:
        super().__init__()
        self.model = model

    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        return cast(torch.Tensor, self.model.decode(latents, return_dict=False)[0])


class _VaeEncoder(torch.nn.Module):
    """A picture -1..1 to mean and log variance of its latents side by side, [R, 2 C, H, W]."""

    def __init__(self, model: AutoencoderKL) -> None:
        super().__init__()
        self.model = model

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return cast(torch.Tensor, self.model.encode(image).latent_dist.parameters)


@dataclass(frozen=True, kw_only=True)
class _Graph:
    """One graph to export: the module, its inputs, and the sides that may vary."""

    file: str
    module: torch.nn.Module
    inputs: Mapping[str, torch.Tensor]
    dynamic: DynamicShapes
    output_name: str


def export_bundle(
    checkpoint: Path,
    out: Path,
    *,
    name: str | None = None,
    precision: str = "fp32",
    progress: Progress | None = None,
) -> Manifest:
    """Writes the bundle of a checkpoint; an old bundle at `out` is replaced when the new one is whole.

    Sizes, defaults, source and licence are read from ``cosmicman.json`` in the checkpoint where there is one.

    Args:
        checkpoint: A folder in diffusers' StableDiffusionPipeline layout.
        out: Where the bundle goes.
        name: The model's name; None takes it from cosmicman.json, or from the folder.
        precision: fp32, or fp16_weights (half the size; the engine computes in float32 either way).
        progress: Called with what is being done, and how many of how many parts are done.

    Returns:
        The manifest, without its files.

    Raises:
        ValueError: The folder is no such checkpoint, or a part of it is damaged or unsupported.
    """
    if precision not in PRECISIONS:
        raise ValueError(f"precision must be one of {', '.join(PRECISIONS)}; got {precision!r}")
    check_pipeline(checkpoint)
    tokenizer = load_tokenizer(checkpoint / "tokenizer")
    manifest = describe(checkpoint, tokenizer, name=name, precision=precision)
    tell = progress or (lambda _part, _done, _total: None)
    parts: Sequence[tuple[str, Callable[[], list[_Graph]]]] = (
        ("text encoder", lambda: [_text_encoder_graph(checkpoint, manifest)]),
        ("unet", lambda: [_unet_graph(checkpoint, manifest)]),
        ("vae", lambda: _vae_graphs(checkpoint, manifest)),
    )
    with new_bundle(out, manifest) as folder:
        tokenizer.backend_tokenizer.save(str(folder / TOKENIZER_FILE))
        for done, (part, load) in enumerate(parts):
            tell(part, done, len(parts))
            for graph in load():
                _export(graph, folder, precision)
        tell("checksums", len(parts), len(parts))
    return manifest


def _load(kind: Any, folder: Path) -> Any:
    try:
        return kind.from_pretrained(folder, torch_dtype=torch.float32, local_files_only=True).eval()
    except (OSError, SafetensorError, RuntimeError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ValueError(f"{folder}: cannot load the weights: {reason}") from error


def _text_encoder_graph(checkpoint: Path, manifest: Manifest) -> _Graph:
    model = _load(CLIPTextModel, checkpoint / "text_encoder")
    ids = torch.full((2, manifest.tokenizer_length), manifest.end_token, dtype=torch.int64)
    ids[:, 0] = manifest.start_token
    return _Graph(
        file=TEXT_ENCODER_FILE,
        module=_TextEncoder(model),
        inputs={"input_ids": ids},
        dynamic={"input_ids": {0: torch.export.Dim.DYNAMIC}},
        output_name="last_hidden_state",
    )


def _unet_graph(checkpoint: Path, manifest: Manifest) -> _Graph:
    model = _load(UNet2DConditionModel, checkpoint / "unet")
    generator = torch.Generator().manual_seed(0)
    height, width = _example_side(manifest, 3), _example_side(manifest, 2)
    auto = torch.export.Dim.DYNAMIC
    return _Graph(
        file=UNET_FILE,
        module=_UNet(model),
        inputs={
            "sample": torch.randn(2, manifest.latent_channels, height, width, generator=generator),
            "timesteps": torch.tensor([999.0, 5.0]),
            "encoder_hidden_states": torch.randn(
                2, 2 * manifest.tokenizer_length, manifest.context_width, generator=generator
            ),
        },
        dynamic={
            "sample": {0: auto, 2: auto, 3: auto},
            "timesteps": {0: auto},
            "encoder_hidden_states": {0: auto, 1: auto},
        },
        output_name="output",
    )


def _vae_graphs(checkpoint: Path, manifest: Manifest) -> list[_Graph]:
    model = _load(AutoencoderKL, checkpoint / "vae")
    generator = torch.Generator().manual_seed(0)
    height, width = _example_side(manifest, 3), _example_side(manifest, 2)
    factor, auto = manifest.vae_factor, torch.export.Dim.DYNAMIC
    latents = torch.randn(2, manifest.latent_channels, height, width, generator=generator)
    image = torch.randn(2, 3, height * factor, width * factor, generator=generator).tanh()
    return [
        _Graph(
            file=VAE_DECODER_FILE,
            module=_VaeDecoder(model),
            inputs={"latents": latents},
            dynamic={"latents": {0: auto, 2: auto, 3: auto}},
            output_name="image",
        ),
        _Graph(
            file=VAE_ENCODER_FILE,
            module=_VaeEncoder(model),
            inputs={"image": image},
            dynamic={"image": {0: auto, 2: auto, 3: auto}},
            output_name="moments",
        ),
    ]


def _example_side(manifest: Manifest, times: int) -> int:
    """A small latent side that the model can do; height and width differ so that neither is taken for the other."""
    return times * max(1, manifest.side_limits[2] // manifest.vae_factor) * 2


def _export(graph: _Graph, folder: Path, precision: str) -> None:
    path = folder / graph.file
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # The exporter warns of its own deprecations, a page for each graph.
        program = torch.onnx.export(
            graph.module,
            kwargs=dict(graph.inputs),
            dynamo=True,
            dynamic_shapes=dict(graph.dynamic),
            opset_version=OPSET,
            input_names=list(graph.inputs),
            output_names=[graph.output_name],
            optimize=True,
            verbose=False,
        )
    assert program is not None
    forget_origins(program.model)
    if precision == "fp16_weights":
        store_weights_as_halves(program.model)
    program.save(path)
    _verify(graph, path, TOLERANCES[precision])


def _verify(graph: _Graph, path: Path, tolerance: float) -> None:
    """Runs the written graph on one row and compares it with torch.

    Raises:
        ValueError: They differ by more than the tolerance.
    """
    inputs = {name: value[:1] for name, value in graph.inputs.items()}
    with torch.no_grad():
        expected = graph.module(**inputs).numpy()
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    found = session.run(None, {name: value.numpy() for name, value in inputs.items()})[0]
    difference = float(np.abs(found - expected).max()) / max(1.0, float(np.abs(expected).max()))
    if not difference <= tolerance:
        raise ValueError(f"{graph.file}: the exported graph differs from torch by {difference:.2g} of {tolerance:g}")
