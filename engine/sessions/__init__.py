"""Sessions run graphs; the rest of the engine does not know with what.

A session takes named arrays and gives one array, or two where a graph has two and somebody asks. It knows nothing of
samplers, requests or text. `onnx` runs a bundle's graphs in ONNX Runtime on the provider that was named, or on the best
one found; `openvino` compiles them for the processor; `tensorrt` runs engines that were built before; `torch` runs the
modules of a checkpoint in PyTorch behind the same two interfaces, for whoever has the train extra. `auto` takes what
the settings say, or the faster one.
"""

from engine.sessions.session import Array, Compiles, Prepares, Session, SessionFactory, TellsMore

__all__ = ["Array", "Compiles", "Prepares", "Session", "SessionFactory", "TellsMore"]
