"""Sessions in OpenVINO, on the processor: every shape is compiled by itself, and rows keep their bits in company."""

from engine.sessions.openvino.sessions import OpenVinoSessions

__all__ = ["OpenVinoSessions"]
