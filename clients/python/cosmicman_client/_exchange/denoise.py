"""From arguments to the body of POST /denoise: wrong types fail here, before the network."""

import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import TypedDict, Unpack

from cosmicman_client._exchange.tensors import RawTensor, pack
from cosmicman_client.denoising import Tensor


class DenoiseParams(TypedDict, total=False):
    """Arguments of `denoise` besides its rows, as docs/api.md explains each; None means the default."""

    negative_descriptions: str | Sequence[str] | None
    guidance_scale: float | None
    loras: Mapping[str, float] | None
    priority: str | None
    deadline_seconds: float | None


_NAMES = frozenset(DenoiseParams.__annotations__)


def denoise_body(latents: object, timesteps: object, descriptions: object, **params: Unpack[DenoiseParams]) -> bytes:
    """The tensors of a request, with the rest of it beside them.

    Raises:
        TypeError: An argument has another type than it must, or is none that there is.
        ValueError: A number is none, or a text no Unicode.
    """
    tensor = Tensor.of(latents)
    numbers = _timesteps(timesteps, tensor.shape[0])
    packed = struct.pack(f"<{len(numbers)}d", *numbers)
    request: dict[str, object] = {"descriptions": _texts("descriptions", descriptions)}
    for name, value in params.items():
        if name not in _NAMES:
            raise TypeError(f"denoise has no argument {name!r}")
        if value is not None:
            request[name] = _texts(name, value) if name == "negative_descriptions" else value
    try:
        text = json.dumps(request, ensure_ascii=False, allow_nan=False)
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("descriptions must be Unicode text; a character is an unpaired surrogate") from None
    except ValueError as error:
        raise ValueError(f"guidance_scale, loras and deadline_seconds must be finite numbers: {error}") from None
    return pack(
        {"latents": tensor.raw(), "timesteps": RawTensor(dtype="F64", shape=(len(numbers),), data=packed)},
        {"request": text},
    )


def _timesteps(timesteps: object, rows: int) -> list[float]:
    """One number for each row."""
    given = timesteps if isinstance(timesteps, Iterable) else [timesteps] * rows
    try:
        return [float(each) for each in given]  # type: ignore[arg-type]  # whatever is a number, such as NumPy's
    except (TypeError, ValueError):
        raise TypeError(f"timesteps must be numbers, one for each row or one for all; got {timesteps!r:.60}") from None


def _texts(name: str, value: object) -> list[str]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list | tuple) or not all(isinstance(each, str) for each in texts):
        raise TypeError(f"{name} must be a string, or a list of strings; got {type(value).__name__}")
    return list(texts)
