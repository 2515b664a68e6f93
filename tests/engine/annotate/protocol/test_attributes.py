"""The protocol keeps its promises: numbers, names, parents, and a place in the published columns for every answer."""

from collections import Counter

import pytest

from engine.annotate.protocol.attributes import ATTRIBUTES, BY_NAME, NONE, REGIONS, UNSURE, checked, of_region
from engine.annotate.protocol.figures import FIGURES, figure_answers
from engine.annotate.protocol.slots import NUM_SLOTS, labelled, slot_of
from engine.description.groups import GROUPS
from engine.description.wording.phrases import SHOTS, SLOTS, row_phrases
from engine.train.figures import draw_figure, figure_row, sample_figure


def test_there_are_18_regions_with_3_to_8_of_70_attributes() -> None:
    counts = Counter(attribute.region for attribute in ATTRIBUTES)
    assert len(REGIONS) == 18 and len(ATTRIBUTES) == len(BY_NAME) == 70
    assert set(counts) == {region.name for region in REGIONS}
    assert min(counts.values()) == 3 and max(counts.values()) == 8


def test_answers_are_closed_and_parents_are_types() -> None:
    for attribute in ATTRIBUTES:
        assert len(set(attribute.values)) == len(attribute.values) >= 2, attribute.name
        assert UNSURE not in attribute.values
        if attribute.parent:
            parent = BY_NAME[attribute.parent]
            assert parent.region == attribute.region and NONE in parent.values and not parent.parent
    assert [each.name for each in of_region("belt")] == ["belt type", "belt color", "belt material"]


def test_regions_are_of_the_taxonomy() -> None:
    for region in REGIONS:
        assert set(region.labels) <= set(range(18))
        assert set(region.slots.values()) <= set(range(NUM_SLOTS))
        for slot in region.slots.values():
            assert slot in GROUPS[region.group].slots or slot == 14, (region.name, slot)


def test_every_key_is_one_that_its_slot_knows() -> None:
    for attribute in ATTRIBUTES:
        slot = slot_of(attribute, {})
        if slot is not None:
            known = {*SLOTS[slot].adjectives, SLOTS[slot].noun_key, "type", "pattern", "material"}
            assert attribute.key in known, (attribute.name, slot)
    assert set(BY_NAME["framing"].values) == set(SHOTS)
    assert {slot for region in REGIONS for slot in region.slots.values()} | {1} == set(range(NUM_SLOTS))


@pytest.mark.parametrize(("attribute", "value"), [("top colour", "red"), ("top color", "reddish"), ("gender", NONE)])
def test_what_is_outside_the_protocol_is_refused_with_what_there_is(attribute: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"must be one of .*; got"):
        checked(attribute, value)
    assert checked("top color", UNSURE) == UNSURE


def test_slots_follow_the_type() -> None:
    told = {"headwear type": "headscarf", "headwear color": "red", "neckwear type": "tie", "dress type": "suit"}
    row = labelled({**told, "gender": "male", "framing": "portrait", "skin": "dark"}, [1, 17, 4, 11])
    assert row["person_type"] == "portrait"
    assert row["aa_text"][16] == {"type": "headscarf", "color": "red"} and row["aa_text"][11] is None
    assert row["aa_text"][19] == {"type": "tie"} and row["aa_text"][4] == {"type": "suit"}
    assert row["aa_ids"][16] == [1] and row["aa_ids"][0] == [11]
    assert {"group": "body", "text": "dark skin", "ids": [1, 4, 11, 17]} in row["extra"]


def test_what_is_not_there_is_not_said() -> None:
    row = labelled({"belt type": NONE, "belt color": "red", "bag type": UNSURE, "bag color": "blue"}, [8, 16])
    assert row["aa_text"] == [None] * NUM_SLOTS == row["aa_ids"]


def test_a_figures_right_answers_come_to_its_own_row() -> None:
    """All that the protocol says of a figure is what the figure's row says, slot by slot."""
    said = 0
    for seed in range(12):
        figure = sample_figure(seed)
        drawing = draw_figure(figure)
        row = figure_row(figure, drawing)
        mine = labelled(figure_answers(row["attributes"]), sorted(set(drawing.labels.ravel().tolist())))
        assert mine["person_type"] == row["person_type"]
        for slot, (told, true) in enumerate(zip(mine["aa_text"], row["aa_text"], strict=True)):
            for key, value in (told or {}).items():
                assert true is not None and true.get(key, value) == value, (seed, slot, key)
                said += 1
        assert row_phrases(dict(mine))
    assert said > 100 and len(FIGURES) == 39
