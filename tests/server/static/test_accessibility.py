"""The studio by the rules of WCAG 2.2 A and AA, as axe-core checks them, in every state that a person meets."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = {
    "desktop, light": ({"width": 1280, "height": 800}, "light"),
    "phone, dark": ({"width": 390, "height": 844}, "dark"),
}
TEXT = "a full-body shot, a woman, (red hair:1.2), a blue coat, no hat, brown boots"
#: As a text with another tool's syntax in another language has it.
SHOW_ALL_OF_THE_READING = """() => {
  const items = { ignored: ["a flag of another tool", "--ar 2:3"], warnings: ["Most of these words are not English."] };
  for (const [name, [words, code]] of Object.entries(items)) {
    const item = document.createElement("li");
    const piece = Object.assign(document.createElement("code"), { className: "ignored-text", textContent: code });
    item.append(...(code ? [piece] : []), words);
    const list = document.getElementById(`reading-${name}`);
    list.replaceChildren(item);
    list.closest(".reading-row").hidden = false;
  }
}"""


async def judged(page: Any, state: str) -> list[tuple[str, str, list[str]]]:
    found = await Axe().run(page, options={"runOnly": RULES})
    return [
        (state, each["id"], [node["html"][:120] for node in each["nodes"]]) for each in found.response["violations"]
    ]


@pytest.mark.slow
@pytest.mark.parametrize("look", LOOKS)
async def test_axe_finds_nothing_in_any_state(studio: Any, look: str) -> None:
    page, engine = studio.page, studio.engine
    viewport, scheme = LOOKS[look]
    await page.set_viewport_size(viewport)
    # Pictures that fade in would be judged at half their strength.
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found = await judged(page, "empty")
    await studio.write(TEXT)
    await expect(page.locator("#parts .phrase").first).to_be_visible()
    await page.locator("#parts .phrase").first.click()
    await page.evaluate("() => { for (const each of document.querySelectorAll('.more')) each.open = true; }")
    await page.get_by_label("Denoise the picture once more").check()
    await page.get_by_role("button", name="Add adapter").click()
    found += await judged(page, "written, everything open, an adapter chosen")
    await page.get_by_role("button", name="Correct the group of “a blue coat”").click()
    await expect(page.locator(".regroup-choice")).to_be_visible()
    found += await judged(page, "the choice of another group")
    await page.get_by_label("Group", exact=True).select_option("dress")
    await page.get_by_role("button", name="Move", exact=True).click()
    await expect(page.locator(".phrase.is-moved")).to_be_visible()
    await page.evaluate(SHOW_ALL_OF_THE_READING)
    found += await judged(page, "a corrected group, ignored syntax and a warning")
    await page.get_by_label("Denoise the picture once more").uncheck()
    engine.gate.clear()
    await page.get_by_role("button", name="Generate").click()
    await expect(page.locator("#progress-label")).to_have_text("Started, 4 steps")
    found += await judged(page, "under way")
    engine.gate.set()
    await expect(page.locator("#shown .picture")).to_be_visible()
    await page.locator(".call > summary").click()
    found += await judged(page, "a result and its call")
    await page.get_by_label("Pictures").fill("4")
    await page.get_by_role("button", name="Generate").click()
    await expect(page.locator("#shown .picture")).to_have_count(4)
    await page.get_by_role("button", name="Compare").click()
    found += await judged(page, "four pictures, and the choice of one to compare with")
    await studio.write(TEXT.replace("blue", "green"))
    await page.get_by_role("button", name="Draw the form at this seed").click()
    await expect(page.locator(".comparison .picture")).to_have_count(2)
    found += await judged(page, "side by side")
    await page.get_by_role("button", name="Forget all").click()
    found += await judged(page, "the question before forgetting")
    await page.get_by_role("button", name="Keep", exact=True).last.click()
    await page.get_by_label("Steps", exact=True).fill("99")
    await page.get_by_role("button", name="Generate").click()
    await expect(page.locator("#steps-error")).to_be_visible()
    found += await judged(page, "a field that is wrong")
    await page.evaluate("() => { document.getElementById('key-panel').hidden = false; }")
    found += await judged(page, "a key is asked for")
    await page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    assert found == []


async def test_nothing_moves_for_those_who_want_it_still(studio: Any) -> None:
    page = studio.page
    await page.emulate_media(reduced_motion="reduce")
    await studio.generate()
    await expect(page.locator("#shown .picture")).to_be_visible()
    moving = "() => [...document.querySelectorAll('*')].filter((e) => { const s = getComputedStyle(e); "
    moving += "return s.animationName !== 'none' || parseFloat(s.transitionDuration) > 0; }).length"
    assert await page.evaluate(moving) == 0
    await page.emulate_media(reduced_motion="no-preference")
    assert await page.evaluate(moving) > 0, "the measure must see what moves otherwise"


async def test_the_focus_follows_what_is_seen(studio: Any, eventually: Callable[..., Any]) -> None:
    """Words, picture, parts, settings: the order of the keys is that of the page, on a phone from top to bottom."""
    page = studio.page
    await page.set_viewport_size({"width": 390, "height": 844})
    await studio.generate()
    await expect(page.locator("#shown .picture")).to_be_visible()
    await page.evaluate("document.activeElement.blur()")
    tops = []
    for _ in range(60):
        await page.keyboard.press("Tab")
        place = await page.evaluate(
            """() => { const e = document.activeElement; if (e === document.body) return null;
              const box = (e.closest(".size-choice, .part-row, .part-add, .box, .actions, .size, .seed-row, .foot, "
                + ".history-head") ?? e).getBoundingClientRect();
              return e.classList.contains("skip-link") ? -1 : box.top + scrollY; }"""
        )
        if place is None:
            break
        tops.append(place)
    assert len(tops) > 25
    assert [pair for pair in zip(tops, tops[1:], strict=False) if pair[1] < pair[0] - 4] == []
