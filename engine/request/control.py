"""What a picture is to keep to, a layout or a pose: as it is asked for, and as a judged request runs with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

MAX_CONTROL_SCALE = 2.0
#: Points of a pose that it takes to say anything.
LEAST_POINTS = 2

#: Where a point of a pose lies, as shares of width and height; None where it is not seen.
Point = tuple[float, float] | None


@dataclass(frozen=True, kw_only=True)
class Control:
    """A layout or a pose, one of them.

    Attributes:
        layout: A PNG file of ATR-18 labels, a number a pixel, 255 where anything may be; of the picture's aspect.
        masks: In place of that, by the name of a group a PNG file that is white where the group is; elsewhere anything
            may be.
        picture: In place of both, a PNG, JPEG or WebP file whose own layout is kept, as the model's parser finds it.
        pose: The points of `engine.control.skeleton.POINTS`.
        scale: How strongly it acts, 0 to MAX_CONTROL_SCALE; 0 is as if nothing were asked.
        until: Share of the steps in which it acts, the first ones, 0 to 1; 0 is as if nothing were asked.
    """

    layout: bytes | None = None
    masks: Mapping[str, bytes] = field(default_factory=dict)
    picture: bytes | None = None
    pose: tuple[Point, ...] | None = None
    scale: float = 1.0
    until: float = 1.0


@dataclass(frozen=True, kw_only=True)
class PreparedControl:
    """A control that acts.

    Attributes:
        kind: layout or pose.
        asked: What was asked.
    """

    kind: str
    asked: Control
