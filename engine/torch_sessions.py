"""Sessions in PyTorch: the modules of a checkpoint behind the interface that the engine's graphs have.

For the reference in parity tests, and for GPUs without TensorRT. A bundle holds ONNX graphs alone, so these sessions
read the checkpoint that it was made from; everything else (tokenizer, noise schedule, limits) is still the bundle's.

Letters: R rows.
"""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTextModelWithProjection

from engine.bundle import (
    CONDITIONING,
    SECOND_TEXT_ENCODER_FILE,
    TEXT_ENCODER_FILE,
    UNET_FILE,
    VAE_DECODER_FILE,
    VAE_ENCODER_FILE,
    Bundle,
)
from engine.errors import BundleError, ProviderError
from engine.export.graphs import TextEncoder, UNet
from engine.export.source import read_json, stock_config
from engine.export.weights import load_part
from engine.sessions.failures import run_error
from engine.sessions.processors import physical_cores
from engine.sessions.session import Array
from engine.settings import EngineSettings

logger = logging.getLogger(__name__)

Inputs: TypeAlias = Mapping[str, torch.Tensor]
Forward: TypeAlias = Callable[[Inputs], torch.Tensor]

_TEXT_ENCODERS = {
    TEXT_ENCODER_FILE: (CLIPTextModel, "text_encoder"),
    SECOND_TEXT_ENCODER_FILE: (CLIPTextModelWithProjection, "text_encoder_2"),
}
# The VAE of SDXL overflows in half precision, and one decode is little beside the steps before it.
_HALVED = frozenset({UNET_FILE})
_WARM_RUNS = 3  # before a capture, so that libraries have chosen their algorithms and taken their workspace


class TorchSession:
    """One module; rows may be padded, and runs captured as CUDA graphs."""

    def __init__(
        self, name: str, forward: Forward, input_names: tuple[str, ...], *, device: torch.device, dtype: torch.dtype
    ) -> None:
        """Made by `TorchSessions`."""
        self._name = name
        self._forward = forward
        self._input_names = input_names
        self._device = device
        self._dtype = dtype

    @property
    def input_names(self) -> tuple[str, ...]:
        """Names `run` expects."""
        return self._input_names

    def run(self, inputs: Mapping[str, Array]) -> npt.NDArray[np.float32]:
        """Runs the module once and returns its output, in float32 whatever the module's own precision."""
        try:
            with torch.inference_mode():
                tensors = {name: self._tensor(value) for name, value in inputs.items()}
                output: npt.NDArray[np.float32] = self._forward(tensors).float().cpu().numpy()
        # A module raises whatever its operators do; torch.OutOfMemoryError is a RuntimeError.
        except (RuntimeError, MemoryError, ValueError, IndexError, TypeError) as error:
            failure = run_error(self._name, error)
            if self._device.type == "cuda":
                torch.cuda.empty_cache()
            raise failure from error
        return output

    def _tensor(self, value: Array) -> torch.Tensor:
        tensor = torch.from_numpy(np.ascontiguousarray(value))
        dtype = self._dtype if tensor.is_floating_point() else tensor.dtype
        return tensor.to(self._device, dtype)


