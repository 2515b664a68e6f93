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
        ("the hood of his red jacket frames his face", "outerwear"),
        ("a parka, storm cuffs, fur round the hood", "outerwear"),
        ("a supermarket bag clasped on her knees", "bag"),
        ("hair in a towel", "hair"),
        ("a bun skewered with a pencil", "hair"),
        ("box braids with gold cuffs", "hair"),
        ("his coat is thrown over the back of the chair", "outerwear"),
        ("one sock pulled up, the other round his ankle", "legwear"),
        ("a leather belt heavy with tools hangs at his hips", "belt"),
        ("long fair hair, pushed behind her ears", "hair"),
        ("a dress of black lace leaves her back bare", "dress"),
        ("The high-rise wide-leg jean in ecru denim, with raw hem", "bottom"),
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
        ("a coat, the sleeves of her blouse are rolled", "outerwear top"),
        ("a granny with pink hair riding a motorbike", "person hair body"),
        ("a kid dressed as a superhero", "person dress"),
        ("young farmer straw hat", "person headwear"),
        ("cream jumper pleated skirt", "top bottom"),
        ("a mum in joggers, baby asleep on her shoulder", "person bottom accessory"),
        ("an actress in a gown, photographers behind her", "person dress background"),
        ("a woman on a lawn, propped on her elbows", "person background body"),
        ("gold hoop earrings and strappy block heels", "accessory footwear"),
    ],
)
def test_each_has_its_own(text: str, expected: str) -> None:
    assert " ".join(group for _, group in groups(text)) == expected


@pytest.mark.parametrize(
    ("thing", "group"),
    [
        ("her hair is tied in a ponytail", "hair"),
        ("her hair was pinned up in a bun", "hair"),
        ("her hair has been swept into a bun", "hair"),
        ("his coat is buttoned up", "outerwear"),
        ("his jacket is slung over one shoulder", "outerwear"),
        ("his tie is knotted loosely", "neckwear"),
        ("his beard is trimmed short", "face"),
        ("her lips are painted red", "face"),
        ("her legs are crossed", "body"),
        ("his hands are clasped behind his back", "body"),
        ("her torn shirt shows her ribs", "top"),
    ],
)
@pytest.mark.parametrize(
    "before", ["", "a woman, ", "a woman in a blue hat, ", "A man stands. ", "a woman, red boots and "]
)
def test_what_is_done_to_a_part_or_garment_stays_with_it(before: str, thing: str, group: str) -> None:
    found = [(text.strip(" ,"), each) for text, each in groups(before + thing)]
    assert (thing, group) in found, found
