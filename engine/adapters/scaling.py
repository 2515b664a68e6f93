"""What an adapter's product is multiplied with: alpha / rank, or alpha / sqrt(rank) for rsLoRA (arXiv 2312.03732).

Each writer says it elsewhere: kohya in a tensor beside each layer, diffusers in the file's metadata, PEFT in
adapter_config.json. Where nobody says, alpha is the rank. It knows what files say; it reads none.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DIFFUSERS_METADATA = "lora_adapter_metadata"
_PREFIX = "unet."
_PLAIN_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")


@dataclass(frozen=True, kw_only=True)
class Scaling:
    """What a file says of alpha.

    Attributes:
        alpha: Of every layer; None means its rank.
        alphas: Of layers whose names end so, in place of it.
        by_root: Whether it is divided by the root of the rank.
    """

    alpha: float | None = None
    alphas: Mapping[str, float] = field(default_factory=dict)
    by_root: bool = False

    def factor(self, layer: str, rank: int, own: float | None) -> float:
        """Of one layer; `own` is what stands beside it in the file."""
        alpha = own if own is not None else self._alpha(layer)
        if alpha is None:
            return math.sqrt(rank) if self.by_root else 1.0
        return alpha / (math.sqrt(rank) if self.by_root else rank)

    def _alpha(self, layer: str) -> float | None:
        ends = (alpha for name, alpha in self.alphas.items() if layer == name or layer.endswith(f".{name}"))
        return next(ends, self.alpha)


def scaling_of(metadata: Mapping[str, str], config: Mapping[str, Any] | None) -> Scaling:
    """What a file's metadata, or the adapter_config.json beside it, says.

    Raises:
        ValueError: It says something that cannot be done.
    """
    if config is not None:
        return _read(config)
    if DIFFUSERS_METADATA not in metadata:
        return Scaling()
    try:
        told = json.loads(metadata[DIFFUSERS_METADATA])
    except (ValueError, RecursionError):
        raise ValueError(f"its {DIFFUSERS_METADATA} is no JSON") from None
    if not isinstance(told, dict):
        raise ValueError(f"its {DIFFUSERS_METADATA} must be an object")
    return _read({name.removeprefix(_PREFIX): value for name, value in told.items() if name.startswith(_PREFIX)})


def _read(config: Mapping[str, Any]) -> Scaling:
    if config.get("use_dora"):
        raise ValueError("it is a DoRA, whose magnitudes the graph cannot take; `cosmicman export --lora` may merge it")
    patterns = config.get("alpha_pattern") or {}
    if not isinstance(patterns, dict) or not all(set(name) <= _PLAIN_NAME for name in patterns):
        raise ValueError("its alpha_pattern must name layers, without expressions")
    alpha = config.get("lora_alpha")
    return Scaling(
        alpha=None if alpha is None else _number("lora_alpha", alpha),
        alphas={name: _number("alpha_pattern", value) for name, value in patterns.items()},
        by_root=bool(config.get("use_rslora")),
    )


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"its {name} must be a number; it is {str(value)[:40]!r}")
    return float(value)
