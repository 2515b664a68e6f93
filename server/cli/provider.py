"""Arguments that say what runs the model, and the engine's loader for each answer.

PyTorch is named here and nowhere else in the gateway: it is an extra, and serving does without.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from server.cli.arguments import whole_number
from server.cli.errors import UsageError
from server.cli.extras import needs_extra

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.engine import Engine, EngineSettings
    from server.settings import Settings

PROVIDERS = ("auto", "cpu", "cuda", "tensorrt", "tensorrt-rtx", "openvino", "torch", "torch-compiled")
CPU_PRECISIONS = ("auto", "float32", "bfloat16")
#: Providers that run a checkpoint and no bundle.
OF_PYTORCH = ("torch", "torch-compiled")
#: Of a machine or a runtime, by the providers that look at it; a named provider of another kind would never.
READ_BY = {
    "device": ("auto", "cuda", "tensorrt", "tensorrt-rtx", *OF_PYTORCH),
    "engine_cache": ("auto", "tensorrt", "tensorrt-rtx"),
    "memory_limit_bytes": ("auto", "cuda", "tensorrt", "tensorrt-rtx"),
    "half_precision": ("auto", "tensorrt", *OF_PYTORCH),
    "tf32": ("auto", "cuda", "tensorrt", *OF_PYTORCH),
    "convolution_search": ("auto", "cuda", "tensorrt"),
    "openvino_cache": ("auto", "openvino"),
    "openvino_shapes": ("auto", "openvino"),
}
#: What auto reads only where it tries a provider that does, and the folder without which it tries none.
AUTO_WITH = {"half_precision": "engine_cache", "openvino_shapes": "openvino_cache"}
#: What was settled when engines were built, or is of ONNX Runtime, which does not run them.
NOT_OF_ENGINES = ("engine_cache", "memory_limit_bytes", "half_precision", "tf32", "convolution_search")
NAMES = ("provider", "device", "engines", "cpu_precision", "openvino_cache", "checkpoint", "base")


def add_provider(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--provider", choices=PROVIDERS, help="what runs the model (auto: the best that starts here)")
    parser.add_argument("--device", type=whole_number(0), help="number of the GPU (0)")
    parser.add_argument(
        "--engines",
        type=Path,
        metavar="FOLDER",
        help="TensorRT engines built by `cosmicman export --tensorrt` (none)",
    )
    parser.add_argument(
        "--cpu-precision",
        choices=CPU_PRECISIONS,
        help="what a CPU computes in (auto: bfloat16 where the processor and the bundle allow it, by OpenVINO)",
    )
    parser.add_argument(
        "--openvino-cache",
        type=Path,
        metavar="FOLDER",
        help="what OpenVINO compiled is kept there; auto tries OpenVINO only where one is named (none)",
    )
    parser.add_argument(
        "--checkpoint", type=Path, metavar="FOLDER", help="weights that torch and torch-compiled run (none)"
    )
    parser.add_argument(
        "--base", type=Path, metavar="FOLDER", help="pipeline whose UNet the checkpoint replaces (none)"
    )


def refuse_unread(settings: Settings) -> None:
    """Refuses what the provider does not read: weights, so that nobody takes another model's pictures for theirs.

    Raises:
        UsageError: A checkpoint, a base, or something of another provider is named for nothing.
    """
    for name, providers in READ_BY.items():
        if name in settings.model_fields_set and settings.provider not in providers:
            raise UsageError(
                f"{name} {getattr(settings, name)} is read by provider {', '.join(providers)} alone, and the provider "
                f"is {settings.provider}"
            )
        _refuse_unread_here(settings, name)
    for name, value in (("checkpoint", settings.checkpoint), ("base", settings.base)):
        if value is not None and settings.provider not in OF_PYTORCH:
            raise UsageError(
                f"{name} {value} is read by provider torch or torch-compiled alone, and the provider is "
                f"{settings.provider}, which runs the bundle"
            )


def _refuse_unread_here(settings: Settings, name: str) -> None:
    """Refuses what the provider reads, but not with the other settings as they are."""
    if name not in settings.model_fields_set:
        return
    value, folder = getattr(settings, name), AUTO_WITH.get(name)
    if settings.provider == "auto" and folder is not None and getattr(settings, folder) is None:
        raise UsageError(
            f"{name} {value} is read by provider auto only where {folder} names a folder; got none (or name a provider)"
        )
    if settings.engines is not None and name in NOT_OF_ENGINES:
        raise UsageError(
            f"{name} {value} is not read where engines run the model, which were built with theirs; got engines "
            f"{settings.engines}"
        )


def loader(settings: Settings) -> Callable[[Path, EngineSettings], Engine]:
    """How the engine is loaded; a provider of PyTorch runs a checkpoint, since bundles hold ONNX graphs alone."""
    from engine.engine import Engine

    refuse_unread(settings)
    if settings.provider not in OF_PYTORCH:
        return Engine.load
    if settings.checkpoint is None:
        raise UsageError(f"provider {settings.provider} runs a checkpoint; name its folder with --checkpoint")
    with needs_extra("train"):
        from engine.sessions.torch.sessions import TorchSessions
    return partial(Engine.load, make_sessions=partial(TorchSessions, settings.checkpoint, base=settings.base))
