"""Which registered adapters a request draws with, and how strongly; what could not act is refused."""

import math
from collections.abc import Mapping
from difflib import get_close_matches

from engine.adapters.info import AdapterInfo
from engine.request.prepare.mistakes import Mistakes
from engine.request.request import FULL, MAX_LORA_SCALE, MAX_LORAS, GenerationRequest, ModelInfo

_FIELD = "loras"
_SHOWN = 8  # names in a message


def loras_of(request: GenerationRequest, model: ModelInfo, wrong: Mistakes) -> Mapping[str, float]:
    """Scales by the name of an adapter, without those of 0; none where anything is wrong with them."""
    if not request.loras:
        return {}
    known = {info.name: info for info in model.adapters}
    if len(request.loras) > MAX_LORAS:
        wrong.add(_FIELD, f"{_FIELD} may name at most {MAX_LORAS} adapters; got {len(request.loras)}")
    for name, scale in request.loras.items():
        if name not in known:
            wrong.add(_FIELD, _unknown(name, model))
        elif known[name].refused:
            wrong.add(_FIELD, f"{_FIELD}.{name} cannot be used: {known[name].refused}")
        if not (math.isfinite(scale) and -MAX_LORA_SCALE <= scale <= MAX_LORA_SCALE):
            message = f"must be from {-MAX_LORA_SCALE:g} to {MAX_LORA_SCALE:g}; got {scale:g}"
            wrong.add(_FIELD, f"{_FIELD}.{name[:40]} {message}")
    if not wrong.right(_FIELD):
        return {}
    acting = {name: float(scale) for name, scale in request.loras.items() if scale != 0}
    _check_together([known[name] for name in acting], request, model, wrong)
    return acting


def _unknown(name: str, model: ModelInfo) -> str:
    usable = [info.name for info in model.adapters if not info.refused]
    if not model.adapters:
        return f"{_FIELD} name adapters, and none is registered here; got {name[:40]!r}"
    close = get_close_matches(name[:64], usable, n=1)
    if close:
        return f"{_FIELD} may name registered adapters; got {name[:40]!r}, did you mean {close[0]}?"
    more = ", ..." if len(usable) > _SHOWN else ""
    return f"{_FIELD} may name {', '.join(usable[:_SHOWN]) or 'none of those registered'}{more}; got {name[:40]!r}"


def _check_together(acting: list[AdapterInfo], request: GenerationRequest, model: ModelInfo, wrong: Mistakes) -> None:
    if not acting:
        return
    columns = sum(info.rank for info in acting)
    if columns > model.adapter_columns:
        ranks = ", ".join(f"{info.name} {info.rank}" for info in acting)
        wrong.add(_FIELD, f"the ranks of {_FIELD} may sum to {model.adapter_columns}; got {columns} ({ranks})")
    if request.variant != FULL:
        wrong.add(_FIELD, f"{_FIELD} act in variant {FULL}, whose graph takes adapters; got {request.variant}")
