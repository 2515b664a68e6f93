"""Changing a part of a picture, as a request that was judged runs with it."""

from dataclasses import dataclass

#: In the place of groups: those of which the picture's own description says something else.
AUTO = "auto"
MAX_GROW = 256
MAX_FEATHER = 64
#: Where nothing else is said, what may change is drawn from noise alone.
DEFAULT_EDIT_STRENGTH = 1.0


@dataclass(frozen=True, kw_only=True)
class PreparedEdit:
    """An edit with every default filled in.

    Attributes:
        mask: A PNG that says what may change; None where groups do.
        mask_by_alpha: Whether its transparency says so, and not its brightness.
        change: Groups that may change; empty where a mask says so.
        grow: Pixels that what may change grows by to all sides.
        feather: Pixels from its edge inwards over which old and new are mixed.
        told_apart: Whether the groups are those of which two descriptions say different things.
    """

    mask: bytes | None
    mask_by_alpha: bool
    change: tuple[str, ...]
    grow: int
    feather: int
    told_apart: bool = False
