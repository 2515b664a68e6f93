"""Words against what is there: figures show what is said of them; what is missing, or was not named, is told."""

import numpy as np

from engine.regions.items import ITEM_CLASSES
from engine.train.evaluation.unseen_figures import Wording, make_case
from engine.train.figures import draw_figure, sample_figure
from engine.train.parser.presence import Presence, Said

SEEDS = range(1_000_000, 1_000_012)


def labels_of(*names: str) -> np.ndarray:
    """A map of which each of these has a tenth, and the background the rest."""
    labels = np.zeros((10, 10), np.uint8)
    for row, name in enumerate(names):
        labels[row] = ITEM_CLASSES.index(name)
    return labels


def test_things_are_counted_by_whether_words_name_or_forbid_them() -> None:
    presence = Presence()
    said = Said(named=frozenset({"top", "bag"}), forbidden=frozenset({"headwear", "belt"}))
    presence.add(labels_of("skin", "top", "headwear", "hair"), said)
    assert presence.recall() == 1 / 2  # no bag
    assert presence.precision() == 1 / 3  # hair and a hat besides
    assert presence.forbidden() == 1 / 2
    facts = presence.facts()["classes"]
    assert isinstance(facts, dict) and list(facts) == list(ITEM_CLASSES[2:])
    nothing = {"unnamed": 0, "unnamed_there": 0, "named": 0, "named_there": 0, "forbidden": 0, "forbidden_there": 0}
    assert facts["hair"] == nothing | {"unnamed": 1, "unnamed_there": 1}
    assert facts["bag"] == nothing | {"named": 1}
    assert facts["headwear"] == nothing | {"forbidden": 1, "forbidden_there": 1}


def test_a_speck_is_not_there() -> None:
    labels = np.zeros((100, 100), np.uint8)
    labels[0, :5] = ITEM_CLASSES.index("bag")
    presence = Presence()
    presence.add(labels, Said())
    assert presence.precision() == 1.0 and presence.recall() == 1.0 and presence.forbidden() == 0.0


def test_figures_show_all_that_is_said_of_them() -> None:
    whole, brief = Presence(), Presence()
    for seed in SEEDS:
        items = draw_figure(sample_figure(seed)).items
        whole.add(items, Said.by(make_case(seed).phrases))
        brief.add(items, Said.by(make_case(seed, Wording(phrases=2)).phrases))
    assert whole.recall() == brief.recall() == 1.0 and whole.forbidden() == 0.0
    assert whole.precision() > 0.9 > brief.precision()  # a part is said of each


def test_a_bald_head_is_no_hair() -> None:
    bald = next(seed for seed in range(1_000_000, 1_000_200) if "bald head" in str(make_case(seed).phrases))
    said = Said.by(make_case(bald).phrases)
    assert "hair" in said.forbidden and "hair" not in said.named
