"""What the parser says of single phrases: exact spans and groups."""

import pytest

from engine.description import Group, Parser, parse

CASES: list[tuple[str, list[tuple[str, str]]]] = [
    # modifiers before and after the noun
    ("a knee-length black dress", [("a knee-length black dress", "dress")]),
    ("a hijab the colour of plums", [("a hijab the colour of plums", "headwear")]),
    ("ankle boots with a low heel", [("ankle boots with a low heel", "footwear")]),
    ("a shirt with a hood", [("a shirt with a hood", "top")]),
    (
        "His hoodie is bright orange with a small white logo on the chest.",
        [("His hoodie is bright orange with a small white logo on the chest", "top")],
    ),
    ("a coat that reaches his ankles", [("a coat that reaches his ankles", "outerwear")]),
    # the head decides
    ("dress shoes", [("dress shoes", "footwear")]),
    ("a dress shirt", [("a dress shirt", "top")]),
    ("a jean jacket", [("a jean jacket", "outerwear")]),
    ("dungaree shorts", [("dungaree shorts", "bottom")]),
    ("shoulder-length hair", [("shoulder-length hair", "hair")]),
    ("green eye shadow and green eyes", [("green eye shadow", "face"), ("green eyes", "face")]),
    ("a reflective vest", [("a reflective vest", "outerwear")]),
    ("a string vest", [("a string vest", "top")]),
    # places decide small things and wraps
    ("a bow in her hair", [("a bow in her hair", "hair")]),
    ("soot on his cheeks", [("soot on his cheeks", "face")]),
    ("a red bandana round his neck", [("a red bandana round his neck", "neckwear")]),
    ("a dupatta draped over her hair", [("a dupatta draped over her hair", "headwear")]),
    # coordination
    ("a red plaid shirt and matching cap", [("a red plaid shirt", "top"), ("matching cap", "headwear")]),
    ("black shoes and socks", [("black shoes", "footwear"), ("socks", "legwear")]),
    (
        "a hat, scarf and gloves",
        [("a hat", "headwear"), ("scarf", "neckwear"), ("gloves", "accessory")],
    ),
    ("a black and white striped scarf", [("a black and white striped scarf", "neckwear")]),
    ("a camel coat over a grey suit", [("a camel coat", "outerwear"), ("a grey suit", "dress")]),
    # held things
    ("holds a yellow helmet", [("holds", "body"), ("a yellow helmet", "accessory")]),
    ("carrying a leather briefcase", [("carrying", "body"), ("a leather briefcase", "bag")]),
    # scene and distractors
    ("a hat rack in the background", [("a hat rack in the background", "background")]),
    ("belt of pine trees in the distance", [("belt of pine trees in the distance", "background")]),
    ("a belt of brown leather", [("a belt of brown leather", "belt")]),
    ("a wall covered with hats", [("a wall covered with hats", "background")]),
    ("Behind her, a snowy park with bare trees.", [("Behind her, a snowy park with bare trees", "background")]),
    ("sitting in a wheelchair", [("sitting in a wheelchair", "body")]),
    (
        "She stands in front of a brick wall, smiling softly",
        [("stands", "body"), ("in front of a brick wall", "background"), ("smiling softly", "face")],
    ),
    # shot, style, quality, requests
    ("Photographed from the waist up", [("Photographed from the waist up", "shot")]),
    ("casual style, 8k, best quality", [("casual style", "style"), ("8k", "other"), ("best quality", "other")]),
    ("please make a man", [("a man", "person")]),
    ("THE TALL DANCER", [("THE TALL DANCER", "person")]),
    # the unknown stays other
    ("wearing a blorptastic", [("a blorptastic", "other")]),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[case[0] for case in CASES])
def test_phrases_and_groups(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(text[span.start : span.end], span.group.value) for span in parse(text).spans] == expected


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("a man, no hat, in jeans", "no hat"),
        ("a woman without glasses", "without glasses"),
        ("he is not wearing a scarf", "not wearing a scarf"),
        ("she doesn't wear a belt", "doesn't wear a belt"),
        ("without a hat or gloves", "without a hat or gloves"),
        ("no shoes on her feet", "no shoes on her feet"),
        ("a walker, hatless", "hatless"),
    ],
)
def test_an_absence_is_negated_and_no_garment(text: str, absent: str) -> None:
    spans = parse(text).spans
    assert [text[span.start : span.end] for span in spans if span.group is Group.NEGATED] == [absent]
    worn = {Group.HEADWEAR, Group.EYEWEAR, Group.NECKWEAR, Group.BELT, Group.FOOTWEAR, Group.ACCESSORY}
    assert not worn & {span.group for span in spans}


def test_negation_ends_where_the_clause_says_so() -> None:
    text = "He has no gloves and heavy black rubber boots."
    assert [(text[span.start : span.end], span.group.value) for span in parse(text).spans] == [
        ("no gloves", "negated"),
        ("heavy black rubber boots", "footwear"),
    ]


def test_clean_shaven_is_a_face_not_an_absence() -> None:
    assert [span.group for span in parse("clean-shaven").spans] == [Group.FACE]


def test_offsets_count_code_points() -> None:
    text = "🙂 naïve café, a 👒 woman in a red ha\u0308t, blue jeans"
    jeans = parse(text).spans[-1]
    assert text[jeans.start : jeans.end] == "blue jeans"


def test_characters_that_grow_in_lower_case_do_not_move_offsets() -> None:
    text = "İİİ, RED DRESS"
    dress = parse(text).spans[-1]
    assert (text[dress.start : dress.end], dress.group) == ("RED DRESS", Group.DRESS)


def test_underscores_and_curly_apostrophes_read_as_written_words() -> None:
    assert [span.group.value for span in parse("long_hair, red_dress, men’s shoes").spans] == [
        "hair",
        "dress",
        "footwear",
    ]


@pytest.mark.parametrize(
    ("words", "group"),
    [
        ("wellies, plimsolls, brogues, chappals, geta, mukluks, takkies, uggs", "footwear"),
        ("jumper, waistcoat, kurta, dashiki, guayabera, huipil, singlet", "top"),
        ("anorak, cagoule, gilet, poncho, serape, haori, sherwani, burnous", "outerwear"),
        ("sari, salwar kameez, hanbok, kaftan, dirndl, agbada, áo dài, abaya, cheongsam", "dress"),
        ("kilt, lungi, dhoti, sarong, hakama, lederhosen, trackies, dungarees", "bottom"),
        ("trilby, keffiyeh, gele, fez, ushanka, tam o'shanter, songkok, niqab, sombrero", "headwear"),
        ("cravat, dupatta, shawl, bolo tie, snood, rebozo", "neckwear"),
        ("obi, cummerbund, sash", "belt"),
        ("rucksack, satchel, bumbag, fanny pack, holdall", "bag"),
        ("braces, suspenders, bangles, gloves, brolly", "accessory"),
        ("stockings, tights, leggings, spats, legwarmers", "legwear"),
    ],
)
def test_regional_names(words: str, group: str) -> None:
    for word in words.split(", "):
        assert [span.group.value for span in parse(f"a man in {word}").spans] == ["person", group], word


def test_a_parser_keeps_nothing_between_texts() -> None:
    parser = Parser()
    first = parser.parse("a woman in a red hat, no")
    parser.parse("without")
    assert parser.parse("a woman in a red hat, no") == first
