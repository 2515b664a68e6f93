"""The picture a request starts from, read: its latents, and what of it may change.

It knows one request; it does not know when it is read, nor what is drawn from it.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from engine.description.groups import Group
from engine.edits.edit import Edit
from engine.edits.mask import Strengths, read_mask
from engine.errors import RequestError
from engine.model.diffusion import DiffusionModel
from engine.pictures.decode import as_input, load_colours
from engine.pictures.encode import Pixels
from engine.pictures.header import PixelLimits
from engine.regions.items import GROUP_ITEMS, item_classes_of
from engine.request.edit import PreparedEdit
from engine.request.request import PreparedRequest
from engine.samplers import FloatArray, Keep, num_skipped_steps

#: From pixels, [H, W, 3], to the item class of each, [H, W].
Label: TypeAlias = Callable[[Pixels], Pixels]

#: Of the picture: what is smaller is not found.
LEAST_SHARE = 0.001
#: Groups that take each other's place: a dress becomes a top and a bottom.
CLOTHES = ("top", "outerwear", "dress", "bottom")


@dataclass(frozen=True, kw_only=True)
class StartPicture:
    """What the encoder says of the picture, each [1, C, H, W], what may change, and what reading it took.

    Attributes:
        mean: Of the latents.
        deviation: Of the latents.
        edit: None where all of it may change.
        mask: What the edit changes, a grey PNG.
        began: On the monotonic clock.
        seconds: What it took.
    """

    mean: FloatArray
    deviation: FloatArray
    edit: Edit | None
    mask: bytes | None
    began: float
    seconds: float

    def latents(self, noise: FloatArray) -> FloatArray:
        """Latents a picture starts from: a sample of what the encoder says of the given one, as in diffusers."""
        return np.asarray(self.mean + self.deviation * noise, np.float32)

    def keep(self, latents: FloatArray) -> Keep | None:
        """What of those latents stays."""
        return None if self.edit is None else Keep(original=latents, strength=self.edit.strength)

    def pasted(self, pixels: Pixels) -> Pixels:
        """A finished picture, [H, W, 3], with what stays of this one."""
        return pixels if self.edit is None else self.edit.pasted(pixels)


def read_start_picture(
    data: bytes, request: PreparedRequest, diffusion: DiffusionModel, label: Label | None, limits: PixelLimits
) -> StartPicture:
    """Decodes a picture and encodes it to latents.

    Args:
        data: The file.
        request: Which wants it.
        diffusion: Whose latents they are.
        label: Says which item each pixel shows; needed where the request names groups.
        limits: Of its pixels, and its mask's.

    Raises:
        RequestError: The picture or its mask is damaged, nothing may change, or a group is not in the picture.
        GenerationError: A graph failed.
    """
    began = time.monotonic()
    try:
        colours = load_colours(data, request.width, request.height, limits)
    except ValueError as error:
        raise RequestError("init_image", f"init_image: {error}") from error
    edit = None if request.edit is None else _edit(request, request.edit, colours, label, limits)
    mean, deviation = diffusion.encode_picture(as_input(colours))
    return StartPicture(
        mean=mean,
        deviation=deviation,
        edit=edit,
        mask=None if edit is None else edit.mask_png(),
        began=began,
        seconds=time.monotonic() - began,
    )


def _edit(
    request: PreparedRequest, wanted: PreparedEdit, original: Pixels, label: Label | None, limits: PixelLimits
) -> Edit:
    """What of the picture may change."""
    if wanted.mask is None:
        assert label is not None, "a request that names groups is refused where nothing finds them"
        strengths = _found(wanted, original, label)
    else:
        strengths = _masked(wanted.mask, wanted, limits)
        _check_share(strengths, request)
    cell = request.model.pixels_of_a_latent
    return Edit.of(original, strengths, grow=wanted.grow, feather=wanted.feather, cell=cell)


def _masked(mask: bytes, wanted: PreparedEdit, limits: PixelLimits) -> Strengths:
    try:
        return read_mask(mask, limits, by_alpha=wanted.mask_by_alpha)
    except ValueError as error:
        raise RequestError("mask", f"mask: {error}") from error


def _check_share(strengths: Strengths, request: PreparedRequest) -> None:
    """A mask so dark that no step may change anything would be ignored."""
    assert request.strength is not None, "a picture to start from has one"
    steps = request.steps - num_skipped_steps(request.steps, request.strength)
    if strengths.max() / 255.0 * steps < 1.0:
        least = math.ceil(255 / steps)
        raise RequestError(
            "mask",
            f"mask must leave one of {steps} steps to some pixel, so have {least} of 255 or more there; "
            f"its most is {strengths.max()}",
        )


def _found(wanted: PreparedEdit, original: Pixels, label: Label) -> Strengths:
    """Where the groups are in the picture; of those told apart by words some are new, and take the others' place."""
    labels = label(original)
    least = LEAST_SHARE * labels.size
    masks = {group: np.isin(labels, item_classes_of([group])) for group in Group if group in GROUP_ITEMS}
    found = {group.value: mask for group, mask in masks.items() if mask.sum() >= least}
    missing = [group for group in wanted.change if group not in found]
    if wanted.told_apart and any(group in CLOTHES and group in found for group in wanted.change):
        missing = [group for group in missing if group not in CLOTHES]
    if missing:
        shown = ", ".join(found) or "nothing"
        raise RequestError(
            "change",
            f"change must name what is in the picture; {', '.join(missing)} is not (found: {shown}). "
            "To add something, send a mask that says where",
        )
    strengths = np.zeros(labels.shape, np.uint8)
    for group in wanted.change:
        if group in found:
            strengths[found[group]] = 255
    return strengths
