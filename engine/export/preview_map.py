"""Fits the map that previews are drawn with, and adds one to a bundle that has none.

It is fitted to the bundle's own autoencoder as it is served: drawn figures are encoded, the latents are decoded, and
the map that comes nearest to those pictures in the sense of least squares is kept. The UNet takes no part, so a map
fits every model on its autoencoder; docs/decisions/pictures/previews.md says what that costs.

Letters: C H W latent channels and sides, f pixels a side of a latent, p of its patch in the preview.
"""

import logging
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.bundle.added_file import with_file
from engine.bundle.manifest import (
    MANIFEST_FILE,
    PREVIEW_MAP_FILE,
    VAE_DECODER_FILE,
    VAE_ENCODER_FILE,
    Manifest,
    load_bundle,
)
from engine.previews.linear_map import COLOURS, NEIGHBOURS, FloatArray, PreviewMap, features, save_preview_map
from engine.sessions.onnx.session import OnnxSession
from engine.train.figures import draw_figure, sample_figure

logger = logging.getLogger(__name__)

#: A patch is a quarter of a latent's pixels a side: more looks sharper where an autoencoder says so much, less is lost.
PIXELS_OF_PREVIEW_PIXEL = 4
#: Cells of latents for each number that a cell's patch is made from; figures at least; pixels a side at most.
CELLS_OF_FEATURE, MIN_FIGURES, MAX_SIDE = 40, 16, 256
#: Drawn neither for training nor for its evaluation.
FIRST_SEED = 9_100_000


def add_preview_map(bundle: Path, out: Path) -> Manifest:
    """Writes a bundle again with a map in it; one it has is replaced.

    Args:
        bundle: What to add it to; its other files are the same afterwards.
        out: Where the new bundle goes, which appears whole or not at all; may be the old place.

    Raises:
        BundleError: The bundle is damaged.
        ValueError: It has no VAE encoder, or its autoencoder gives NaN.
    """
    manifest = load_bundle(bundle).manifest
    if VAE_ENCODER_FILE not in manifest.files:
        raise ValueError(f"{bundle / MANIFEST_FILE}: a preview map is fitted with {VAE_ENCODER_FILE}; it lists none")
    return with_file(bundle, out, PREVIEW_MAP_FILE, lambda path: write_preview_map(path.parent, manifest, path))


def write_preview_map(files: Path, manifest: Manifest, out: Path) -> None:
    """Fits the map of the autoencoder in a folder of graphs.

    Args:
        files: Holds the VAE's two graphs.
        manifest: Says how latents are scaled; its own files are not looked at.
        out: Where the map goes.

    Raises:
        ValueError: The autoencoder gives NaN or infinity.
    """
    patch = max(1, manifest.vae_factor // PIXELS_OF_PREVIEW_PIXEL)
    num_features = _num_features(manifest)
    products = np.zeros((num_features, num_features))
    answers = np.zeros((num_features, patch * patch * COLOURS))
    for latents, picture in _examples(files, manifest):
        read = features(latents).astype(np.float64)
        products += read.T @ read
        answers += read.T @ patches(picture, manifest.vae_factor, patch)
    matrix = np.linalg.lstsq(products, answers, rcond=None)[0]
    save_preview_map(out, PreviewMap(matrix=matrix.astype(np.float32)))


def patches(picture: FloatArray, factor: int, patch: int) -> npt.NDArray[np.float64]:
    """What the map shall say of a decoded picture, [3, f H, f W], of every cell: [H W, p p 3], means of its areas."""
    colours, height, width = picture.shape
    pixels = factor // patch
    down, across = height // pixels, width // pixels
    areas = picture.astype(np.float64).clip(-1.0, 1.0).reshape(colours, down, pixels, across, pixels).mean((2, 4))
    by_cell = areas.reshape(colours, down // patch, patch, across // patch, patch).transpose(1, 3, 2, 4, 0)
    cells: npt.NDArray[np.float64] = by_cell.reshape(-1, patch * patch * colours)
    return cells


def _examples(files: Path, manifest: Manifest) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Latents of drawn figures, [1, C, H, W], as they are in the step loop, and their decoded pictures, [3, f H, f W].

    Raises:
        ValueError: The autoencoder gives NaN or infinity.
    """
    encoder, decoder = OnnxSession(files / VAE_ENCODER_FILE), OnnxSession(files / VAE_DECODER_FILE)
    width, height = _size(manifest)
    cells = width * height // manifest.vae_factor**2
    num_figures = max(MIN_FIGURES, math.ceil(CELLS_OF_FEATURE * _num_features(manifest) / cells))
    scale, shift = np.float32(manifest.scaling_factor), np.float32(manifest.shift_factor)
    for number in range(num_figures):
        figure = replace(sample_figure(FIRST_SEED + number), width=width, height=height)
        image = draw_figure(figure).image.astype(np.float32) / np.float32(127.5) - np.float32(1.0)
        moments = encoder.run({"image": image.transpose(2, 0, 1)[None]})
        mean = moments[:, : manifest.latent_channels]
        picture = decoder.run({"latents": mean})[0]
        if not (np.isfinite(mean).all() and np.isfinite(picture).all()):
            raise ValueError("the autoencoder gives NaN or infinity for a plain figure; it would for every picture")
        yield (mean - shift) * scale, picture


def _num_features(manifest: Manifest) -> int:
    return NEIGHBOURS * manifest.latent_channels + 1


def _size(manifest: Manifest) -> tuple[int, int]:
    """Sides to fit at, in the shape of the model's default: a map of colours needs no more of them."""
    sides = manifest.default_width, manifest.default_height
    scale = min(1.0, MAX_SIDE / max(sides))
    width, height = (max(1, round(side * scale / manifest.vae_factor)) * manifest.vae_factor for side in sides)
    return width, height
