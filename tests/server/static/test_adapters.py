"""Adapters in the studio: chosen, scaled by mouse, finger and keys, sent, kept, told, and taken out again."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from playwright.async_api import Page, expect

from engine.adapters.info import AdapterInfo

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ADAPTERS = (
    AdapterInfo(name="pencil", rank=4, licence="Apache-2.0"),
    AdapterInfo(name="checks", rank=4, licence="Apache-2.0", trigger_words="checked"),
    AdapterInfo(name="film-grain", rank=4, recommended_scale=0.7),
    AdapterInfo(name="ink", rank=4),
    AdapterInfo(name="wool", rank=4),
    AdapterInfo(name="broken", refused="it holds no tensors"),
)
LINKED, GONE = '{"wool":1.5}', '{"gone":1}'
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def engine(engine: Any) -> Any:
    engine.model = replace(engine.model, adapters=ADAPTERS, adapter_columns=128)
    return engine


async def choose(page: Page, *names: str) -> None:
    await page.locator("#adapters").evaluate("(each) => { each.open = true; }")
    for name in names:
        await page.get_by_label("Adapter to add").select_option(name)
        await page.get_by_role("button", name="Add adapter").click()


async def drawn(studio: Any, button: str = "Generate") -> Any:
    results = await studio.page.locator("#history-list button").count()
    await studio.page.get_by_role("button", name=button).click()
    await expect(studio.page.locator("#history-list button")).to_have_count(results + 1)
    return studio.engine.seen[-1]


async def refreshed(studio: Any) -> None:
    await studio.page.wait_for_timeout(400)  # what was typed is written after a pause
    await studio.page.reload()
    await expect(studio.page.get_by_text("rectangles is ready")).to_be_visible()


@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desktop", "phone"])
async def test_adapters_are_chosen_scaled_and_sent(studio: Any, viewport: Any) -> None:
    page = studio.page
    if viewport:
        await page.set_viewport_size(viewport)
    await studio.write("a woman, a checked shirt")
    await choose(page, "pencil", "checks")
    options = await page.get_by_label("Adapter to add").locator("option").all_inner_texts()
    assert options == ["film-grain", "ink", "wool"], "what is in use, or refused, is not offered"
    await expect(page.locator("#lora-count")).to_have_text("2 of at most 4")
    await expect(page.locator(".lora-row").nth(1)).to_contain_text("Listens to “checked”. Licence Apache-2.0.")
    pencil = page.get_by_role("slider", name="Scale of pencil")
    await pencil.focus()
    for _ in range(4):
        await page.keyboard.press("ArrowLeft")
    await expect(pencil).to_have_attribute("aria-valuetext", "0.6")
    checks = page.get_by_role("slider", name="Scale of checks")
    await checks.scroll_into_view_if_needed()
    box = await checks.bounding_box()
    assert box is not None and box["height"] >= 44 and box["width"] >= 100
    row = page.locator(".lora-row").nth(1)
    name, number, remove = [await row.locator(each).bounding_box() for each in (".lora-name", "output", "button")]
    assert name and number and remove, "in one line"
    assert name["x"] + name["width"] <= box["x"] < box["x"] + box["width"] <= number["x"] < remove["x"]
    assert abs(name["y"] + name["height"] / 2 - box["y"] - box["height"] / 2) < 12
    await page.mouse.click(box["x"] + 2, box["y"] + box["height"] / 2)
    await expect(checks).to_have_attribute("aria-valuetext", "-2")
    assert (await drawn(studio)).loras == {"pencil": 0.6, "checks": -2.0}
    assert studio.engine.seen[-1].attention, "the graph of adapters tells it here"
    await expect(page.locator(".facts")).to_contain_text("pencil ×0.6, checks ×-2")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is wider than the screen"


async def test_they_are_kept_over_a_refresh_and_drawn_again_from_history(studio: Any) -> None:
    page = studio.page
    await studio.write("a woman, red hair")
    await choose(page, "ink")
    await drawn(studio)
    await refreshed(studio)
    await expect(page.get_by_role("slider", name="Scale of ink")).to_be_visible()
    await page.get_by_role("button", name="Remove ink").click()
    await expect(page.get_by_role("slider", name="Scale of ink")).to_have_count(0)
    await expect(page.get_by_label("Adapter to add")).to_be_focused()
    await studio.write("a man, a blue coat")
    assert not (await drawn(studio)).loras
    await refreshed(studio)
    await expect(page.get_by_role("slider")).to_have_count(2)  # the weights of the words alone
    await page.locator("#history-list button").nth(1).click()
    assert (await drawn(studio, "Make again")).loras == {"ink": 1.0}
    await expect(page.get_by_role("slider", name="Scale of ink")).to_be_visible()


async def test_a_link_and_the_calls_hold_them(studio: Any) -> None:
    page = studio.page
    await studio.write("a woman, red hair")
    await choose(page, "film-grain")
    await expect(page.locator(".lora-row")).to_contain_text("Its file recommends 0.7.")
    grain = page.get_by_role("slider", name="Scale of film-grain")
    await expect(grain).to_have_attribute("aria-valuetext", "0.7")
    await grain.press("End")
    await expect(grain).to_have_attribute("aria-valuetext", "2")
    await grain.dblclick()
    await drawn(studio)
    await page.locator(".call > summary").click()
    code = page.locator(".call code")
    await expect(code).to_contain_text('"film-grain": 0.7')
    await page.get_by_role("button", name="Python", exact=True).click()
    await expect(code).to_contain_text('"loras": {"film-grain": 0.7},')
    made = await page.evaluate(
        """async () => {
          const { toHash, fromHash } = await import("./form/settings.js");
          return JSON.stringify(fromHash(toHash({ description: "x", loras: { ink: -0.5 } })));
        }"""
    )
    assert json.loads(made)["loras"] == {"ink": -0.5}
    await page.evaluate(
        """() => { location.hash = "#description=a+man&loras=" + encodeURIComponent('{"wool":1.5}'); }"""
    )
    await expect(page.get_by_role("slider", name="Scale of wool")).to_have_attribute("aria-valuetext", "1.5")
    await expect(page.get_by_role("slider", name="Scale of film-grain")).to_have_count(0)


async def test_four_at_most_and_nothing_is_not_sent(studio: Any) -> None:
    page = studio.page
    await studio.write("a woman, red hair")
    await choose(page, "pencil", "checks", "ink", "wool")
    await expect(page.get_by_role("button", name="Add adapter")).to_be_hidden()
    wool = page.get_by_role("slider", name="Scale of wool")
    await wool.focus()
    for _ in range(10):
        await page.keyboard.press("ArrowLeft")
    await expect(wool).to_have_attribute("aria-valuetext", "0, without it")
    assert (await drawn(studio)).loras == {"pencil": 1.0, "checks": 1.0, "ink": 1.0}
    await wool.dblclick()
    await expect(wool).to_have_attribute("aria-valuetext", "1")


async def test_what_the_server_refuses_is_told_beside_them(studio: Any) -> None:
    page = studio.page
    await studio.write("a woman, red hair")
    await page.evaluate("loras => { location.hash = `#description=a+man&loras=${encodeURIComponent(loras)}`; }", GONE)
    await expect(page.locator(".lora-row")).to_contain_text("Not registered on this server: remove it to draw.")
    await page.get_by_role("button", name="Generate").click()
    await expect(page.locator("#loras-error")).to_be_visible()
    await expect(page.locator("#loras-error")).to_contain_text("gone")
    await page.get_by_role("button", name="Remove gone").click()
    await expect(page.locator("#loras-error")).to_be_hidden()


async def test_without_adapters_there_is_no_control(
    opened: Callable[..., Any], app: Any, engine: Any, listen: Callable[[Any], Any]
) -> None:
    engine.model = replace(engine.model, adapters=ADAPTERS[-1:])
    async with opened(listen(app), engine) as studio:
        await expect(studio.page.locator("#settings")).to_be_visible()
        await expect(studio.page.locator("#adapters")).to_be_hidden()


async def test_maps_are_asked_for_where_the_graph_tells_them(studio: Any) -> None:
    studio.engine.model = replace(studio.engine.model, adapted_attention=False)
    await refreshed(studio)
    await studio.write("a woman, red hair")
    await choose(studio.page, "ink")
    assert not (await drawn(studio)).attention
    await studio.page.get_by_role("button", name="Remove ink").click()
    assert (await drawn(studio)).attention
