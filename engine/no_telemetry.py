"""Tells the packages that report to their makers not to, before any of them is imported.

`engine/__init__.py` calls it first, so nothing of ours can load such a package earlier; child processes inherit it.
docs/operations.md says what each package would have done.
"""

import os
import sys

#: Read when a package is imported or starts. Taken out of the installed packages: read them again at every upgrade.
SWITCHES = {
    # ONNX Runtime 1.32: keeps a device id and a database of events in the home's cache, and sends them to its maker.
    "ORT_DISABLE_TELEMETRY": "1",
    # huggingface_hub, and with it diffusers and transformers: versions and model classes in every request's user agent.
    "HF_HUB_DISABLE_TELEMETRY": "1",
    # hf_xet, which transfers large files for huggingface_hub: sizes and times of every transfer.
    "HF_XET_TELEMETRY_ENABLED": "false",
    # Ray 2.60: versions, hardware and which of its libraries are used, once an hour.
    "RAY_USAGE_STATS_ENABLED": "0",
    # wandb: its own errors, to a third party. What a recipe sends to wandb on purpose is another matter.
    "WANDB_ERROR_REPORTING": "false",
}


#: Packages that only report, and have no switch but a file in the home folder; who would import them does without.
KEPT_OUT = (
    # OpenVINO 2026.4: makes a folder in the home, and sends its maker the import of the package and every conversion.
    "openvino_telemetry",
)


def switch_off() -> None:
    """Sets the variables for this process and its children, whatever they were, and keeps packages from loading."""
    os.environ.update(SWITCHES)
    for name in KEPT_OUT:
        sys.modules[name] = None  # type: ignore[assignment]
