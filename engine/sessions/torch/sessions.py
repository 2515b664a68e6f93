"""Sessions in PyTorch: the modules of a checkpoint behind the interface that the engine's graphs have.

For the reference in parity tests, and for GPUs without TensorRT. A bundle holds ONNX graphs alone, so these sessions
read the checkpoint that it was made from; everything else (tokenizer, noise schedule, limits) is still the bundle's.

Letters: R rows.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import torch

from engine.bundle.manifest import (
    ADAPTED_FILE,
    FAST_DECODER_FILE,
    FEW_STEPS_FILE,
    SECOND_TEXT_ENCODER_FILE,
    SHARED_INPUTS,
    TEXT_ENCODER_FILE,
    TOKEN_GROUPS,
    UNET_FILE,
    VAE_DECODER_FILE,
    VAE_ENCODER_FILE,
    Bundle,
)
from engine.errors import BundleError, OutOfMemoryError, ProviderError
from engine.pipeline_folder.cross_attention import Watch, make_watchable
from engine.pipeline_folder.graphs import parts_of
from engine.pipeline_folder.source import open_source
from engine.sessions.failures import run_error
from engine.sessions.processors import physical_cores
from engine.sessions.session import Array
from engine.settings import TORCH_PROVIDERS, EngineSettings

logger = logging.getLogger(__name__)

Inputs: TypeAlias = Mapping[str, torch.Tensor]
Forward: TypeAlias = Callable[[Inputs], torch.Tensor]
Outputs: TypeAlias = tuple[torch.Tensor, ...]
Watched: TypeAlias = Callable[[Inputs], tuple[torch.Tensor, torch.Tensor]]

# What the export calls the part that each graph is made from.
_PARTS: Mapping[str, str] = MappingProxyType(
    {
        TEXT_ENCODER_FILE: "text encoder",
        SECOND_TEXT_ENCODER_FILE: "second text encoder",
        UNET_FILE: "unet",
        VAE_DECODER_FILE: "vae decoder",
        VAE_ENCODER_FILE: "vae encoder",
        FAST_DECODER_FILE: "fast decoder",
        FEW_STEPS_FILE: "unet of few steps",
        ADAPTED_FILE: "adapted unet",
    }
)
_WARM_RUNS = 3  # before a capture, so that libraries have chosen their algorithms and taken their workspace


class TorchSession:
    """One module on one device."""

    def __init__(
        self,
        name: str,
        forward: Forward,
        input_names: tuple[str, ...],
        *,
        device: torch.device,
        watched: Watched | None = None,
        compiled: bool = False,
    ) -> None:
        """Made by `TorchSessions`.

        Args:
            name: Of the graph, for messages.
            forward: Takes float32 and whole numbers, whatever it computes in.
            input_names: What it reads.
            device: Where it is.
            watched: Gives both outputs of a UNet.
            compiled: Whether `forward` was compiled, and has other last bits than `watched`.
        """
        self._name = name
        self._forward = forward
        self._input_names = input_names
        self._device = device
        self._watched, self._compiled = watched, compiled

    @property
    def input_names(self) -> tuple[str, ...]:
        """Names `run` expects, and the one that `run_both` reads besides."""
        return self._input_names if self._watched is None else (*self._input_names, TOKEN_GROUPS)

    def run(self, inputs: Mapping[str, Array]) -> npt.NDArray[np.float32]:
        """Runs the module once and returns its output, in float32 whatever the module's own precision."""
        [output] = self._guarded(lambda tensors: (self._forward(tensors),), inputs)
        return cast(npt.NDArray[np.float32], output)

    def run_both(self, inputs: Mapping[str, Array]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """The same, and how the module's attention is shared out.

        A compiled module is left as it is: its attention is looked at in a second run, which is not compiled.
        """
        assert self._watched is not None, f"{self._name} gives one output"
        output, maps = self._guarded(self._watched, inputs)
        if self._compiled:
            output = self.run({name: value for name, value in inputs.items() if name != TOKEN_GROUPS})
        return output, maps

    def _guarded(self, forward: Callable[[Inputs], Outputs], inputs: Mapping[str, Array]) -> list[Any]:
        """Outputs of a run in float32, its failures in the engine's words."""
        try:
            with torch.inference_mode():
                tensors = {name: self._tensor(value) for name, value in inputs.items()}
                return [output.float().cpu().numpy() for output in forward(tensors)]
        # A module raises whatever its operators do; torch.OutOfMemoryError is a RuntimeError.
        except (RuntimeError, MemoryError, ValueError, IndexError, TypeError) as error:
            failure = run_error(self._name, error)
            if isinstance(failure, OutOfMemoryError) and self._device.type == "cuda":
                torch.cuda.empty_cache()
            raise failure from error

    def _tensor(self, value: Array) -> torch.Tensor:
        return torch.from_numpy(np.ascontiguousarray(value)).to(self._device)


class TorchSessions:
    """The modules of one checkpoint, all on one device."""

    def __init__(self, checkpoint: Path, bundle: Bundle, settings: EngineSettings, *, base: Path | None = None) -> None:
        """Finds the parts and the device.

        Args:
            checkpoint: What the bundle was exported from: a pipeline folder, or with a base a folder with a UNet.
            bundle: Names the graphs and the family.
            settings: Provider (torch or torch-compiled), device, precision and threads.
            base: The pipeline whose UNet the checkpoint replaces.

        Raises:
            ProviderError: There is no such device, or the folders are no checkpoint of the bundle's family.
        """
        sessions = settings.sessions
        assert sessions.provider in TORCH_PROVIDERS, sessions.provider
        self.provider = sessions.provider
        try:
            source = open_source(checkpoint, base)
        except ValueError as error:
            raise ProviderError(f"provider {self.provider} runs a checkpoint: {error}") from error
        if source.family != bundle.manifest.family:
            raise ProviderError(f"{checkpoint} is of family {source.family}; the bundle is {bundle.manifest.family}")
        self._device = _device(sessions.device)
        half = sessions.half_precision and self._device.type == "cuda"
        manifest = replace(bundle.manifest, precision="fp16" if half else "fp32")
        self._parts = parts_of(source, manifest, variant=None)
        torch.set_num_threads(settings.num_threads or physical_cores())
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = sessions.tf32

    @property
    def compiles_shapes(self) -> bool:
        """Compiling and capturing happen once for each shape; cuDNN looks for its convolutions too."""
        return self.provider == "torch-compiled" or self._device.type == "cuda"

    def load(self, file: str) -> TorchSession:
        """Loads what a graph of the bundle was exported from.

        Raises:
            BundleError: The checkpoint's weights cannot be loaded.
        """
        try:
            graph = self._parts[_PARTS[file]]()
        except ValueError as error:
            raise BundleError(str(error)) from error
        module = graph.module.eval().requires_grad_(False).to(self._device)

        def forward(inputs: Inputs) -> torch.Tensor:
            output: torch.Tensor = module(**inputs)
            return output

        compiled = self.provider == "torch-compiled" and file in (UNET_FILE, FEW_STEPS_FILE, ADAPTED_FILE)
        run: Forward = CompiledForward(torch.compile(forward, dynamic=False), self._device) if compiled else forward
        watched: Watched | None = None
        if graph.attention_level is not None:
            make_watchable(module.model, graph.attention_level)
            watched = partial(_watched, module, 2**graph.attention_level)
        logger.info("%s runs on %s, %s, %s", file, self.provider, self._device, graph.precision)
        return TorchSession(
            file, run, (*graph.inputs, *graph.control), device=self._device, watched=watched, compiled=compiled
        )


def _watched(module: Any, halved: int, inputs: Inputs) -> tuple[torch.Tensor, torch.Tensor]:
    """A UNet's output, and how its attention is shared out among the groups of ``token_groups``."""
    watch = Watch(inputs[TOKEN_GROUPS])
    output = module(**{name: value for name, value in inputs.items() if name != TOKEN_GROUPS}, watch=watch)
    height, width = inputs["sample"].shape[2:]
    return output, watch.maps(height // halved, width // halved)


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
        num_rows = len(next(value for name, value in inputs.items() if name not in SHARED_INPUTS))
        padded = {name: value if name in SHARED_INPUTS else _pad(value) for name, value in inputs.items()}
        with self._lock:
            if self._device.type != "cuda":
                return self._compiled(padded)[:num_rows]
            key = tuple(tuple(value.shape) for value in padded.values())
            with torch.cuda.device(self._device):
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
        # Another thread may decode a picture meanwhile; what it allocates must not end the capture.
        with torch.cuda.graph(self._graph, capture_error_mode="thread_local"):
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
