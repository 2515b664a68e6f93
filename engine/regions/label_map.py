"""A picture to the items its pixels show: label maps, masks of body groups, and how surely a pixel is of the person.

A session runs the graph; this module knows what goes in and what the numbers that come out mean.

Letters: H W sides in pixels, C item classes.
"""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from engine.description.groups import Group
from engine.errors import GenerationError, NotFiniteError
from engine.regions.items import BACKGROUND, ITEM_CLASSES, item_classes_of
from engine.sessions import Session

Picture: TypeAlias = npt.NDArray[np.uint8]  # [H, W, 3]
Labels: TypeAlias = npt.NDArray[np.uint8]  # [H, W]
Mask: TypeAlias = npt.NDArray[np.bool_]  # [H, W]

#: The graph takes sides that are multiples of it; others are filled up with their last row and column.
STRIDE = 16


def chances(session: Session, picture: Picture, num_classes: int = len(ITEM_CLASSES)) -> npt.NDArray[np.float32]:
    """How likely each pixel shows each class of the graph, [C, H, W] of 0..1 that add up to 1.

    Args:
        session: Runs the parser: ``image`` [1, 3, H, W] of -1..1 to chances [1, C, H, W].
        picture: [H, W, 3], of any size.
        num_classes: C of the graph.

    Raises:
        GenerationError: The graph failed, or its answer is of another shape.
        NotFiniteError: Its answer holds NaN or infinity.
    """
    height, width = picture.shape[:2]
    filled = np.pad(picture, ((0, -height % STRIDE), (0, -width % STRIDE), (0, 0)), mode="edge")
    image = filled.astype(np.float32) / np.float32(127.5) - np.float32(1.0)
    answer = session.run({"image": np.ascontiguousarray(image.transpose(2, 0, 1)[None])})
    expected = (1, num_classes, *filled.shape[:2])
    if answer.shape != expected:
        raise GenerationError(f"the parser must give an array of {expected}; it gave {answer.shape}")
    if not np.isfinite(answer).all():
        raise NotFiniteError("the parser's answer holds NaN or infinity")
    found: npt.NDArray[np.float32] = answer[0, :, :height, :width]
    return found


def label_map(session: Session, picture: Picture, classes: Sequence[str] = ITEM_CLASSES) -> Labels:
    """The likeliest item class of every pixel: numbers of ITEM_CLASSES, whatever order the graph's `classes` have.

    Raises:
        GenerationError: The graph failed.
    """
    numbers = np.array([ITEM_CLASSES.index(name) for name in classes], np.uint8)
    labels: Labels = numbers[chances(session, picture, len(classes)).argmax(0)]
    return labels


def group_mask(labels: Labels, groups: Iterable[Group | str]) -> Mask:
    """Which pixels of a label map show what these body groups are about.

    Raises:
        ValueError: A name is no group, or its group has no place in a picture.
    """
    mask: Mask = np.isin(labels, item_classes_of(groups))
    return mask


def person_alpha(session: Session, picture: Picture, classes: Sequence[str] = ITEM_CLASSES) -> Labels:
    """How surely each pixel is of the person, 0 (background) to 255: between the two there is a soft edge.

    Raises:
        GenerationError: The graph failed.
    """
    found = chances(session, picture, len(classes))
    background = found[list(classes).index(ITEM_CLASSES[BACKGROUND])]
    alpha: Labels = np.rint(255.0 * (1.0 - background)).clip(0, 255).astype(np.uint8)
    return alpha
