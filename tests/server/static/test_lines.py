"""The colours of the description box lie under their words: textarea and colour layer break lines alike.

A textarea's own text is not in the page's reach; the browser's debugging protocol gives the node that holds it, and
both are then measured the same way: the place of every character.
"""

import io
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from PIL import Image
from playwright.async_api import CDPSession, expect

from tests.thorough import few_or

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

#: From a small phone to a wide window; between them close together, so that words break everywhere.
WIDTHS = [*range(320, 560, few_or(61, 23)), 700, 1280]
TEXTS = {
    "long words": "a woman with " + "averyvery" * 20 + " red hair, a " + "blue" * 40 + " coat, red/blue-green_hat?a=b",
    "trailing spaces": "a red hat,          a blue coat      ,    " + " " * 80 + "green boots" + " " * 120,
    "tabs and empty lines": "a\tred hat,\t\ta blue\tcoat\t\t\t\t\t\tgreen\tboots\n\n\t\ta white shirt\t\n\n\n",
    "emoji": "👩‍🎤 a woman 🧣 with curly red hair" + "👨‍👩‍👧‍👦" * 9 + ", a blue coat 🇩🇪🇫🇷, é́ brown boots 👢 " * 2,
    "right to left": "امرأة ترتدي red hat ومعطف أزرق, a blue coat אישה עם שיער אדום, brown boots " * 2
    + "\nשלום a red dress",
    "no spaces": "一个穿着红色外套的女人、a red hat、青いスカート、ブーツ。" * 4,
    "hyphens": "a well-dressed-woman, half-length–portrait—with soft\u00adhyphen\u00adated words, a\u00a0red\u00a0hat "
    * 3,
    "weights": "a (red hat:1.3), [blue coat], ((green boots:1.2):1.1), no (scarf), a (red:1.5) dress, \\(fate\\) " * 3,
    "a scrollbar": "a full-body shot, a young woman, wavy long red hair, a green wool coat, " * 24,
}
#: [character, left, top, middle across, middle down, number among the characters that are no line break]
PLACES = """function () {
  const places = [], range = document.createRange();
  let number = -1;
  const walker = document.createTreeWalker(this, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    for (let at = 0; at < node.length; at += 1) {
      // Line breaks are elements in one and characters in the other.
      if (node.data[at] === "\\n" || node.data[at] === "\\u200b") continue;
      number += 1;
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const box = [...range.getClientRects()].at(-1);
      if (!box) continue;
      const middle = [box.left + box.width / 2, box.top + box.height / 2];
      places.push([node.data[at], box.left, box.top, ...middle, number]);
    }
  }
  return places;
}"""


