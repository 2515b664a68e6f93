"""Forms, lists, tables and JSON: the name of a field gives the group of its value; bare tags part at each noun."""

import pytest

from engine.description import parse


def groups(text: str) -> list[tuple[str, str]]:
    return [(text[span.start : span.end], span.group.value) for span in parse(text).spans]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hair: long, black", [("Hair", "hair"), ("long, black", "hair")]),
        ("Eyes: green; Age: 28", [("Eyes", "face"), ("green", "face"), ("Age", "person"), ("28", "person")]),
        (
            "Subject: a young woman\nHair - short, dyed pink\nSetting - alley, neon",
            [
                ("a young woman", "person"),
                ("Hair", "hair"),
                ("short, dyed pink", "hair"),
                ("Setting", "background"),
                ("alley, neon", "background"),
            ],
        ),
        (
            '{"upper_body": "cream, linen", "shoes": "white leather"}',
            [
                ("upper_body", "top"),
                ("cream", "top"),
                ("linen", "top"),
                ("shoes", "footwear"),
                ("white leather", "footwear"),
            ],
        ),
        ("Upper body: a denim jacket", [("Upper body", "top"), ("a denim jacket", "outerwear")]),
        (
            "| hair | blonde, wavy |\n| top | striped |",
            [("hair", "hair"), ("blonde, wavy", "hair"), ("top", "top"), ("striped", "top")],
        ),
        (
            "1. Jacket: burgundy\n2. Shoes: black",
            [("Jacket", "outerwear"), ("burgundy", "outerwear"), ("Shoes", "footwear"), ("black", "footwear")],
        ),
        (
            "# Character\n* woman\n## Hair\nlong and red\n",
            [("Character", "person"), ("woman", "person"), ("Hair", "hair"), ("long and red", "hair")],
        ),
        ("Hair:\n- long\n- black\nTop: red", [("Hair", "hair"), ("long", "hair"), ("black", "hair"),
                                            ("Top", "top"), ("red", "top")]),
        ("Head: none. Feet: white, chunky", [("Head: none", "negated"), ("Feet", "footwear"), ("white", "footwear"),
                                             ("chunky", "footwear")]),
        ("- green parka\n- cargo trousers", [("green parka", "outerwear"), ("cargo trousers", "bottom")]),
        ("Mountie: red tunic, Stetson", [("Mountie", "person"), ("red tunic", "top"), ("Stetson", "headwear")]),
    ],
)  # fmt: skip
def test_the_name_of_a_field_gives_its_value_a_group(text: str, expected: list[tuple[str, str]]) -> None:
    assert groups(text) == expected


def test_labels_inside_a_field_change_no_group() -> None:
    text = '{"upper_body": {"type": "shirt", "color": "white"}}'
    assert {group for _, group in groups(text)} == {"top"}


@pytest.mark.parametrize(
    "text",
    ["see https://example.com", "She smiles: the sun is out", "10:30 in the morning", "a ratio of 2:3"],
)
def test_a_colon_alone_makes_no_field(text: str) -> None:
    assert all(span.group.value != "hair" for span in parse(text).spans)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("red dress black heels gold necklace city street", "dress footwear accessory background"),
        ("grey beard flat cap brown tweed jacket corduroy trousers brogues", "face headwear outerwear bottom footwear"),
        ("wool beanie rubber boots", "headwear footwear"),
        ("dress shoes", "footwear"),
        ("a hat rack", "background"),
        ("pale blue oxford shirt", "top"),
        ("lip piercing", "accessory"),
        ("dance tights", "legwear"),
        ("blue shirt ✨ sunglasses", "top eyewear"),
    ],
)
def test_each_noun_of_bare_tags_ends_a_phrase(text: str, expected: str) -> None:
    assert " ".join(group for _, group in groups(text)) == expected
