"""ONNX Runtime's execution providers: their names here and there, which to try, and the options each one takes.

Pure data: nothing here loads a graph, so that what a GPU will be told can be read and tested without one.
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import TypeAlias

from engine.errors import ProviderError
from engine.sessions.profiles import Shape, ShapeRange
from engine.settings import ONNX_PROVIDERS, SessionSettings

Options: TypeAlias = dict[str, str]

EXECUTION_PROVIDERS: Mapping[str, str] = MappingProxyType(
    {
        "cpu": "CPUExecutionProvider",
        "cuda": "CUDAExecutionProvider",
        "tensorrt": "TensorrtExecutionProvider",
        "tensorrt-rtx": "NvTensorRTRTXExecutionProvider",
    }
)
assert tuple(EXECUTION_PROVIDERS) == ONNX_PROVIDERS
# Compiled providers build an engine for minutes; without a folder to keep it in, every start would.
_BEST_FIRST = ("cuda", "cpu")
_BEST_FIRST_WITH_CACHE = ("tensorrt", "tensorrt-rtx", *_BEST_FIRST)
_CONVOLUTION_SEARCH = {"exhaustive": "EXHAUSTIVE", "heuristic": "HEURISTIC", "default": "DEFAULT"}


def candidates(settings: SessionSettings, available: Collection[str]) -> tuple[str, ...]:
    """Providers to try, the best first; a named one is the only one.

    Args:
        settings: Names a provider, or ``auto``.
        available: ONNX Runtime's names of what this installation holds.

    Raises:
        ProviderError: The named one is not there; the message names those that are.
    """
    here = [name for name, execution in EXECUTION_PROVIDERS.items() if execution in available]
    if settings.provider == "auto":
        order = _BEST_FIRST if settings.engine_cache is None else _BEST_FIRST_WITH_CACHE
        return tuple(name for name in order if name in here)
    if settings.provider not in here:
        raise ProviderError(
            f"provider {settings.provider} is not in this installation of ONNX Runtime, which has {', '.join(here)}"
        )
    return (settings.provider,)


def execution_providers(
    provider: str, settings: SessionSettings, shapes: Mapping[str, ShapeRange]
) -> list[tuple[str, Options]]:
    """What ONNX Runtime is given: the provider, and after it what runs the operators that it cannot.

    Args:
        provider: One of EXECUTION_PROVIDERS.
        settings: Device, limits, precision and cache.
        shapes: Shapes of the graph's inputs; compiled providers build one engine for all of them.
    """
    chains: dict[str, list[tuple[str, Options]]] = {
        "cpu": [],
        "cuda": [(EXECUTION_PROVIDERS["cuda"], _cuda(settings))],
        "tensorrt": [
            (EXECUTION_PROVIDERS["tensorrt"], _tensorrt(settings, shapes)),
            (EXECUTION_PROVIDERS["cuda"], _cuda(settings)),
        ],
        "tensorrt-rtx": [(EXECUTION_PROVIDERS["tensorrt-rtx"], _tensorrt_rtx(settings, shapes))],
    }
    return [*chains[provider], (EXECUTION_PROVIDERS["cpu"], {})]


def _cuda(settings: SessionSettings) -> Options:
    options = {
        "device_id": str(settings.device),
        # Doubling would take 8 GB for 5 GB of weights and keep the rest from the other graphs.
        "arena_extend_strategy": "kSameAsRequested",
        "cudnn_conv_algo_search": _CONVOLUTION_SEARCH[settings.convolution_search],
        "cudnn_conv_use_max_workspace": "1",
        "use_tf32": _switch(settings.tf32),
    }
    if settings.memory_limit_bytes is not None:
        options["gpu_mem_limit"] = str(settings.memory_limit_bytes)
    return options


def _tensorrt(settings: SessionSettings, shapes: Mapping[str, ShapeRange]) -> Options:
    options = {
        "device_id": str(settings.device),
        "trt_fp16_enable": _switch(settings.half_precision),
        **_profile("trt", shapes),
    }
    if settings.memory_limit_bytes is not None:
        options["trt_max_workspace_size"] = str(settings.memory_limit_bytes)
    if settings.engine_cache is not None:
        folder = str(settings.engine_cache)
        options |= {
            "trt_engine_cache_enable": "1",
            "trt_engine_cache_path": folder,
            "trt_timing_cache_enable": "1",
            "trt_timing_cache_path": folder,
        }
    return options


def _tensorrt_rtx(settings: SessionSettings, shapes: Mapping[str, ShapeRange]) -> Options:
    """TensorRT for RTX takes a graph's precision as it is; there is no switch for half precision."""
    options = {"device_id": str(settings.device), **_profile("nv", shapes)}
    if settings.memory_limit_bytes is not None:
        options["nv_max_workspace_size"] = str(settings.memory_limit_bytes)
    if settings.engine_cache is not None:
        options["nv_runtime_cache_path"] = str(settings.engine_cache)
    return options


def _profile(prefix: str, shapes: Mapping[str, ShapeRange]) -> Options:
    return {
        f"{prefix}_profile_min_shapes": _written({name: each.minimum for name, each in shapes.items()}),
        f"{prefix}_profile_opt_shapes": _written({name: each.usual for name, each in shapes.items()}),
        f"{prefix}_profile_max_shapes": _written({name: each.maximum for name, each in shapes.items()}),
    }


def _written(shapes: Mapping[str, Shape]) -> str:
    return ",".join(f"{name}:{'x'.join(str(side) for side in shape)}" for name, shape in shapes.items())


def _switch(on: bool) -> str:
    return "1" if on else "0"
