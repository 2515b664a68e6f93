"""Sessions run graphs; the rest of the engine does not know with what.

A session takes named arrays and gives one array. It knows nothing of samplers, requests or text. `OnnxSessions` runs a
bundle's graphs in ONNX Runtime on the provider that was named, or on the best one found; `engine.torch_sessions` runs
the modules of a checkpoint in PyTorch behind the same two interfaces, for whoever has the train extra.
"""

from engine.sessions.onnx import OnnxSession, OnnxSessions
from engine.sessions.session import Array, Session, SessionFactory

__all__ = ["Array", "OnnxSession", "OnnxSessions", "Session", "SessionFactory"]
