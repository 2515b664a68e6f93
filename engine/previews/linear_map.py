"""Latents to colours by one matrix: what a picture looks like, roughly, without its decoder.

A cell of latents and its eight neighbours say, linearly, the colours of a patch of the picture: f pixels a side in the
picture, p in the preview. The matrix is fitted once for an autoencoder (`engine.export.preview_map`) and lies in the
bundle as one array of numbers. It knows neither steps nor requests.

Letters: C H W latent channels and sides, f pixels a side of a latent, p of its patch.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.bundle.manifest import PREVIEW_MAP_FILE, Bundle
from engine.errors import BundleError

FloatArray = npt.NDArray[np.float32]

NEIGHBOURS = 9
COLOURS = 3
#: Multiplications in one product that OpenBLAS does not share out among threads; its own limit is four times this.
_MOST_PRODUCTS = 2**16


@dataclass(frozen=True, kw_only=True, eq=False)
class PreviewMap:
    """A fitted map.

    Attributes:
        matrix: From the features of a cell to its patch, [9 C + 1, p p 3], colours about -1..1.
    """

    matrix: FloatArray

    def __post_init__(self) -> None:
        shape = self.matrix.shape
        if len(shape) != 2 or shape[0] % NEIGHBOURS != 1 or shape[1] < 1 or shape[1] != COLOURS * self.patch**2:
            raise ValueError(f"a preview map must be of 9 C + 1 rows and 3 p p columns; got {shape}")
        if not np.isfinite(self.matrix).all():
            raise ValueError("a preview map must hold numbers alone; got NaN or infinity")

    @property
    def channels(self) -> int:
        """C of the latents it reads."""
        return len(self.matrix) // NEIGHBOURS

    @property
    def patch(self) -> int:
        """p, pixels of the preview a side of a latent."""
        return math.isqrt(self.matrix.shape[1] // COLOURS)

    def colours(self, latents: FloatArray) -> FloatArray:
        """Latents of one picture as they are in the step loop, [1, C, H, W], to colours, [p H, p W, 3], about -1..1."""
        _, _, height, width = latents.shape
        laid = (
            self._patches(features(latents))
            .reshape(height, width, self.patch, self.patch, COLOURS)
            .transpose(0, 2, 1, 3, 4)
        )
        return laid.reshape(height * self.patch, width * self.patch, COLOURS)

    def _patches(self, rows: FloatArray) -> FloatArray:
        """The product, in parts that BLAS computes in this thread: others would take the cores of the step loop."""
        rows_a_part = max(1, _MOST_PRODUCTS // self.matrix.size)
        parts = [rows[start : start + rows_a_part] @ self.matrix for start in range(0, len(rows), rows_a_part)]
        return np.concatenate(parts)


def features(latents: FloatArray) -> FloatArray:
    """What the map reads of every cell, [H W, 9 C + 1]: it and its neighbours, the edge's own beyond it, and 1."""
    _, channels, height, width = latents.shape
    padded = np.pad(latents[0], ((0, 0), (1, 1), (1, 1)), mode="edge")
    rows = np.ones((height * width, NEIGHBOURS * channels + 1), np.float32)
    for number in range(NEIGHBOURS):
        down, across = divmod(number, 3)
        part = padded[:, down : down + height, across : across + width]
        rows[:, number * channels : (number + 1) * channels] = part.reshape(channels, -1).T
    return rows


def load_preview_map(bundle: Bundle) -> PreviewMap | None:
    """The map of a verified bundle; None where it holds none.

    Raises:
        BundleError: The file is whole, and no map for the bundle's latents.
    """
    if PREVIEW_MAP_FILE not in bundle.manifest.files:
        return None
    path = bundle.file(PREVIEW_MAP_FILE)
    try:
        found = PreviewMap(matrix=np.load(path, allow_pickle=False).astype(np.float32))
    except (OSError, ValueError, TypeError, EOFError) as error:
        raise BundleError(f"{path}: damaged: {error}") from error
    if found.channels != bundle.manifest.latent_channels:
        wanted = bundle.manifest.latent_channels
        raise BundleError(f"{path}: damaged: it reads {found.channels} channels, and latents here have {wanted}")
    return found


def save_preview_map(path: Path, preview_map: PreviewMap) -> None:
    """Writes a map in half precision: its error is far below that of the map."""
    with path.open("wb") as file:
        np.save(file, preview_map.matrix.astype(np.float16), allow_pickle=False)
