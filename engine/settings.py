"""How an engine uses the machine."""

import os
from dataclasses import dataclass
from pathlib import Path

ONNX_PROVIDERS = ("cpu", "cuda", "tensorrt", "tensorrt-rtx")
TORCH_PROVIDERS = ("torch", "torch-compiled")
ENGINE_PROVIDERS = ("auto", "tensorrt", "tensorrt-rtx")
OPENVINO = "openvino"
PROVIDERS = ("auto", *ONNX_PROVIDERS, OPENVINO, *TORCH_PROVIDERS)
CPU_PRECISIONS = ("auto", "float32", "bfloat16")
CONVOLUTION_SEARCHES = ("heuristic", "exhaustive", "default")
MAX_SPIN_MICROSECONDS = 10_000


@dataclass(frozen=True, kw_only=True)
class SessionSettings:
    """What runs the graphs, and how.

    Attributes:
        provider: One of PROVIDERS; auto takes the best that starts here. A named one runs everything or fails.
        device: Number of the GPU.
        arena: Whether the CPU keeps memory between runs; off, every run asks the system and gives back at once.
        spin_microseconds: How long a thread of the CPU looks for more work before it sleeps; 0 sleeps at once.
        memory_limit_bytes: Most a GPU's arena, or TensorRT's workspace, may grow to; None means all there is.
        engine_cache: Folder where ONNX Runtime's TensorRT keeps what it built; auto tries it only where there is one.
        engines: Folder of engines that `cosmicman export --tensorrt` built; TensorRT's own runtime runs them.
        half_precision: Whether TensorRT and PyTorch compute a float32 model in half precision on a GPU.
        tf32: Whether CUDA may round the inputs of float32 products to 10 bits.
        cpu_precision: One of CPU_PRECISIONS; auto takes bfloat16 where the processor computes it natively and the
            bundle's manifest says what it costs. OpenVINO alone computes it; everything else on a CPU is float32.
        openvino_cache: Folder of models that OpenVINO compiled; auto tries OpenVINO only where there is one.
        openvino_shapes: Most shapes of a graph that OpenVINO holds compiled.
        convolution_search: How cuDNN finds an algorithm for a new shape; exhaustive tries all, for seconds each.
    """

    provider: str = "auto"
    device: int = 0
    arena: bool = True
    spin_microseconds: int = 50
    memory_limit_bytes: int | None = None
    engine_cache: Path | None = None
    engines: Path | None = None
    half_precision: bool = False
    tf32: bool = True
    convolution_search: str = "heuristic"
    cpu_precision: str = "auto"
    openvino_cache: Path | None = None
    openvino_shapes: int = 12

    def __post_init__(self) -> None:
        if self.provider not in PROVIDERS:
            raise ValueError(f"provider must be one of {', '.join(PROVIDERS)}; got {self.provider[:40]!r}")
        if self.engines is not None and self.provider not in ENGINE_PROVIDERS:
            allowed = ", ".join(ENGINE_PROVIDERS)
            raise ValueError(f"engines are run by provider {allowed}; got {self.provider}")
        if self.device < 0:
            raise ValueError(f"device must be at least 0; got {self.device}")
        if not 0 <= self.spin_microseconds <= MAX_SPIN_MICROSECONDS:
            allowed = f"from 0 to {MAX_SPIN_MICROSECONDS}"
            raise ValueError(f"spin_microseconds must be {allowed}; got {self.spin_microseconds}")
        if self.memory_limit_bytes is not None and self.memory_limit_bytes < 1:
            raise ValueError(f"memory_limit_bytes must be at least 1; got {self.memory_limit_bytes}")
        if self.cpu_precision not in CPU_PRECISIONS:
            allowed = ", ".join(CPU_PRECISIONS)
            raise ValueError(f"cpu_precision must be one of {allowed}; got {self.cpu_precision[:40]!r}")
        if self.cpu_precision == "bfloat16" and (self.provider not in ("auto", OPENVINO) or self.engines is not None):
            runs = "engines" if self.engines is not None else f"provider {self.provider}"
            raise ValueError(f"cpu_precision bfloat16 is computed by provider {OPENVINO} alone; got {runs}")
        if self.openvino_shapes < 1:
            raise ValueError(f"openvino_shapes must be at least 1; got {self.openvino_shapes}")
        if self.convolution_search not in CONVOLUTION_SEARCHES:
            allowed = ", ".join(CONVOLUTION_SEARCHES)
            raise ValueError(f"convolution_search must be one of {allowed}; got {self.convolution_search[:40]!r}")


@dataclass(frozen=True, kw_only=True)
class EngineSettings:
    """How an engine uses the machine.

    Attributes:
        max_rows: Rows of one UNet forward (a guided picture is two rows).
        max_forward_seconds: How long a forward may take by the measured cost table, and so how long a new request may
            have to wait for one; a single picture's step may take longer.
        max_running: Requests that denoise at the same time.
        max_waiting: Requests that may wait for their turn; one more is refused with BusyError.
        max_undecoded: Denoised pictures that may wait for the decoder; others take no last step meanwhile.
        max_images: Pictures one request may ask for.
        max_steps: Steps one request may ask for; None means what the model can do.
        max_pixels: Pixels of one picture; None means what the model can do.
        max_characters: Length of a description; None means as much ordinary English as `max_windows` windows hold.
        max_windows: 77-token windows of a description.
        num_threads: Threads of a forward; None means one for each physical core.
        warm_up: Whether to run every graph before the engine says it is ready.
        adapters: Folder of the adapters that requests may name; None means none.
        adapter_bytes: Memory of adapters that stay read while no request needs them.
        niceness: How far its threads step aside for others that want the same cores, 0 to 19; on Linux alone.
        sessions: What runs the graphs, and how.
    """

    max_rows: int = 8
    max_forward_seconds: float = 1.0
    max_running: int = 8
    max_waiting: int = 64
    max_undecoded: int = 16
    max_images: int = 8
    max_steps: int | None = None
    max_pixels: int | None = None
    max_characters: int | None = None
    max_windows: int = 16
    num_threads: int | None = None
    warm_up: bool = True
    niceness: int = 0
    adapters: Path | None = None
    adapter_bytes: int = 2_000_000_000
    sessions: SessionSettings = SessionSettings()

    def __post_init__(self) -> None:
        if self.max_characters is not None and self.max_characters < 1:
            raise ValueError(f"max_characters must be at least 1; got {self.max_characters}")
        for name in ("max_rows", "max_running", "max_undecoded", "max_images", "max_windows"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1; got {getattr(self, name)}")
        for name in ("max_steps", "max_pixels"):
            if (most := getattr(self, name)) is not None and most < 1:
                raise ValueError(f"{name} must be at least 1; got {most}")
        if not self.max_forward_seconds > 0:
            raise ValueError(f"max_forward_seconds must be more than 0; got {self.max_forward_seconds}")
        if self.adapter_bytes < 0:
            raise ValueError(f"adapter_bytes must not be negative; got {self.adapter_bytes}")
        if not 0 <= self.niceness <= 19:
            raise ValueError(f"niceness must be from 0 to 19; got {self.niceness}")
        if self.max_waiting < 0:
            raise ValueError(f"max_waiting must be at least 0; got {self.max_waiting}")
        if self.num_threads is not None and not 1 <= self.num_threads <= (os.cpu_count() or 1):
            raise ValueError(f"num_threads must be from 1 to {os.cpu_count()}; got {self.num_threads}")
