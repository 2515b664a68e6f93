"""What belongs to which garment, body part or place: parts, pronouns, marks, things that stand by themselves."""

import pytest

from engine.description import parse


def groups(text: str) -> list[tuple[str, str]]:
    return [(text[span.start : span.end], span.group.value) for span in parse(text).spans]


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("red boots, square toe, block heel, silver buckle", "footwear"),
        ("a sweatshirt, funnel neck, dropped shoulders", "top"),
        ("a navy blazer, notch lapels, gold buttons, patch pockets", "outerwear"),
        ("a leather tote, brass zip, long handles", "bag"),
        ("linen midi skirt, elasticated waist, side pockets, button front", "bottom"),
        ("half of her head shaved, the rest dyed turquoise", "hair"),
        ("Her boots are tall. They lace up to the knee and have thick soles", "footwear"),
        ("a garden with roses", "background"),
        ("A black cat sleeps on the windowsill", "background"),
        ("A raincoat hangs on a hook by the door", "background"),
        ("reading glasses hang from a beaded chain", "eyewear"),
        ("a scar down her left forearm", "body"),
        ("a scar across his cheek", "face"),
        ("a tattoo of a swallow on his neck", "body"),
        ("a smear of mud on his boots", "footwear"),
        ("ice in his beard", "face"),
        ("180 cm tall, 75 kg", "body"),
        ("34 years old", "person"),
        ("the upper garment is red", "top"),
    ],
)
def test_all_of_it_is_of_one_group(text: str, group: str) -> None:
    assert {each for _, each in groups(text)} == {group}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gold watch, long sleeves, white shirt", "accessory top top"),
        ("white shirt, gold watch, long sleeves", "top accessory top"),
        ("a beanie with a grey background", "headwear background"),
        ("a coat hangs open over a cream roll-neck", "outerwear top"),
        ("woman in mules leading two mules", "person footwear body accessory"),
        ("he wears black tie", "dress"),
        ("a white shirt with a black tie", "top neckwear"),
        ("bald at the crown, a gold crown", "hair headwear"),
        ("aviators and a bomber jacket", "eyewear outerwear"),
        ("two aviators pose", "person body"),
        ("a man in a red coat is seated", "person outerwear body"),
    ],
)
def test_each_has_its_own(text: str, expected: str) -> None:
    assert " ".join(group for _, group in groups(text)) == expected
