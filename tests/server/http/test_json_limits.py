"""Bodies that would hold the event loop: what is refused before it is read, and a file that is cut out of its body."""

import base64
import json
import tracemalloc
from typing import Any

import numpy as np
import pytest

from server.app import create_app
from server.http.json_limits import MAX_DEPTH, MAX_VALUES, SMALL, check, cut_out
from server.http.problems import ProblemError
from server.settings import Settings

JSON = {"Content-Type": "application/json"}
MEGABYTES = 12_000_000
FILE = base64.b64encode(np.random.default_rng(0).bytes(SMALL))


def filled(start: str, item: str, end: str, size: int = MEGABYTES) -> bytes:
    return (start + item * ((size - len(start) - len(end)) // len(item)) + end).encode()


HOSTILE = {
    "weights": (filled('{"description":"x","weights":{"":""', ',"":""', "}}"), 413, "at most 262144 bytes"),
    "unknown fields": (filled('{"description":"x"', ',"a":1', "}"), 413, "beside init_image"),
    "beside a file": (b'{"init_image":"%s","description":"%s"}' % (FILE, b"x" * 300_000), 413, "beside init_image"),
    "two files": (b'{"init_image":"%s","init_image":"%s"}' % (FILE, FILE * 9), 413, "at most 262144 bytes"),
    "fewer weights": (
        filled('{"description":"x","weights":{"":""', ',"":""', "}}", 250_000),
        422,
        "at most 1200 values",
    ),
    "lists": (filled('{"description":"x","steps":[', "[],", "1]}", 250_000), 422, "at most 1200 values"),
    "nesting": (filled('{"description":"x","steps":', '{"":', "", 250_000), 400, "nested too deeply"),
    "quotes that never end": (filled('{"description":"', '\\"', "", 250_000), 400, "unterminated string"),
    "a file under another name": (b'{"description":"x","photo":"%s"}' % (FILE * 8), 413, "at most 262144 bytes"),
    "a file within an object": (b'{"groups":{"init_image":"%s"}}' % FILE, 422, "groups may name"),
    "a control character in a file": (b'{"description":"x","init_image":"AAAA\n%s"}' % FILE, 400, "control character"),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_is_too_much_to_read_is_refused_unread(name: str, engine: Any, talk: Any) -> None:
    body, status, words = HOSTILE[name]
    async with talk(create_app(Settings(), engine)) as client:
        tracemalloc.start()
        try:
            answer = await client.post("/generate", content=body, headers=JSON)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert (answer.status_code, words in answer.json()["detail"]) == (status, True), answer.json()
    assert peak < 3 * len(body) + 10_000_000, "a body is not taken apart before it is refused"
    assert not engine.seen


def test_a_body_at_its_bounds_passes() -> None:
    check(b"[" * MAX_DEPTH, 100, ())
    check(b"[%s1]" % (b"1," * (MAX_VALUES - 2)), 10_000, ())
    check(b'"%s"' % (b"[{," * 5000), 20_000, ())
    with pytest.raises(ProblemError):
        check(b"[%s1]" % (b"1," * (MAX_VALUES - 1)), 10_000, ())


def test_two_long_strings_are_cut_out_and_each_is_its_own() -> None:
    cut = cut_out(b'{"mask":"%s","init_image":"%s"}' % (FILE[::-1], FILE), ("init_image", "mask"))
    left = json.loads(cut.text)
    for name, file in (("init_image", FILE), ("mask", FILE[::-1])):
        assert bytes(memoryview(cut.whole(left[name]))) == file  # type: ignore[arg-type]


@pytest.mark.parametrize("space", [b"", b" ", b"\r\n\t "])
def test_a_long_string_is_cut_out_and_nothing_else(space: bytes) -> None:
    cut = cut_out(b'{"description":"x","init_image"%s:%s"%s","steps":2}' % (space, space, FILE), ("init_image",))
    assert [bytes(piece.string) for piece in cut.pieces] == [FILE]
    assert json.loads(cut.text) == {"description": "x", "init_image": cut.pieces[0].token, "steps": 2}
    for other in (b'{"init_image":"AAAA"}', b'{"init_image":[%s]}' % (b"1," * SMALL), b'{"a":"%s"}' % FILE):
        assert cut_out(other, ("init_image",)).text == other


async def test_where_json_breaks_off_behind_a_file_is_told_in_the_body_s_own_columns(engine: Any, talk: Any) -> None:
    body = b'{"init_image":"%s", steps: 2}' % FILE
    async with talk(create_app(Settings(), engine)) as client:
        detail = (await client.post("/generate", content=body, headers=JSON)).json()["detail"]
    assert f"line 1 column {body.index(b'steps') + 1}:" in detail, detail


def escaped_breaks(text: str) -> str:
    return "\\r\\n".join(text[start : start + 76] for start in range(0, len(text), 76))


SPELLINGS = {
    "plain": str,
    "line breaks": escaped_breaks,
    "escaped slashes": lambda text: text.replace("/", "\\/"),
    "escaped pluses": lambda text: text.replace("+", "\\u002B").replace("=", "\\u003d"),
    "URL-safe": lambda text: text.replace("+", "-").replace("/", "_"),
    "no padding": lambda text: text.rstrip("="),
    "a data URL": lambda text: f"data:image/png;base64,{text}",
    "a data URL with more to say": lambda text: f"DATA:image/png;name=a.png;BASE64,{text}",
    "blanks around": lambda text: f"  {text}\\n",
    "all escapes": lambda text: "".join(f"\\u{ord(each):04x}" for each in text),
}


def noisy(width: int, height: int) -> bytes:
    """A PNG that does not pack well, so a long one; one byte of two thirds of them needs padding."""
    import io

    from PIL import Image

    buffer = io.BytesIO()
    pixels = np.random.default_rng(5).integers(0, 256, (height, width, 3), np.uint8)
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue() + b"\0" * ((1 - len(buffer.getvalue())) % 3)


@pytest.mark.parametrize("size", [(8, 12), (400, 600)])
@pytest.mark.parametrize("name", SPELLINGS)
async def test_base64_is_read_as_people_write_it(name: str, size: tuple[int, int], engine: Any, talk: Any) -> None:
    data = noisy(*size)
    text = base64.b64encode(data).decode()
    assert text.endswith("==")
    body = f'{{"description":"a woman","init_image":"{SPELLINGS[name](text)}","seed":-1}}'.encode()
    async with talk(create_app(Settings(), engine)) as client:
        answer = await client.post("/generate", content=body, headers=JSON)
    assert answer.status_code == 200, answer.text[:300]
    [seen] = engine.seen
    assert seen.init_image == data


async def test_seed_minus_one_draws_a_seed(client: Any, engine: Any) -> None:
    answer = await client.post("/generate", json={"description": "a woman", "seed": -1, "init_image": None})
    assert (answer.status_code, answer.json()["seed"]) == (200, 42)
