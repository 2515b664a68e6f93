"""The one door to OpenVINO: whoever needs it asks here, so that nothing loads it where nobody wants it.

Importing `engine` has kept its telemetry out; see `engine.no_telemetry`.
"""

import importlib
from functools import cache
from importlib import metadata, util
from typing import Any

from engine.errors import ProviderError

NAME = "openvino"


def installed() -> bool:
    """Whether the package is here; it is not imported for that."""
    return util.find_spec(NAME) is not None


@cache
def library() -> Any:
    """The module.

    Raises:
        ProviderError: It is not installed, or does not load on this machine.
    """
    if not installed():
        raise ProviderError("provider openvino needs a package that is not installed: install the openvino extra")
    try:
        return importlib.import_module(NAME)
    except ImportError as error:
        raise ProviderError(f"provider openvino does not load on this machine: {str(error)[:200]}") from error


@cache
def core() -> Any:
    """What reads and compiles models; one for the process.

    Raises:
        ProviderError: The library is not here, or holds nothing for this machine's processor.
    """
    made = library().Core()
    if "CPU" not in made.available_devices:
        found = ", ".join(made.available_devices) or "no device"
        raise ProviderError(f"provider openvino has nothing for this processor; it finds {found}")
    return made


def version() -> str:
    """Of the installed package."""
    return metadata.version(NAME)


def processor() -> str:
    """The processor's name and what it computes natively: what is compiled for one may not suit another."""
    words = " ".join(sorted(core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")))
    return f"{core().get_property('CPU', 'FULL_DEVICE_NAME')} {words}"


def computes_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 natively."""
    return "BF16" in core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
