"""Sessions in TensorRT's own runtime: engines that `cosmicman export --tensorrt` built, behind the two interfaces.

Whatever library built them runs them, tensorrt or tensorrt-rtx; both speak the same API. Neither is needed to import
this, nor is CUDA. ONNX Runtime's TensorRT providers are another way, in `engine.sessions`: they build at the first run.
"""

from engine.sessions.tensorrt.gpu import CudaError, Device, Gpu
from engine.sessions.tensorrt.session import TensorRtSession, check_shape
from engine.sessions.tensorrt.sessions import TensorRtSessions

__all__ = ["CudaError", "Device", "Gpu", "TensorRtSession", "TensorRtSessions", "check_shape"]
