"""Editing by body group: the parser says where, or the picture's own description what; SD and SDXL."""

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from engine.description import Description, parse
from engine.engine import Engine, EngineSettings, Event, GenerationRequest, ImageReady, Started
from engine.errors import RequestError
from engine.pictures.encode import encode, read_provenance
from engine.request.own_picture import own_picture
from engine.request.prepare.edit import changed_groups

SETTINGS = EngineSettings(num_threads=1, warm_up=False)
WORDS = "a woman with black hair, a red top"
#: White is background, black hair and red a top for the parser of these bundles.
PIXELS = np.full((48, 32, 3), 255, np.uint8)
PIXELS[2:10, 10:22] = 0
PIXELS[14:30, 6:26] = (255, 0, 0)
TOP = np.zeros((48, 32), bool)
TOP[14:30, 6:26] = True


def own_png(words: str = WORDS, **drawn: Any) -> bytes:
    """What the engine might have drawn."""
    description = parse(words)
    spans = [[span.start, span.end, span.group, span.weight] for span in description.spans]
    return encode(PIXELS, "png", {"drawn": {"text": words, "spans": spans, **drawn}, "description": words})


def edit(words: str = WORDS, **changes: Any) -> GenerationRequest:
    fields: dict[str, Any] = {"seed": 3, "steps": 3, "guidance_scale": 1.0, "init_image": own_png()} | changes
    return GenerationRequest(description=parse(words), **fields)


async def collect(engine: Engine, wanted: GenerationRequest) -> list[Event]:
    return [event async for event in engine.generate(wanted)]


@pytest.fixture(params=["parsing_bundle", "parsing_sdxl_bundle"])
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[Engine]:
    bundle: Path = request.getfixturevalue(request.param)
    async with Engine.load(bundle, SETTINGS) as engine:
        yield engine


async def changed(engine: Engine, wanted: GenerationRequest) -> tuple[np.ndarray, np.ndarray, dict[str, object]]:
    """What may have changed, what has, and the metadata."""
    events = await collect(engine, wanted)
    [started] = [event for event in events if isinstance(event, Started)]
    [ready] = [event for event in events if isinstance(event, ImageReady)]
    assert started.mask is not None
    with Image.open(io.BytesIO(started.mask)) as mask, Image.open(io.BytesIO(ready.data)) as image:
        different = (np.asarray(image) != PIXELS).any(axis=-1)
        return np.asarray(mask) > 0, different, read_provenance(ready.data)


async def test_a_group_changes_where_the_parser_finds_it(engine: Engine) -> None:
    assert {"hair", "top", "background", "person"} <= set(engine.model.change_groups)
    allowed, different, kept = await changed(engine, edit(change=("top",), grow=0))
    assert (allowed == TOP).all() and not different[~TOP].any() and different.any()
    assert (kept["change"], kept["grow"], kept["feather"]) == (["top"], 0, 2)
    allowed, different, _ = await changed(engine, edit(change=("top", "hair"), grow=0))
    assert allowed[2:10, 10:22].all() and not different[~allowed].any()
    allowed, _, kept = await changed(engine, edit(change=("top",)))
    assert allowed.sum() >= TOP.sum() and kept["grow"] == engine.model.pixels_of_a_latent // 4


async def test_what_the_description_says_otherwise_is_what_changes(engine: Engine) -> None:
    wanted = edit("a woman with black hair, a green top", change=("auto",), grow=0)
    allowed, different, kept = await changed(engine, wanted)
    assert (allowed == TOP).all() and not different[~TOP].any()
    assert kept["change"] == ["top"]


async def test_a_dress_takes_the_place_of_a_top(engine: Engine) -> None:
    allowed, _, kept = await changed(engine, edit("a woman with black hair, a red dress", change=("auto",), grow=0))
    assert (allowed == TOP).all()
    assert kept["change"] == ["top", "dress"]


