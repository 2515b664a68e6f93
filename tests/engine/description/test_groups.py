"""The taxonomy is one consistent table."""

from engine.description import GROUPS, Group


def test_every_group_has_one_row_and_lower_case_values() -> None:
    assert list(GROUPS) == list(Group)
    for group, row in GROUPS.items():
        assert row.group is group
        assert group.value == group.value.lower()
        assert row.summary


def test_regions_are_atr_labels_and_cover_the_foreground() -> None:
    labels = {label for row in GROUPS.values() for label in row.regions}
    assert labels == set(range(18))
    assert GROUPS[Group.BACKGROUND].regions == (0,)
    assert GROUPS[Group.BOTTOM].regions == (5, 6)
    assert GROUPS[Group.OTHER].regions == GROUPS[Group.NEGATED].regions == ()


def test_each_of_the_twenty_slots_belongs_to_one_group() -> None:
    slots = [slot for row in GROUPS.values() for slot in row.slots]
    assert sorted(slots) == list(range(20))
