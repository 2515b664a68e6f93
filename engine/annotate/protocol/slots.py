"""Answers as a CosmicMan-HQ row says them: `person_type`, twenty slots of `aa_text`, their `aa_ids`, and `extra`.

It knows the published columns; it does not know who answered or whether the answers are right.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypedDict

from engine.annotate.protocol.attributes import ATTRIBUTES, COLOURS, NONE, REGION, UNSURE, Attribute

NUM_SLOTS = 20
_NOT_SAID = (NONE, UNSURE)
_EXTRA = {"skin": "{} skin", "view": "seen from the {}", "light": "{}", "setting": "{}"}
_UNSAID_EXTRA = {("view", "front"), ("pose", "standing")}  # what goes without saying


class Extra(TypedDict):
    """What is said and has no slot: its body group, its words, and the ATR-18 labels it is about."""

    group: str
    text: str
    ids: list[int]


class Labelled(TypedDict):
    """The annotation columns of one row; `aa_text` and `aa_ids` have twenty entries each."""

    person_type: str
    aa_text: list[dict[str, str] | None]
    aa_ids: list[list[int] | None]
    extra: list[Extra]


def slot_of(attribute: Attribute, answers: Mapping[str, str]) -> int | None:
    """The slot that an attribute's answer is written to, which may depend on the region's type; None: `extra`."""
    if not attribute.key:
        return None
    if attribute.slot is not None:
        return attribute.slot
    slots = REGION[attribute.region].slots
    told = answers.get(f"{attribute.region} type", "")
    return slots.get(told, slots.get(""))


def labelled(answers: Mapping[str, str], labels: Collection[int]) -> Labelled:
    """The columns of one picture.

    Args:
        answers: By attribute; `NONE` and `UNSURE` are left out, and so is what depends on a type that is `NONE`.
        labels: ATR-18 labels that the picture's map holds.
    """
    texts: list[dict[str, str] | None] = [None] * NUM_SLOTS
    ids: list[list[int] | None] = [None] * NUM_SLOTS
    extra: list[Extra] = []
    for attribute in ATTRIBUTES:
        value = answers.get(attribute.name, UNSURE)
        if value in _NOT_SAID or answers.get(attribute.parent) in _NOT_SAID or attribute.name == "framing":
            continue
        region = REGION[attribute.region]
        about = [label for label in region.labels if label in labels] or list(region.labels)
        slot = slot_of(attribute, answers)
        if slot is None:
            if (attribute.name, value) not in _UNSAID_EXTRA:
                extra.append(Extra(group=region.group.value, text=_words(attribute, value, answers), ids=about))
            continue
        said = texts[slot] or {}
        plain = attribute.name == "background" and value in COLOURS
        texts[slot] = {**said, attribute.key: f"{value} background" if plain else value}
        ids[slot] = [11] if slot == 0 else about
    return Labelled(person_type=answers.get("framing", ""), aa_text=texts, aa_ids=ids, extra=extra)


def _words(attribute: Attribute, value: str, answers: Mapping[str, str]) -> str:
    if attribute.name == "eyewear type":
        told = [answers.get(f"eyewear {key}", UNSURE) for key in ("shape", "color")]
        return " ".join([*(word for word in told if word not in _NOT_SAID), value])
    return _EXTRA.get(attribute.name, "{}").format(value)
