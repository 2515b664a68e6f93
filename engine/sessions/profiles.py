"""The shapes each graph of a bundle is run with, as compilers want to know them: least, usual, greatest.

Pure data from a manifest and the engine's limits; it does not know what compiles.

Letters: R rows, C H W latent channels and sides, K text windows or columns of adapters, L tokens of a window, D width
of the context, P width of the pooled embedding.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from engine.bundle.manifest import (
    ADAPTED_FILE,
    CONTROL_INPUT,
    FAST_DECODER_FILE,
    FEW_STEPS_FILE,
    LEAST_COLUMNS,
    LORA_DOWN,
    LORA_SCALE,
    LORA_UP,
    SECOND_TEXT_ENCODER_FILE,
    TEXT_ENCODER_FILE,
    TOKEN_GROUPS,
    UNET_FILE,
    VAE_DECODER_FILE,
    VAE_ENCODER_FILE,
    Manifest,
)
from engine.description.groups import DRAWN_GROUPS

Shape: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class ShapeRange:
    """Shapes of one input: no side is below `minimum` or above `maximum`, and most runs have `usual`."""

    minimum: Shape
    usual: Shape
    maximum: Shape


@dataclass(frozen=True, kw_only=True)
class _Sides:
    """Width and height of the least, the usual and the greatest picture, in pixels."""

    minimum: tuple[int, int]
    usual: tuple[int, int]
    maximum: tuple[int, int]


def shape_ranges(
    manifest: Manifest, file: str, *, max_rows: int, max_windows: int, attention: bool = False
) -> Mapping[str, ShapeRange]:
    """Shapes of every input of a graph.

    Args:
        manifest: The bundle's.
        file: Name of the graph in it.
        max_rows: Rows of one UNet forward; one guided picture, two rows, is the usual one.
        max_windows: Text windows of a description; one is the usual number.
        attention: Whether the input is among them that only a UNet's second output reads.
    """
    sides = _sides(manifest)
    if file in (TEXT_ENCODER_FILE, SECOND_TEXT_ENCODER_FILE):  # one window a run
        return {"input_ids": _range(*[(1, manifest.tokenizer_length)] * 3)}
    if file in (VAE_DECODER_FILE, FAST_DECODER_FILE):  # one picture a run
        return {"latents": _range(*(_latents(manifest, 1, size) for size in _each(sides)))}
    if file == VAE_ENCODER_FILE:
        return {"image": _range(*((1, 3, height, width) for width, height in _each(sides)))}
    assert file in (UNET_FILE, FEW_STEPS_FILE, ADAPTED_FILE), file
    rows = (1, min(2, max_rows), max_rows)
    windows = (1, 1, max_windows)
    tokens, width = manifest.tokenizer_length, manifest.context_width
    ranges = {
        "sample": _range(*(_latents(manifest, r, size) for r, size in zip(rows, _each(sides), strict=True))),
        "timesteps": _range(*((r,) for r in rows)),
        "encoder_hidden_states": _range(*((r, tokens * k, width) for r, k in zip(rows, windows, strict=True))),
    }
    if manifest.family == "sdxl":
        ranges["text_embeds"] = _range(*((r, manifest.pooled_width) for r in rows))
        ranges["time_ids"] = _range(*((r, 6) for r in rows))
    if attention and manifest.attention_cell is not None:
        counts = zip(rows, windows, strict=True)
        ranges[TOKEN_GROUPS] = _range(*((r, tokens * k, len(DRAWN_GROUPS)) for r, k in counts))
    return ranges | (_of_adapters(manifest, rows, sides) if file == ADAPTED_FILE else {})


def _of_adapters(manifest: Manifest, rows: tuple[int, ...], sides: _Sides) -> dict[str, ShapeRange]:
    """Columns are padded to powers of two from LEAST_COLUMNS on; most forwards have one adapter, or few small ones."""
    adapted = manifest.adapted
    assert adapted is not None
    columns = (LEAST_COLUMNS, min(2 * LEAST_COLUMNS, adapted.max_columns), adapted.max_columns)
    read, given = (sum(widths) for widths in zip(*adapted.layers.values(), strict=True))
    return {
        LORA_DOWN: _range(*((read, k) for k in columns)),
        LORA_UP: _range(*((k, given) for k in columns)),
        LORA_SCALE: _range(*zip(rows, columns, strict=True)),
        **{
            f"{CONTROL_INPUT}{place}": _range(
                *((r, *feature_shape(manifest, place, size)) for r, size in zip(rows, _each(sides), strict=True))
            )
            for place in range(len(adapted.features))
        },
    }


def feature_shape(manifest: Manifest, place: int, size: tuple[int, int]) -> Shape:
    """Shape of what control adds to a feature of a picture of (width, height) pixels, [C, H, W]."""
    assert manifest.adapted is not None
    channels, level = manifest.adapted.features[place]
    width, height = size
    return channels, *(-(-side // (manifest.vae_factor * 2**level)) for side in (height, width))


def _range(minimum: Shape, usual: Shape, maximum: Shape) -> ShapeRange:
    return ShapeRange(minimum=minimum, usual=usual, maximum=maximum)


def _each(sides: _Sides) -> tuple[tuple[int, int], ...]:
    return sides.minimum, sides.usual, sides.maximum


def _sides(manifest: Manifest) -> _Sides:
    usual = (manifest.default_width, manifest.default_height)
    if manifest.sizes:
        widths, heights = zip(*manifest.sizes, strict=True)
        return _Sides(minimum=(min(widths), min(heights)), usual=usual, maximum=(max(widths), max(heights)))
    least, greatest, _ = manifest.side_limits
    return _Sides(minimum=(least, least), usual=usual, maximum=(greatest, greatest))


def _latents(manifest: Manifest, rows: int, size: tuple[int, int]) -> Shape:
    width, height = size
    return rows, manifest.latent_channels, height // manifest.vae_factor, width // manifest.vae_factor
