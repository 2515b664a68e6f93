"""Finds the weights of one part of a checkpoint and loads them: safetensors only, whole or in shards, plain or variant.

Pickled weights (.bin, .ckpt) run code when they are read; they are refused by name.
"""

import json
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from transformers import PreTrainedModel

from engine.pipeline_folder.source import read_json

PICKLES = (".bin", ".ckpt", ".pt", ".pth")
# diffusers' name for the weights of a part, and transformers'.
STEMS = ("diffusion_pytorch_model", "model")


def find_weights(folder: Path, *, variant: str | None = None) -> dict[str, Path]:
    """Files with the weights of a part, by the names they have without a variant; an index comes first.

    Args:
        folder: The part's folder.
        variant: Such as fp16. A part without it gives its plain weights; where None is asked for, the plain ones, or
            the only variant there is.

    Raises:
        ValueError: There are none, only pickled ones, several variants to choose from, or a shard is missing.
    """
    found = _variants(folder)
    if not found:
        pickled = sorted(path.name for path in folder.glob("*") if path.suffix in PICKLES)
        if pickled:
            raise ValueError(
                f"{folder}: holds pickled weights ({pickled[0]}), which run code when they are read; "
                "save them as .safetensors"
            )
        raise ValueError(f"{folder}: holds no weights: neither {' nor '.join(f'{s}.safetensors' for s in STEMS)}")
    chosen = variant if variant in found else None
    if chosen not in found:
        known = ", ".join(sorted(map(str, found)))
        if variant is not None:
            raise ValueError(f"{folder}: has neither plain weights nor a variant {variant}; there are {known}")
        if len(found) > 1:
            raise ValueError(f"{folder}: choose a variant: {known}")
        [chosen] = found
    stem, path = found[chosen]
    if path.suffix != ".json":
        return {f"{stem}.safetensors": path}
    return {f"{stem}.safetensors.index.json": path, **_shards(path)}


def _variants(folder: Path) -> dict[str | None, tuple[str, Path]]:
    """Variant (None is plain) to its stem and its file, the index where the weights come in shards."""
    found: dict[str | None, tuple[str, Path]] = {}
    for stem in STEMS:
        whole = re.compile(rf"{stem}(?:\.(?P<variant>[^.-]+))?\.safetensors")
        index = re.compile(rf"{stem}\.safetensors\.index(?:\.(?P<variant>[^.-]+))?\.json")
        for path in sorted(folder.glob(f"{stem}*")):
            match = whole.fullmatch(path.name) or index.fullmatch(path.name)
            if match is not None:
                found.setdefault(match["variant"], (stem, path))
    return found


def _shards(index: Path) -> dict[str, Path]:
    places = read_json(index).get("weight_map")
    if not isinstance(places, dict) or not places:
        raise ValueError(f"{index}: must hold a weight_map")
    shards = {}
    for name in sorted(set(map(str, places.values()))):
        path = index.parent / name
        if Path(name).name != name or not name.endswith(".safetensors"):
            raise ValueError(f"{index}: a shard must be a .safetensors file beside it; got {name[:80]!r}")
        if not path.is_file():
            raise ValueError(f"{path}: missing; {index.name} lists it")
        shards[name] = path
    return shards


def load_part(kind: Any, folder: Path, config: Mapping[str, Any], dtype: Any, *, variant: str | None = None) -> Any:
    """A part with its weights, ready to run.

    Args:
        kind: Its diffusers or transformers class.
        folder: Where its weights are.
        config: Its config in stock words, which may differ from the file beside the weights.
        dtype: The torch dtype to hold weights in.
        variant: See `find_weights`.

    Raises:
        ValueError: The weights are missing, damaged, or of another model than the config's.
    """
    with tempfile.TemporaryDirectory(prefix="cosmicman-weights-") as view:
        for name, path in find_weights(folder, variant=variant).items():
            (Path(view) / name).symlink_to(path.resolve())
        (Path(view) / "config.json").write_text(json.dumps(dict(config)), encoding="utf-8")
        name_of_dtype = "dtype" if issubclass(kind, PreTrainedModel) else "torch_dtype"
        try:
            model, report = kind.from_pretrained(
                view, local_files_only=True, use_safetensors=True, output_loading_info=True, **{name_of_dtype: dtype}
            )
        except (OSError, SafetensorError, RuntimeError, ValueError, KeyError, TypeError) as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0].replace(view, str(folder))
            raise ValueError(f"{folder}: cannot load the weights: {reason}") from error
    missing = sorted(str(name) for name in (*report["missing_keys"], *report["mismatched_keys"]))
    if missing:
        raise ValueError(
            f"{folder}: the weights are not those of this config: {len(missing)} are missing or of another shape, "
            f"first {missing[0][:120]}"
        )
    return model.eval()