async def test_what_is_not_in_the_picture_is_told_with_what_is(engine: Engine) -> None:
    with pytest.raises(RequestError) as caught:
        await collect(engine, edit(change=("top", "headwear")))
    assert caught.value.field == "change"
    words = "headwear is not (found: person, body, hair, top, background, style)"
    assert words in str(caught.value), str(caught.value)
    with pytest.raises(RequestError, match="headwear is not"):
        await collect(engine, edit(WORDS + ", a blue hat", change=("auto",)))


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "nothing differs": ({"change": ("auto",)}, "from a description that says the same; none differs"),
    "a foreign picture": ({"change": ("auto",), "init_image": b""}, "change auto needs a PNG of this engine"),
    "no group": ({"change": ("hat",)}, "auto alone; got 'hat', did you mean headwear?"),
    "spelt otherwise": ({"change": ("Outer wear",)}, "got 'Outer wear', did you mean outerwear?"),
    "no word": ({"change": ("xyz",)}, "auto alone; got 'xyz'"),
    "no place": ({"change": ("shot",)}, "change may name"),
    "auto and more": ({"change": ("auto", "top")}, "auto stands alone"),
    "twice": ({"change": ("top", "top")}, "got top more often"),
    "no picture": ({"change": ("top",), "init_image": None}, "and there is none"),
    "framing": (
        {"change": ("auto",), "init_image": own_png("a headshot, a woman with black hair, a red top")},
        "says something else of shot, which no part of it shows",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_changed_is_refused_before_the_line(name: str, parsing_bundle: Path) -> None:
    changes, message = REFUSED[name]
    if changes.get("init_image") == b"":
        buffer = io.BytesIO()
        Image.fromarray(PIXELS).save(buffer, "PNG")
        changes = changes | {"init_image": buffer.getvalue()}
    with pytest.raises(RequestError) as caught:
        Engine.load(parsing_bundle, SETTINGS).prepare(edit(**changes))
    assert any(message in said for said in caught.value.mistakes["change"]), caught.value.mistakes


@pytest.mark.parametrize(
    ("old", "new", "groups"),
    [
        ("a red top", "a red top", ()),
        ("a red top", "A  Red top.", ()),
        ("a red top", "a (red top:1.4)", ()),
        ("a red top, black hair", "black hair, a blue top", ("top",)),
        ("a red top, no hat", "a red top", ("headwear",)),
        ("a red top, no hat", "a red top, a hat", ("headwear",)),
        ("a red top, a blue hat", "a red top", ("headwear",)),
        ("a red dress, in a park", "jeans, on a beach", ("dress", "bottom", "background")),
    ],
)
def test_groups_differ_where_their_words_do(old: str, new: str, groups: tuple[str, ...]) -> None:
    assert changed_groups(parse(old), parse(new)) == groups


def test_a_picture_of_ours_says_what_it_shows() -> None:
    own = own_picture(own_png())
    assert own is not None and own.description == parse(WORDS)
    assert own.asked["description"] == WORDS


def with_text(text: str, *, zipped: bool = False) -> bytes:
    info, buffer = PngInfo(), io.BytesIO()
    info.add_itxt("cosmicman", text, zip=zipped)
    Image.fromarray(PIXELS).save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


FOREIGN: dict[str, bytes] = {
    "nothing": b"",
    "no PNG": b"GIF89a",
    "cut off": own_png()[:40],
    "no JSON": with_text("hello"),
    "another object": with_text("{}"),
    "no object": with_text("[1]"),
    "no spans": with_text('{"drawn": {"text": "a"}}'),
    "spans outside": own_png(text="a"),
    "an unknown group": own_png(spans=[[0, 1, "tail", 1.0]]),
    "a text that is none": own_png(text=5),
    "spans that overlap": own_png(spans=[[0, 5, "hair", 1.0], [3, 8, "top", 1.0]]),
    "compressed": with_text('{"drawn": {"text": "a", "spans": []}}', zipped=True),
    "deep": with_text("[" * 100_000),
    "long": with_text('{"drawn": {"text": "' + "a" * 1_000_001 + '", "spans": []}}'),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_not_exactly_ours_is_foreign(name: str) -> None:
    assert own_picture(FOREIGN[name]) is None


def test_an_empty_description_is_one() -> None:
    own = own_picture(own_png("", spans=[]))
    assert own is not None and own.description == Description(text="", spans=())
