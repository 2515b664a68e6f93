"""Fills a recipe from a YAML file and overrides, and turns it back into plain values."""

from __future__ import annotations

import math
import re
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from engine.train.recipe.recipe import Recipe


def load_recipe(path: Path, overrides: typing.Sequence[str] = ()) -> Recipe:
    """Read a YAML recipe and apply `a.b=c` overrides; raise ValueError naming the key that is wrong."""
    try:
        tree = _from_yaml(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ValueError(f"{path} is not YAML: {error}") from error
    if not isinstance(tree, dict):
        raise ValueError(f"{path} must hold a mapping of settings, got {type(tree).__name__}")
    for override in overrides:
        _override(tree, override)
    recipe = _build(Recipe, tree, "")
    assert isinstance(recipe, Recipe)
    return recipe


def as_tree(value: Any) -> Any:
    """The recipe as plain lists, numbers and strings, fit for JSON or YAML."""
    if is_dataclass(value):
        return {entry.name: as_tree(getattr(value, entry.name)) for entry in fields(value)}
    if isinstance(value, tuple):
        return [as_tree(item) for item in value]
    return str(value) if isinstance(value, Path | StrEnum) else value


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """Booleans as YAML 1.2 has them, true and false alone: `no` is the name of a precision."""


_BOOLEAN = "tag:yaml.org,2002:bool"
_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in found if tag != _BOOLEAN]
    for letter, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOLEAN, re.compile("^(true|True|TRUE|false|False|FALSE)$"), list("tTfF"))


def _from_yaml(text: str) -> Any:
    return yaml.load(text, _Loader)


def _override(tree: dict[str, Any], override: str) -> None:
    key, equals, text = override.partition("=")
    if not equals or not key:
        raise ValueError(f"an override is written a.b=value, got {override!r}")
    *parents, leaf = key.split(".")
    for name in parents:
        tree = tree.setdefault(name, {})
        if not isinstance(tree, dict):
            raise ValueError(f"override {override!r}: {name} is a value, not a section")
    tree[leaf] = _from_yaml(text)


def _build(cls: type, tree: Any, where: str) -> Any:
    if not isinstance(tree, Mapping):
        raise ValueError(f"{where or 'the recipe'} must be a mapping of settings, got {tree!r}")
    hints = typing.get_type_hints(cls)
    known = {entry.name: entry for entry in fields(cls)}
    prefix = f"{where}." if where else ""
    for key in tree:
        if key not in known:
            raise ValueError(f"unknown setting {prefix}{key}; expected one of {', '.join(sorted(known))}")
    for name, entry in known.items():
        if name not in tree and entry.default is MISSING and entry.default_factory is MISSING:
            raise ValueError(f"setting {prefix}{name} is missing")
    values = {name: _convert(hints[name], value, f"{prefix}{name}") for name, value in tree.items()}
    try:
        return cls(**values)
    except ValueError as error:
        raise ValueError(f"{where}: {error}" if where else str(error)) from error


def _convert(hint: Any, value: Any, where: str) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        if value is None and type(None) in arguments:
            return None
        hint = next(argument for argument in arguments if argument is not type(None))
        return _convert(hint, value, where)
    if is_dataclass(hint):
        return _build(typing.cast(type, hint), value, where)
    if origin is tuple:
        return _convert_tuple(arguments, value, where)
    return _convert_scalar(hint, value, where)


def _convert_tuple(arguments: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError(f"{where} must be a list, got {value!r}")
    if arguments[-1] is Ellipsis:
        return tuple(_convert(arguments[0], item, where) for item in value)
    if len(value) != len(arguments):
        raise ValueError(f"{where} must be a list of {len(arguments)}, got {value!r}")
    return tuple(_convert(hint, item, where) for hint, item in zip(arguments, value, strict=True))


def _convert_scalar(hint: Any, value: Any, where: str) -> Any:
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        choices = [str(choice) for choice in hint]
        if value not in choices:
            raise ValueError(f"{where} must be one of {', '.join(choices)}, got {value!r}")
        return hint(value)
    if hint is Path and isinstance(value, str):
        try:
            return Path(value).expanduser()
        except RuntimeError as error:
            raise ValueError(f"{where} begins with ~ and a name that nobody here has, got {value!r}") from error
    if hint is float and isinstance(value, str | int) and not isinstance(value, bool):  # YAML reads 1e-3 as a string
        try:
            value = float(value)
        except (ValueError, OverflowError) as error:
            raise ValueError(f"{where} must be a number, got {value!r}") from error
    if hint is float and isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{where} must be a finite number, got {value}")
    if not isinstance(value, hint) or (isinstance(value, bool) and hint is not bool):
        raise ValueError(f"{where} must be {hint.__name__}, got {value!r}")
    return value
