"""What `denoise` sends and gives: arrays as their bytes, since this package needs no NumPy; and what noise is."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self, cast

from cosmicman_client._exchange.tensors import RawTensor, unpack
from cosmicman_client.models import NotThisError, Record

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_NAMES = {"F32": "float32", "F16": "float16"}
_KINDS = {name: kind for kind, name in _NAMES.items()}
#: Of Python's own buffers, by their format.
_FORMATS = {"f": "float32", "<f": "float32", "e": "float16", "<e": "float16"}


@dataclass(frozen=True, kw_only=True)
class Tensor:
    """Numbers in rows, the least byte first; `dtype` is float32 or float16."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes = field(repr=False)

    @classmethod
    def of(cls, latents: object) -> Self:
        """An array of NumPy, or of whatever else shows its numbers as a buffer, without a copy where it can be.

        Raises:
            TypeError: It is no array of float32 or float16 with four sides.
        """
        if isinstance(latents, Tensor):
            return cls(dtype=latents.dtype, shape=latents.shape, data=latents.data)
        try:
            view = memoryview(cast(bytes, latents))
        except TypeError:
            hint = "of a torch tensor that is tensor.detach().cpu().numpy()"
            raise TypeError(f"latents must be an array, {hint}; got {type(latents).__name__}") from None
        if view.format not in _FORMATS:
            raise TypeError(f"latents must be of float32 or float16; got numbers of format {view.format!r}")
        shape = tuple(view.shape or ())
        if len(shape) != 4:
            raise TypeError(f"latents must be [rows, channels, height, width]; got {len(shape)} sides")
        return cls(dtype=_FORMATS[view.format], shape=shape, data=view.tobytes())

    def numpy(self) -> "npt.NDArray[np.floating[Any]]":
        """The same as an array that can be written to; needs NumPy."""
        import numpy as np

        return np.frombuffer(self.data, "<f4" if self.dtype == "float32" else "<f2").reshape(self.shape).copy()

    def raw(self) -> RawTensor:
        """As it is sent."""
        return RawTensor(dtype=_KINDS[self.dtype], shape=self.shape, data=self.data)


@dataclass(frozen=True, kw_only=True)
class Denoised(Record):
    """Answer of `denoise`: `output` with a guidance scale, else `conditional` and `unconditional`.

    Attributes:
        output: unconditional + scale x (conditional - unconditional).
        conditional: What the UNet says with the description.
        unconditional: What it says with the negative description.
        prediction_type: What these are: epsilon (the noise) or v_prediction.
        alphas_cumprod: Of each row at its timestep: noised latents hold sqrt of it of the clean ones.
    """

    id: str
    model: str
    prediction_type: str
    alphas_cumprod: Tensor
    output: Tensor | None = None
    conditional: Tensor | None = None
    unconditional: Tensor | None = None
    timings: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, body: bytes) -> Self:
        """The record in an answer's body.

        Raises:
            NotThisError: It is none.
        """
        try:
            tensors, metadata = unpack(body)
            facts = json.loads(metadata.get("answer", ""))
        except ValueError as error:
            raise NotThisError(f"expected tensors in the safetensors format: {error}") from None
        if not isinstance(facts, dict):
            raise NotThisError("expected an object beside the tensors")
        return cls.read(facts | {name: _tensor(raw) for name, raw in tensors.items()})


@dataclass(frozen=True, kw_only=True)
class Noise(Record):
    """Answer of `noise`: what latents the model has and how noise was added to them; see docs/api.md.

    `sizes`, where it holds any, are the only (height, width) of latents that the model takes.
    """

    model: str
    prediction_type: str
    num_train_timesteps: int
    alphas_cumprod: list[float] = field(repr=False)
    channels: int
    scaling_factor: float
    shift_factor: float = 0.0
    pixels_of_a_latent: int = 8
    sizes: list[list[int]] = field(default_factory=list)
    max_rows: int = 1


def _tensor(raw: RawTensor) -> Tensor:
    if raw.dtype not in _NAMES:
        raise NotThisError(f"expected numbers of {' or '.join(_NAMES)}, got {raw.dtype[:20]}")
    return Tensor(dtype=_NAMES[raw.dtype], shape=raw.shape, data=raw.data)
