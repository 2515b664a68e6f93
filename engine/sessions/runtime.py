"""The one door to ONNX Runtime: whoever needs it imports it from here, after its telemetry is off.

Importing `engine` has switched it off; a test holds that nobody else imports the package.
"""

import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as native

__all__ = ["native", "onnxruntime"]
