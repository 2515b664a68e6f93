"""How words are read is on the page: the two texts, what is no language, warnings; a wrong group is set right there."""

from typing import Any

import pytest
from playwright.async_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TEXT = "a woman, red hair, a blue coat, no hat"
SYNTAX = "a woman in a red dress <lora:film:0.8>, no hat"
#: An answer of POST /parse with everything in it; what the parser makes of such texts is tested elsewhere.
ANSWER = {
    "text": SYNTAX,
    "groups": [
        {"group": "person", "start": 0, "end": 7, "text": "a woman", "weight": 1},
        {"group": "dress", "start": 11, "end": 22, "text": "a red dress", "weight": 1},
        {"group": "negated", "start": 40, "end": 46, "text": "no hat", "weight": 1},
    ],
    "negatives": [{"group": "headwear", "text": "hat"}],
    "drawn": "a woman in a red dress",
    "negative": "hat",
    "ignored": [{"start": 23, "end": 38, "text": "<lora:film:0.8>", "why": "a LoRA, which is not loaded"}],
    "warnings": [{"kind": "language", "message": "Most of these words are not English."}],
}


async def drawn(studio: Any) -> Any:
    """Generates, and what the engine was asked."""
    before = len(studio.engine.seen)
    await studio.page.get_by_role("button", name="Generate").click()
    await expect(studio.page.locator("#shown .picture").first).to_be_visible()
    await expect(studio.page.locator("#stage")).not_to_have_attribute("aria-busy", "true")
    assert len(studio.engine.seen) == before + 1
    return studio.engine.seen[-1]


async def move(page: Any, phrase: str, group: str) -> None:
    await page.get_by_role("button", name=f"Correct the group of “{phrase}”").click()
    choice = page.get_by_role("group", name=f"Another group for “{phrase}”")
    await choice.get_by_label("Group").select_option(group)
    await choice.get_by_role("button", name="Move").click()


async def test_the_page_says_that_descriptions_are_english(studio: Any) -> None:
    await expect(studio.page.locator("#description-hint")).to_contain_text("In English")


async def test_both_texts_are_shown(studio: Any) -> None:
    await studio.write(TEXT)
    await expect(studio.page.locator("#reading-drawn")).to_have_text("a woman, red hair, a blue coat")
    await expect(studio.page.locator("#reading-negative")).to_have_text("hat")
    await expect(studio.page.locator("#reading-ignored")).to_be_hidden()
    await studio.write("")
    await expect(studio.page.locator("#reading")).to_be_hidden()


async def test_ignored_syntax_and_warnings_are_shown(studio: Any) -> None:
    page = studio.page
    await page.route("**/parse", lambda route: route.fulfill(json=ANSWER))
    await studio.write(SYNTAX)
    await expect(page.locator("#reading-ignored li")).to_have_text("<lora:film:0.8> a LoRA, which is not loaded")
    await expect(page.locator("#reading-warnings li")).to_have_text("Most of these words are not English.")
    await expect(page.get_by_role("status").filter(has_text="not English")).to_be_visible()
    await expect(page.locator("#marks .is-ignored")).to_have_count(1)
    await expect(page.locator("#marks .g-dress")).to_have_count(1)
    await page.unroute("**/parse")


async def test_what_is_ignored_for_one_reason_is_one_line(studio: Any) -> None:
    await studio.write('{"subject": "a woman", "hair": "short, blonde", "top": "a green coat"}')
    await expect(studio.page.locator("#reading-ignored li")).to_have_count(1)
    await expect(studio.page.locator("#reading-ignored li")).to_contain_text("JSON")


async def test_another_text_that_was_read_instead_colours_nothing(studio: Any) -> None:
    page = studio.page
    await page.route("**/parse", lambda route: route.fulfill(json=ANSWER))
    await studio.write("une femme en robe rouge, sans chapeau")
    await expect(page.locator("#reading-drawn")).to_have_text("a woman in a red dress")
    await expect(page.locator("#marks .mark")).to_have_count(0)
    await page.unroute("**/parse")


async def test_a_group_is_corrected_sent_and_taken_back(studio: Any) -> None:
    page = studio.page
    await studio.write(TEXT)
    await move(page, "a blue coat", "dress")
    back = page.get_by_role("button", name="Move “a blue coat” back to outerwear")
    await expect(
        page.locator(".part-row.g-dress").get_by_role("button", name="Move “a blue coat” back")
    ).to_be_focused()
    await expect(page.locator(".part-row.g-outerwear")).to_have_count(0)
    await expect(page.locator("#marks .g-outerwear")).to_have_count(0)
    await expect(page.locator("#marks .g-dress")).to_have_count(1)
    asked = await drawn(studio)
    assert asked.groups == {"outerwear": "", "dress": "a blue coat"}
    assert asked.description.text == TEXT
    await page.reload()
    await expect(back).to_be_visible()
    await back.click()
    await expect(page.get_by_role("button", name="Correct the group of “a blue coat”")).to_be_focused()
    assert not (await drawn(studio)).groups


async def test_some_words_of_a_phrase_are_moved(studio: Any) -> None:
    page = studio.page
    await studio.write("a woman, long red hair")
    await page.get_by_role("button", name="Correct the group of “long red hair”").click()
    choice = page.get_by_role("group", name="Another group for “long red hair”")
    for word in ("red", "hair"):
        await choice.get_by_role("button", name=word, exact=True).click()
    await choice.get_by_label("Group").select_option("top")
    await choice.get_by_role("button", name="Move").click()
    await expect(page.get_by_role("button", name="Move “long” back to hair")).to_be_visible()
    assert (await drawn(studio)).groups == {"hair": "red hair", "top": "long"}


async def test_the_keyboard_does_it_alone(studio: Any) -> None:
    page = studio.page
    await studio.write(TEXT)
    await page.get_by_role("button", name="Correct the group of “red hair”").focus()
    await page.keyboard.press("Enter")
    target = page.get_by_role("group", name="Another group for “red hair”").get_by_label("Group")
    await expect(target).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Correct the group of “red hair”")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(target).to_be_focused()
    await page.keyboard.type("headwear")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Move “red hair” back to hair")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Correct the group of “red hair”")).to_be_focused()


async def test_what_was_absent_can_be_wanted(studio: Any) -> None:
    await studio.write(TEXT)
    await move(studio.page, "no hat", "headwear")
    assert (await drawn(studio)).groups == {"negated": "", "headwear": "hat"}


async def test_a_correction_holds_for_its_phrase_alone(studio: Any) -> None:
    page = studio.page
    await studio.write(TEXT)
    await move(page, "red hair", "headwear")
    await studio.write("a woman, blond hair")
    await expect(page.get_by_role("button", name="Correct the group of “blond hair”")).to_be_visible()
    assert not (await drawn(studio)).groups
