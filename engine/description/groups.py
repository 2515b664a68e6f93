"""The body groups: the one taxonomy shared by parser, prompt planner, training data, evaluation, API and studio.

It knows names, parsing labels and annotation slots; it does not know how words are recognised.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Group(StrEnum):
    """A part of the picture that words of a description can be about."""

    # The hash of `Enum` is a function in Python, and sets of groups are asked for every phrase.
    __hash__ = str.__hash__

    SHOT = "shot"
    PERSON = "person"
    BODY = "body"
    FACE = "face"
    HAIR = "hair"
    HEADWEAR = "headwear"
    EYEWEAR = "eyewear"
    TOP = "top"
    OUTERWEAR = "outerwear"
    DRESS = "dress"
    BOTTOM = "bottom"
    LEGWEAR = "legwear"
    FOOTWEAR = "footwear"
    BELT = "belt"
    NECKWEAR = "neckwear"
    BAG = "bag"
    ACCESSORY = "accessory"
    BACKGROUND = "background"
    STYLE = "style"
    OTHER = "other"
    NEGATED = "negated"


#: Those whose words go into the picture, in the taxonomy's order.
DRAWN_GROUPS: tuple[Group, ...] = tuple(group for group in Group if group is not Group.NEGATED)
#: Every ATR-18 label but the background (0), as produced by SCHP-ATR and ``segformer_b2_clothes``.
FOREGROUND: tuple[int, ...] = tuple(range(1, 18))


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """One row of the taxonomy."""

    #: The group the row describes.
    group: Group
    #: What the group's words are about, for people.
    summary: str
    #: Default ATR-18 parsing labels of the group's region; empty where it has none.
    regions: tuple[int, ...] = ()
    #: Slots of CosmicMan-HQ's ``aa_text`` whose attributes belong to the group.
    slots: tuple[int, ...] = ()


_ROWS: tuple[GroupRow, ...] = (
    GroupRow(group=Group.SHOT, summary="framing and camera: full-body shot, headshot, side view", regions=FOREGROUND),
    GroupRow(
        group=Group.PERSON,
        summary="age, gender, ethnicity, identity, occupation",
        regions=FOREGROUND,
        slots=(0,),
    ),
    GroupRow(
        group=Group.BODY,
        summary="build, height, skin, tattoos, pose, action",
        regions=FOREGROUND,
        slots=(1,),
    ),
    GroupRow(group=Group.FACE, summary="expression, make-up, beard, eyes, freckles", regions=(11,)),
    GroupRow(group=Group.HAIR, summary="hair colour, style, length; bald", regions=(2,), slots=(3,)),
    GroupRow(
        group=Group.HEADWEAR,
        summary="hat, cap, headband, headscarf, hijab, veil, helmet",
        regions=(1,),
        slots=(11, 15, 16, 17),
    ),
    GroupRow(group=Group.EYEWEAR, summary="glasses, sunglasses, goggles", regions=(3,)),
    GroupRow(group=Group.TOP, summary="shirt, blouse, sweater, hoodie, vest, tank top", regions=(4,), slots=(6,)),
    GroupRow(group=Group.OUTERWEAR, summary="coat, jacket, blazer, cardigan, cape", regions=(4,), slots=(7,)),
    GroupRow(
        group=Group.DRESS,
        summary="dress, gown, jumpsuit, robe, kimono, suit or uniform as a whole",
        regions=(7, 4),
        slots=(4, 5),
    ),
    GroupRow(group=Group.BOTTOM, summary="trousers, jeans, shorts, skirt", regions=(5, 6), slots=(8,)),
    GroupRow(group=Group.LEGWEAR, summary="socks, stockings, tights, leggings", regions=(12, 13), slots=(18,)),
    GroupRow(group=Group.FOOTWEAR, summary="shoes, boots, sandals, barefoot", regions=(9, 10), slots=(9,)),
    GroupRow(group=Group.BELT, summary="belt, sash", regions=(8,), slots=(12,)),
    GroupRow(
        group=Group.NECKWEAR,
        summary="scarf, tie, bow tie, shawl, neck bandana",
        regions=(17,),
        slots=(13, 19),
    ),
    GroupRow(group=Group.BAG, summary="bag, backpack, purse, briefcase", regions=(16,), slots=(10,)),
    GroupRow(
        group=Group.ACCESSORY,
        summary="jewellery, watch, gloves, suspenders, held objects, headphones",
        regions=(14, 15),
    ),
    GroupRow(
        group=Group.BACKGROUND,
        summary="setting, place, weather, light of the scene",
        regions=(0,),
        slots=(2,),
    ),
    GroupRow(
        group=Group.STYLE,
        summary="overall fashion or photographic style",
        regions=FOREGROUND,
        slots=(14,),
    ),
    GroupRow(group=Group.OTHER, summary="quality tags, requests, anything else"),
    GroupRow(group=Group.NEGATED, summary="an absence: goes to the negative prompt, never to a garment"),
)

#: The taxonomy, in the order in which people read it.
GROUPS: Mapping[Group, GroupRow] = MappingProxyType({row.group: row for row in _ROWS})