def nodes(root: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield root
    for child in [*root.get("children", []), *root.get("shadowRoots", [])]:
        yield from nodes(child)


def named(root: dict[str, Any], name: str) -> dict[str, Any]:
    def id_of(node: dict[str, Any]) -> str:
        names = node.get("attributes", [])
        return dict(zip(names[::2], names[1::2], strict=True)).get("id", "")

    return next(each for each in nodes(root) if id_of(each) == name)


async def objects(protocol: CDPSession) -> list[str]:
    """Handles of the element inside the textarea that holds its text, and of the colour layer."""
    root = (await protocol.send("DOM.getDocument", {"depth": -1, "pierce": True}))["root"]
    inside = named(root, "description")["shadowRoots"][0]["children"]
    text = next(each for each in inside if "placeholder" not in each.get("attributes", []))
    found = [text["nodeId"], named(root, "layer")["nodeId"]]
    return [(await protocol.send("DOM.resolveNode", {"nodeId": each}))["object"]["objectId"] for each in found]


Place = tuple[str, float, float, float, float, int]


async def places(protocol: CDPSession, element: str) -> list[Place]:
    asked = {"objectId": element, "functionDeclaration": PLACES, "returnByValue": True}
    return [tuple(each) for each in (await protocol.send("Runtime.callFunctionOn", asked))["result"]["value"]]


def same(first: Place, second: Place) -> bool:
    """The same character at the same place; half a pixel is what rounding makes of parts of a line."""
    return first[0] == second[0] and max(abs(first[1] - second[1]), abs(first[2] - second[2])) < 0.5


def groups_of_characters(text: str, spans: list[dict[str, Any]]) -> list[str]:
    """The group of each UTF-16 unit that is no line break, in order; empty for one of none."""
    groups = []
    for at, character in enumerate(text):
        group = next((each["group"] for each in spans if each["start"] <= at < each["end"]), "")
        groups += [group] * (len(character.encode("utf-16-le")) // 2) if character not in "\n\u200b" else []
    return groups


def bare(text: str, field: list[Place], marks: list[Any], spans: list[dict[str, Any]]) -> list[Place]:
    """Characters of the text field that lie under no mark of their group, or under one though they have none."""
    groups = groups_of_characters(text, spans)

    def under(place: Place) -> set[str]:
        _, _, _, x, y, _ = place
        return {group for group, left, top, right, bottom in marks if left < x < right and top < y < bottom}

    seen = [place for place in field if not place[0].isspace()]
    return [place for place in seen if under(place) != ({groups[place[5]]} - {""})]


async def marked(page: Any) -> list[Any]:
    """Group, left, top, right and bottom of every mark."""
    boxes = """all => all.map(e => [e.className.match(/g-(\\w+)/)[1], e.getBoundingClientRect()])
      .map(([group, box]) => [group, box.left, box.top, box.right, box.bottom])"""
    return list(await page.eval_on_selector_all("#marks .mark", boxes))


async def parsed(url: str, text: str) -> list[dict[str, Any]]:
    async with httpx.AsyncClient(base_url=url) as client:
        return list((await client.post("/parse", json={"text": text})).json()["groups"])


async def test_every_character_has_its_colour_at_every_width(studio: Any) -> None:
    page = studio.page
    protocol = await page.context.new_cdp_session(page)
    for name, text in TEXTS.items():
        spans = await parsed(studio.url, text)
        await studio.write(text)
        await expect(page.locator("#parts .phrase")).to_have_count(len(spans))
        field, layer = await objects(protocol)
        lines = set()
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 900})
            await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
            of_field, of_layer = await places(protocol, field), await places(protocol, layer)
            assert len(of_field) > 0.8 * len(text.replace("\n", "")), name
            differing = [pair for pair in zip(of_field, of_layer, strict=True) if not same(*pair)]
            assert differing == [], (name, width, differing[:3])
            wrong = bare(text, of_field, await marked(page), spans)
            assert wrong == [], (name, width, wrong[:3])
            lines.add(len({round(place[2]) for place in of_layer}))
        assert len(lines) > 1, f"{name}: the widths must break lines differently"
        scrolls = "e => e.offsetWidth - e.clientWidth > 10 && e.scrollHeight > e.clientHeight"
        assert name != "a scrollbar" or await page.locator("#box-scroll").evaluate(scrolls)
    # The measure itself: one pixel is seen.
    await page.evaluate("() => { document.getElementById('layer').style.translate = '1px'; }")
    of_field, of_layer = await places(protocol, field), await places(protocol, layer)
    assert not any(same(*pair) for pair in zip(of_field, of_layer, strict=True))
    await protocol.detach()


async def test_the_words_are_seen_on_their_marks(studio: Any) -> None:
    page = studio.page
    await studio.write("red hair")
    await expect(page.locator("#marks .mark")).to_have_count(1)
    await page.evaluate("() => document.activeElement.blur()")
    box = await page.locator("#marks .mark").bounding_box()
    shot = Image.open(io.BytesIO(await page.screenshot(clip=box))).convert("L")
    assert shot.getextrema()[0] < 60, "ink"
    assert shot.getextrema()[1] > 200, "its ground"
