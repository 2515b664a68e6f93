"""Forms of verbs are spelled as English spells them, so that no right spelling is taken for a mistake."""

import pytest

from engine.description import corrections, drawn_text, parse
from engine.description.lexicon import LEXICON, inflections


@pytest.mark.parametrize(
    ("verb", "past", "gerund"),
    [
        ("whisper", "whispered", "whispering"),
        ("tighten", "tightened", "tightening"),
        ("open", "opened", "opening"),
        ("crochet", "crocheted", "crocheting"),
        ("gallop", "galloped", "galloping"),
        ("sit", "sitted", "sitting"),
        ("forget", "forgetted", "forgetting"),
        ("window-shop", "window-shopped", "window-shopping"),
        ("overlap", "overlapped", "overlapping"),
        ("tie", "tied", "tying"),
        ("carry", "carried", "carrying"),
    ],
)
def test_forms(verb: str, past: str, gerund: str) -> None:
    assert inflections(verb)[1:] == (past, gerund)


@pytest.mark.parametrize("ending", ["enning", "erring", "enned", "erred", "orring"])
def test_no_form_doubles_a_letter_of_a_weak_syllable(ending: str) -> None:
    right = ("herring", "stirring", "whirring", "earring", "preferred", "transferred")
    assert [word for word in LEXICON if word.endswith(ending) and not word.endswith(right)] == []


@pytest.mark.parametrize("text", ["a man tightening his belt", "a woman watering roses", "a boy opening an umbrella"])
def test_what_is_spelled_right_is_drawn_so(text: str) -> None:
    assert corrections(text) == ()
    assert drawn_text(parse(text)).text == text
