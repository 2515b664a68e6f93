"""A device in host memory, and a TensorRT whose engines are graphs in ONNX Runtime that read and write at addresses.

They let the session's own work (shapes, buffers, copies, failures) run for real on machines without a GPU.
"""

import ctypes
import enum
import shutil
from typing import Any

import numpy as np

from engine.sessions.runtime import onnxruntime
from engine.sessions.tensorrt.gpu import CudaError
from engine.sessions.tensorrt.log import messages

DTYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(int64)": np.int64}


def has_gpu() -> bool:
    return shutil.which("nvidia-smi") is not None


class HostDevice:
    """Memory of the process; copies wait for `wait`, as a GPU's may."""

    def __init__(self, capacity: int = 1 << 30) -> None:
        self.capacity = capacity
        self.lost = False
        self._memory: dict[int, Any] = {}
        self._queue: list[tuple[int, int, int]] = []

    def sizes(self) -> list[int]:
        return [len(block) for block in self._memory.values()]

    def use(self) -> None:
        pass

    def new_stream(self) -> int:
        return 7

    def allocate(self, num_bytes: int) -> int:
        if sum(self.sizes()) + num_bytes > self.capacity:
            raise CudaError("CUDA error 2 in cudaMalloc: out of memory")
        block = (ctypes.c_char * num_bytes)()
        self._memory[ctypes.addressof(block)] = block
        return ctypes.addressof(block)

    def free(self, address: int) -> None:
        del self._memory[address]

    def copy_in(self, address: int, array: Any, stream: int) -> None:
        assert array.nbytes <= len(self._memory[address])
        self._queue.append((address, array.ctypes.data, array.nbytes))

    def copy_out(self, array: Any, address: int, stream: int) -> None:
        self._queue.append((array.ctypes.data, address, array.nbytes))

    def flush(self) -> None:
        for target, source, num_bytes in self._queue:
            ctypes.memmove(target, source, num_bytes)
        self._queue.clear()

    def wait(self, stream: int) -> None:
        assert stream == 7
        if self.lost:
            raise CudaError("CUDA error 700 in cudaStreamSynchronize: an illegal memory access was encountered")
        self.flush()


def read(address: int, shape: Any, dtype: Any) -> Any:
    data = ctypes.string_at(address, int(np.prod(shape)) * np.dtype(dtype).itemsize)
    return np.frombuffer(data, dtype).reshape(shape)


class Mode(enum.Enum):
    INPUT = 0
    OUTPUT = 1


class Engine:
    """One graph with the face of ICudaEngine."""

    def __init__(self, library: "Library", data: bytes) -> None:
        self.library = library
        self.graph = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
        self.inputs = {node.name: node for node in self.graph.get_inputs()}
        self.nodes = {**self.inputs, **{node.name: node for node in self.graph.get_outputs()}}
        self.num_io_tensors = len(self.nodes)

    def get_tensor_name(self, index: int) -> str:
        return list(self.nodes)[index]

    def get_tensor_mode(self, name: str) -> Mode:
        return Mode.INPUT if name in self.inputs else Mode.OUTPUT

    def get_tensor_dtype(self, name: str) -> str:
        return str(self.nodes[name].type)

    def create_execution_context(self, strategy: str) -> "Context":
        assert strategy == "user managed"
        return Context(self)


class Context:
    """The face of IExecutionContext."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.shapes: dict[str, tuple[int, ...]] = {}
        self.addresses: dict[str, int] = {}
        self.memory = 0

    def set_input_shape(self, name: str, shape: tuple[int, ...]) -> bool:
        assert name in self.engine.inputs
        self.shapes[name] = shape
        return True

    def update_device_memory_size_for_shapes(self) -> int:
        assert self.shapes.keys() == self.engine.inputs.keys()
        return 100 * max(shape[0] for shape in self.shapes.values())

    def set_device_memory(self, address: int, size: int) -> None:
        assert address
        self.memory = size

    def set_tensor_address(self, name: str, address: int) -> bool:
        self.addresses[name] = address
        return True

    def get_tensor_shape(self, name: str) -> tuple[int, ...]:
        fed = {key: np.zeros(shape, DTYPES[self.engine.nodes[key].type]) for key, shape in self.shapes.items()}
        return tuple(self.engine.graph.run(None, fed)[0].shape)

    def execute_async_v3(self, stream: int) -> bool:
        library = self.engine.library
        assert self.memory >= self.update_device_memory_size_for_shapes()
        if library.fails:
            library.messages.log(Severity.ERROR, library.fails)
            return False
        library.device.flush()
        fed = {
            name: read(self.addresses[name], shape, DTYPES[self.engine.nodes[name].type])
            for name, shape in self.shapes.items()
        }
        output = self.engine.graph.run(None, fed)[0]
        [name] = (name for name in self.engine.nodes if name not in self.engine.inputs)
        ctypes.memmove(self.addresses[name], output.ctypes.data, output.nbytes)
        return True


class Severity(enum.Enum):
    INTERNAL_ERROR = 0
    ERROR = 1
    WARNING = 2


class Library:
    """The face of the module."""

    TensorIOMode = Mode
    Logger = Severity

    class ExecutionContextAllocationStrategy:
        USER_MANAGED = "user managed"

    class ILogger:
        pass

    def __init__(self, device: HostDevice) -> None:
        self.device = device
        self.fails = ""
        self.messages = messages(self)

    def deserialize_cuda_engine(self, data: Any) -> Engine | None:
        if self.fails:
            self.messages.log(Severity.ERROR, self.fails)
            return None
        return Engine(self, bytes(data))

    @staticmethod
    def nptype(dtype: str) -> Any:
        return DTYPES[dtype]
