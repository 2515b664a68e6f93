"""What a person with a mouse, a keyboard or a phone meets in the studio."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, ViewportSize, expect

from engine.errors import GenerationError
from server.app import create_app
from server.settings import Settings

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PHONE: ViewportSize = {"width": 380, "height": 800}
EMOJI_TEXT = "👩‍🎤 a woman 🧣 with curly red hair, a (blue coat:1.2), no hat, brown boots 👢"


#: A card's radio button lies invisibly over the card, which has the outline.
FOCUS_IS_SEEN = """() => {
  const seen = document.activeElement.closest(".size-choice") ?? document.activeElement;
  return getComputedStyle(seen).outlineStyle !== "none";
}"""


async def words_of(page: Page) -> list[tuple[str, str]]:
    """Group and text of each part that the page lists."""
    found = await page.eval_on_selector_all("#parts .word", "all => all.map(e => [e.className, e.textContent])")
    return sorted((classes.rpartition("g-")[2], text) for classes, text in found)


async def parsed(url: str, text: str) -> list[tuple[str, str]]:
    async with httpx.AsyncClient(base_url=url) as client:
        groups = (await client.post("/parse", json={"text": text})).json()["groups"]
    return [(each["group"], text[each["start"] : each["end"]]) for each in groups]


async def test_words_take_the_colour_of_their_group(studio: Any) -> None:
    await studio.page.get_by_label("Describe a person").press_sequentially("👩‍🎤 a man, black boots")
    await expect(studio.page.locator("#marks .mark")).not_to_have_count(0)
    await studio.write(EMOJI_TEXT)
    expected = await parsed(studio.url, EMOJI_TEXT)
    assert {"hair", "outerwear", "footwear", "negated"} <= {group for group, _ in expected}
    await expect(studio.page.locator("#parts .word")).to_have_count(len(expected))
    assert await words_of(studio.page) == sorted(expected)


async def test_the_bar_shows_the_steps_that_were_made(studio: Any) -> None:
    page = studio.page
    studio.engine.gate.clear()
    await page.evaluate(
        """() => {
          window.seen = [];
          const bar = document.getElementById("progress-bar");
          const observer = new MutationObserver(() => window.seen.push([bar.value, bar.max]));
          observer.observe(bar, { attributeFilter: ["value"] });
        }"""
    )
    await page.get_by_label("Pictures").fill("2")
    await studio.generate("a woman, red hair, no hat")
    await expect(page.locator("#progress-label")).to_have_text("Started, 4 steps")
    bar = page.get_by_role("progressbar")
    await expect(bar).to_have_attribute("value", "0")
    await expect(page.locator("#progress-elapsed")).to_have_text(re.compile(r"0\.[3-9] s|[1-9]\d*\.\d s"))
    assert await bar.get_attribute("value") == "0", "the bar moved though no step was made"
    studio.engine.gate.set()
    await expect(page.get_by_role("img", name="Picture 2 of 2: a woman, red hair, no hat")).to_be_visible()
    seen = [tuple(each) for each in await page.evaluate("window.seen")]
    assert seen[-1] == (8, 8)
    assert seen == sorted(seen)
    await expect(page.locator("#announcer")).to_have_text("2 pictures are ready. Seed 42.")


async def test_the_picture_hangs_beside_its_words_and_settings(studio: Any) -> None:
    page = studio.page
    await page.get_by_label("Landscape").check()
    await studio.generate("a man in a park, blue jeans")
    picture = page.get_by_role("img", name="Picture: a man in a park, blue jeans")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [192, 128]
    box = await picture.bounding_box()
    assert box is not None
    assert box["width"] > 300
    assert box["width"] / box["height"] == pytest.approx(1.5, abs=0.01)
    await expect(page.locator("#shown .word.g-bottom")).to_have_text("blue jeans")
    facts = await page.locator(".facts").inner_text()
    for fact in ("42", "192 × 128", "4, DDIM", "0.25 s"):
        assert fact in facts
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="Download").click()
    download = await waiting.value
    assert download.suggested_filename == "man-park-blue-jeans-42-0.png"
    assert (await download.path()).read_bytes().startswith(b"\x89PNG")


async def test_cancel_stops_the_request_in_the_engine(
    studio: Any, eventually: Callable[[Callable[[], bool]], Any]
) -> None:
    page = studio.page
    for how in ("button", "key"):
        studio.engine.gate.clear()
        studio.engine.cancelled.clear()
        studio.engine.seen.clear()
        await studio.generate()
        await eventually(lambda: len(studio.engine.seen) == 1)
        await expect(page.locator("#progress-label")).to_have_text("Started, 4 steps")
        await (page.get_by_role("button", name="Cancel").click() if how == "button" else page.keyboard.press("Escape"))
        await expect(page.locator("#announcer")).to_have_text("Cancelled.")
        await expect(page.get_by_role("button", name="Generate")).to_be_focused()
        await expect(page.locator("#pending")).to_be_hidden()
        await eventually(lambda: len(studio.engine.cancelled) == 1)


@pytest.mark.parametrize("shut", [False, True], ids=["open", "shut"])
async def test_a_problem_stands_at_the_field_it_names(studio: Any, shut: bool) -> None:
    page = studio.page
    wrong = {
        "seed": ("4294967296", "at most 4294967295"),
        "steps": ("51", "from 1 to 50"),
        "guidance_scale": ("99", "from 0 to 20"),
        "num_images": ("9", "from 1 to 4"),
        "description": ("  ", "empty"),
    }
    await studio.write("a woman")
    await page.locator("#advanced > summary").click()
    for name, (value, words) in wrong.items():
        control, message = page.locator(f"#{name}"), page.locator(f"#{name}-error")
        right = await control.input_value()
        await control.fill(value)
        await page.evaluate("(shut) => { document.getElementById('advanced').open = !shut; }", shut)
        await page.get_by_role("button", name="Generate").click()
        await expect(message).to_contain_text(words)
        await expect(message).to_be_visible()
        await expect(control).to_be_focused()
        await expect(control).to_have_attribute("aria-invalid", "true")
        assert f"{name}-error" in (await control.get_attribute("aria-describedby") or "")
        await control.fill(right)
        await expect(message).to_be_hidden()
        await expect(control).not_to_have_attribute("aria-invalid", "true")
        await page.evaluate("() => { document.getElementById('advanced').open = true; }")


async def test_a_seed_that_is_no_number_is_told_before_asking(studio: Any) -> None:
    await studio.page.get_by_label("Seed", exact=True).fill("seven")
    await studio.generate()
    await expect(studio.page.locator("#seed-error")).to_contain_text("whole number or empty; got “seven”")
    assert studio.engine.seen == []


async def test_the_keyboard_is_enough(studio: Any) -> None:
    page = studio.page
    keys = page.keyboard
    await keys.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the description")).to_be_focused()
    await keys.press("Enter")
    await expect(page.get_by_label("Describe a person")).to_be_focused()
    await keys.type("a woman with red hair")
    await expect(page.locator("#parts button")).not_to_have_count(0)
    assert await page.input_value("#description") == "a woman with red hair"
    await keys.press("Control+Enter")
    await expect(page.get_by_role("img", name="Picture: a woman with red hair")).to_be_visible()
    await expect(page.get_by_label("Describe a person")).to_be_focused()
    reached = []
    for _ in range(60):
        await keys.press("Tab")
        reached.append(await page.evaluate("(document.activeElement.innerText || document.activeElement.id).trim()"))
        if reached[-1] == "API documentation":
            break
        assert await page.evaluate(FOCUS_IS_SEEN), f"focus cannot be seen on {reached[-1]}"
    wanted = {"Clear", "Generate", "Download", "Make again", "Share", "API call", "Forget all", "seed", "Second pass"}
    assert wanted - set(reached) == set(), reached


async def test_a_link_brings_words_and_settings_back(studio: Any) -> None:
    page = studio.page
    await page.get_by_label("Square").check()
    await page.get_by_label("Seed", exact=True).fill("7")
    await page.locator("#advanced > summary").click()
    await page.get_by_label("Leave out").fill("a hat & ünïcode 🎩")
    await page.get_by_label("Steps", exact=True).fill("3")
    await page.get_by_label("Sampler").select_option("euler")
    await studio.generate(EMOJI_TEXT)
    await page.evaluate("() => Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    await page.get_by_role("button", name="Share").click()
    await expect(page.get_by_role("button", name="Link is in the address bar")).to_be_visible()
    await expect(page).to_have_url(re.compile(r"#description="))
    other = await page.context.new_page()
    studio.watch(other)
    await other.goto(page.url)
    await expect(other.get_by_text("is ready")).to_be_visible()
    await expect(other.get_by_label("Describe a person")).to_have_value(EMOJI_TEXT)
    await expect(other.get_by_label("Square")).to_be_checked()
    restored = {"seed": "7", "negative_description": "a hat & ünïcode 🎩", "steps": "3", "sampler": "euler"}
    for name, value in restored.items():
        await expect(other.locator(f"#{name}")).to_have_value(value)
    await other.close()


async def test_settings_come_back_into_the_form_and_seeds_are_kept(studio: Any) -> None:
    page = studio.page
    seed, keep = page.get_by_label("Seed", exact=True), page.get_by_role("button", name="Keep")
    await page.get_by_label("Square").check()
    await studio.generate("a woman, a red coat")
    await expect(page.locator(".picture")).to_be_visible()
    await expect(seed).to_have_value("")
    await page.get_by_label("Portrait").check()
    await studio.write("something else")
    await page.get_by_role("button", name="Edit").click()
    await expect(page.get_by_label("Describe a person")).to_have_value("a woman, a red coat")
    await expect(page.get_by_label("Square")).to_be_checked()
    await expect(seed).to_have_value("42")
    await expect(keep).to_have_attribute("aria-pressed", "true")
    await keep.click()
    await studio.generate("a man")
    await expect(page.locator("#history-list button")).to_have_count(2)
    await expect(seed).to_have_value("")
    await page.get_by_role("button", name="Use last").click()
    await expect(seed).to_have_value("42")
    await page.get_by_role("button", name="Show: a woman, a red coat, seed 42").first.click()
    await expect(page.get_by_role("img", name="Picture: a woman, a red coat")).to_be_visible()


async def test_one_picture_of_several_is_made_again_alone(studio: Any) -> None:
    page = studio.page
    await page.get_by_label("Pictures").fill("3")
    await studio.generate("a woman, a red coat")
    await expect(page.locator(".picture")).to_have_count(3)
    await page.get_by_role("button", name="Make 3 again").click()
    await expect(page.locator("#num_images")).to_have_value("1")
    await expect(page.locator("#image_index")).to_have_value("2")
    await page.get_by_role("button", name="Generate").click()
    await expect(page.locator(".picture")).to_have_count(1)
    asked = studio.engine.seen[-1]
    assert (asked.seed, asked.image_index, asked.num_images) == (42, 2, 1)
    await page.get_by_role("button", name="Share").click()
    await expect(page).to_have_url(re.compile(r"image_index=2"))


async def test_a_request_that_fails_says_how_far_it_came(studio: Any) -> None:
    page = studio.page
    studio.engine.failure, studio.engine.stop_at_step = GenerationError("the UNet's output is not finite"), 2
    await studio.generate()
    trouble = page.get_by_role("alert")
    await expect(trouble).to_contain_text("It had reached step 2 of 4.")
    studio.engine.failure = None
    await trouble.get_by_role("button", name="Try again").click()
    await expect(page.locator(".picture")).to_be_visible()
    await expect(trouble).to_be_hidden()


async def test_a_server_that_is_gone_is_told_in_plain_words(studio: Any) -> None:
    await studio.write("a woman")
    await expect(studio.page.locator("#marks .mark")).to_have_count(1)
    await studio.page.context.set_offline(True)
    await studio.page.get_by_role("button", name="Generate").click()
    await expect(studio.page.get_by_role("alert")).to_contain_text("could not be reached")
    studio.faults[:] = [fault for fault in studio.faults if "ERR_INTERNET_DISCONNECTED" not in fault]


async def test_a_full_queue_is_asked_again_after_the_time_it_names(
    settings: Settings,
    engine: Any,
    listen: Callable[[Any], Any],
    eventually: Callable[..., Any],
    opened: Callable[..., Any],
) -> None:
    engine = type(engine)(max_waiting=1)
    engine.gate.clear()
    async with (
        opened(listen(create_app(settings, engine)), engine) as studio,
        httpx.AsyncClient(base_url=studio.url, timeout=120) as client,
    ):
        others = [asyncio.create_task(client.post("/generate", json={"description": "a man"})) for _ in range(2)]
        await eventually(lambda: (engine.stats().running, engine.stats().waiting) == (1, 1))
        await studio.page.evaluate(
            """() => {
              const label = document.getElementById("progress-label");
              const { dataset } = document.body;
              const note = () => { dataset.said = `${dataset.said ?? ""}${label.textContent};`; };
              new MutationObserver(note).observe(label, { childList: true, characterData: true, subtree: true });
            }"""
        )
        await studio.generate()
        # It stands there for a second only.
        said = re.compile("The server is busy. Asking again in 2 s;")
        await expect(studio.page.locator("body")).to_have_attribute("data-said", said)
        engine.gate.set()
        await expect(studio.page.locator(".picture")).to_be_visible()
        assert [(await other).status_code for other in others] == [200, 200]


async def test_nothing_sticks_out_on_a_phone_and_fingers_find_it(studio: Any) -> None:
    page = studio.page
    await page.set_viewport_size(PHONE)
    await studio.write("a woman with averyveryveryveryverylongwordthatnobodywouldeverwriteinadescription, red hair")
    await page.locator("#advanced > summary").click()
    await page.get_by_role("button", name="Generate").click()
    await expect(page.locator(".picture")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    small = await page.evaluate(
        """() => [...document.querySelectorAll("a, button, input, select, textarea, summary")]
          .map((element) => element.closest(".size-choice") ?? element)
          .filter((element) => element.checkVisibility() && !element.classList.contains("skip-link"))
          .map((element) => [element.outerHTML.slice(0, 80), element.getBoundingClientRect()])
          .filter(([, { width, height }]) => width < 44 || height < 44)"""
    )
    assert small == []


async def test_everything_has_a_name(studio: Any) -> None:
    page = studio.page
    await page.locator("#advanced > summary").click()
    await studio.generate()
    await expect(page.locator(".picture")).to_be_visible()
    nameless = await page.evaluate(
        """() => {
          const title = (e) => document.getElementById(e.getAttribute("aria-labelledby"))?.textContent;
          const named = (e) => e.labels?.length || e.ariaLabel || e.textContent?.trim() || title(e);
          const all = (selector) => [...document.querySelectorAll(selector)];
          return [
            ...all("button, a, input, select, textarea, progress, section, nav, [role=img]").filter((e) => !named(e)),
            ...all("img:not([alt])"), ...all("fieldset:not(:has(legend))"),
          ].map((e) => e.outerHTML.slice(0, 80));
        }"""
    )
    assert nameless == []
    levels = await page.eval_on_selector_all("h1, h2, h3", "all => all.map(e => Number(e.tagName[1]))")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))
    assert await page.get_attribute("html", "lang") == "en"
    assert [await page.locator(tag).count() for tag in ("main", "header", "footer")] == [1, 1, 1]
