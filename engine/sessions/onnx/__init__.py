"""Sessions in ONNX Runtime."""

from engine.sessions.onnx.session import OnnxSession, OnnxSessions

__all__ = ["OnnxSession", "OnnxSessions"]