class TorchSessions:
    """The modules of one checkpoint, all on one device."""

    def __init__(self, checkpoint: Path, bundle: Bundle, settings: EngineSettings) -> None:
        """Finds the device.

        Args:
            checkpoint: A folder in diffusers' layout: the one the bundle was made from.
            bundle: Names the graphs.
            settings: Provider (torch or torch-compiled), device, precision and threads.

        Raises:
            ProviderError: There is no such device, or no such folder.
        """
        sessions = settings.sessions
        assert sessions.provider in ("torch", "torch-compiled"), sessions.provider
        if not (checkpoint / "model_index.json").is_file():
            raise ProviderError(
                f"provider {sessions.provider} runs a checkpoint, and {checkpoint} is none: it has no model_index.json"
            )
        self.provider = sessions.provider
        self._checkpoint = checkpoint
        self._manifest = bundle.manifest
        self._device = _device(sessions.device)
        half = sessions.half_precision and self._device.type == "cuda"
        self._unet_dtype = torch.float16 if half else torch.float32
        self._vae: Any = None
        torch.set_num_threads(settings.num_threads or physical_cores())
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = sessions.tf32

    @property
    def compiles_shapes(self) -> bool:
        """Compiling and capturing happen once for each shape; cuDNN looks for its convolutions too."""
        return self.provider == "torch-compiled" or self._device.type == "cuda"

    def load(self, file: str) -> TorchSession:
        """Loads what a graph of the bundle was exported from.

        Raises:
            BundleError: The checkpoint lacks it, or it is damaged.
        """
        dtype = self._unet_dtype if file in _HALVED else torch.float32
        call, input_names = self._module(file, dtype)
        compiled = self.provider == "torch-compiled" and file == UNET_FILE
        forward = CompiledForward(torch.compile(call, dynamic=False), self._device) if compiled else call
        logger.info("%s runs on %s, %s, %s", file, self.provider, self._device, dtype)
        return TorchSession(file, forward, input_names, device=self._device, dtype=dtype)

    def _module(self, file: str, dtype: torch.dtype) -> tuple[Forward, tuple[str, ...]]:
        """What runs, and the names of its inputs, as in the graph of the same name."""
        manifest = self._manifest
        if file in _TEXT_ENCODERS:
            kind, part = _TEXT_ENCODERS[file]
            encoder = TextEncoder(self._load(kind, part, dtype), family=manifest.family, clip_skip=manifest.clip_skip)
            return lambda inputs: encoder(**inputs), ("input_ids",)
        if file == UNET_FILE:
            unet = UNet(self._load(UNet2DConditionModel, "unet", dtype))
            names = ("sample", "timesteps", *CONDITIONING[manifest.family])
            return lambda inputs: unet(**inputs), names
        if self._vae is None:
            self._vae = self._load(AutoencoderKL, "vae", dtype)
        vae = self._vae
        if file == VAE_DECODER_FILE:
            return lambda inputs: vae.decode(inputs["latents"], return_dict=False)[0], ("latents",)
        assert file == VAE_ENCODER_FILE, file
        return lambda inputs: vae.encode(inputs["image"]).latent_dist.parameters, ("image",)

    def _load(self, kind: Any, part: str, dtype: torch.dtype) -> Any:
        folder = self._checkpoint / part
        try:
            module = load_part(kind, folder, stock_config(read_json(folder / "config.json")), dtype)
        except ValueError as error:
            raise BundleError(str(error)) from error
        return module.requires_grad_(False).to(self._device)


class CompiledForward:
    """A compiled module; on a GPU every shape is captured once as a CUDA graph and replayed from then on.

    R is rounded up to a power of two, so that few shapes are compiled; the rows added are copies of the first.
    Captured by hand and not by ``mode="reduce-overhead"``: that one keeps its graphs in the thread that made them.
    """

    def __init__(self, compiled: Forward, device: torch.device) -> None:
        """Takes what `torch.compile` made, which compiles at the first run of each shape."""
        self._compiled = compiled
        self._device = device
        self._graphs: dict[tuple[tuple[int, ...], ...], _Captured] = {}
        self._lock = Lock()

    def __call__(self, inputs: Inputs) -> torch.Tensor:
        """R rows to R rows."""
        num_rows = len(next(iter(inputs.values())))
        padded = {name: _pad(value) for name, value in inputs.items()}
        with self._lock:
            if self._device.type != "cuda":
                return self._compiled(padded)[:num_rows]
            key = tuple(tuple(value.shape) for value in padded.values())
            if key not in self._graphs:
                self._graphs[key] = _Captured(self._compiled, padded)
            return self._graphs[key].replay(padded)[:num_rows].clone()


class _Captured:
    """One shape's CUDA graph with the buffers that it reads and writes."""

    def __init__(self, forward: Forward, inputs: Inputs) -> None:
        self._inputs = {name: value.clone() for name, value in inputs.items()}
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(_WARM_RUNS):
                forward(self._inputs)
        torch.cuda.current_stream().wait_stream(stream)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            self._output = forward(self._inputs)

    def replay(self, inputs: Inputs) -> torch.Tensor:
        for name, value in inputs.items():
            self._inputs[name].copy_(value)
        self._graph.replay()
        return self._output


def padded_rows(num_rows: int) -> int:
    """The power of two that holds `num_rows`."""
    return 1 << (num_rows - 1).bit_length()


def _pad(value: torch.Tensor) -> torch.Tensor:
    missing = padded_rows(len(value)) - len(value)
    return torch.cat([value, value[:1].expand(missing, *value.shape[1:])]) if missing else value


def _device(number: int) -> torch.device:
    if not torch.cuda.is_available():
        if number:
            raise ProviderError(f"device {number} is not here: PyTorch finds no GPU on this machine, only the CPU")
        return torch.device("cpu")
    count = torch.cuda.device_count()
    if number >= count:
        raise ProviderError(f"device must be from 0 to {count - 1}, the GPUs of this machine; got {number}")
    return torch.device("cuda", number)
