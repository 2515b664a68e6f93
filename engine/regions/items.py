"""The item classes of a label map, and the body group whose words each is about.

Items, not ATR-18 labels: a coat and the shirt under it are both ATR 4, and an edit must tell them apart. It knows
names; it does not know what finds items in a picture.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from engine.description.groups import Group

#: Names of the classes; a class is its place here.
ITEM_CLASSES: tuple[str, ...] = (
    "background",
    "skin",
    "hair",
    "headwear",
    "eyewear",
    "top",
    "outerwear",
    "dress",
    "bottom",
    "legwear",
    "footwear",
    "belt",
    "neckwear",
    "bag",
)
BACKGROUND = 0
_PERSON = ITEM_CLASSES[1:]
#: Item classes that show what a group's words are about; groups that no pixel shows are left out.
GROUP_ITEMS: Mapping[Group, tuple[str, ...]] = MappingProxyType(
    {
        Group.PERSON: _PERSON,
        Group.BODY: _PERSON,
        Group.STYLE: _PERSON,
        Group.FACE: ("skin",),
        Group.BACKGROUND: ("background",),
        **{Group(name): (name,) for name in ITEM_CLASSES if name not in ("background", "skin")},
    }
)


def item_classes_of(groups: Iterable[Group | str]) -> tuple[int, ...]:
    """Numbers of the item classes that these groups are about, in order.

    Raises:
        ValueError: A name is no group, or its group has no place in a picture.
    """
    found: set[int] = set()
    for name in groups:
        if name not in [str(group) for group in GROUP_ITEMS]:
            raise ValueError(f"groups must be of {', '.join(map(str, GROUP_ITEMS))}; got {str(name)[:40]!r}")
        found |= {ITEM_CLASSES.index(item) for item in GROUP_ITEMS[Group(name)]}
    return tuple(sorted(found))


def groups_of(classes: Collection[str]) -> tuple[str, ...]:
    """Names of the groups that a parser of these item classes can show, in the taxonomy's order."""
    return tuple(group.value for group in Group if not set(GROUP_ITEMS.get(group, ("",))).isdisjoint(classes))
