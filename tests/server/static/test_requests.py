"""What a person says reaches the engine as it stands on the page: weights, rewritten words, pictures, passes."""

import base64
import io
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Page, expect

from server.routes.studio import STATIC
from server.schemas.base import MAX_FILE_CHARACTERS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TEXT = "a woman, red hair, a blue coat, a green coat, no hat"
DROP = """([name, type, base64]) => {
  const bytes = Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], name, { type }));
  const target = document.querySelector("main");
  target.dispatchEvent(new DragEvent("dragover", { dataTransfer, bubbles: true, cancelable: true }));
  target.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
}"""
PASTE = """([name, type, base64]) => {
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name, { type }));
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
}"""


def png(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 30, 30)).save(out, "PNG")
    return out.getvalue()


async def written(studio: Any, text: str) -> None:
    await studio.write(text)
    await expect(studio.page.locator("#parts .phrase").first).to_be_visible()


async def drawn(studio: Any) -> Any:
    """Generates, and what the engine was asked."""
    before = len(studio.engine.seen)
    await studio.page.get_by_role("button", name="Generate").click()
    await expect(studio.page.locator("#shown .picture").first).to_be_visible()
    await expect(studio.page.locator("#stage")).not_to_have_attribute("aria-busy", "true")
    assert len(studio.engine.seen) == before + 1
    return studio.engine.seen[-1]


async def test_a_weight_is_dragged_and_typed_and_sent(studio: Any) -> None:
    page = studio.page
    await written(studio, TEXT)
    hair = page.get_by_role("slider", name="Weight of hair")
    box = await hair.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + box["height"] / 2)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"], box["y"] + box["height"] / 2, steps=4)
    await page.mouse.up()
    await expect(hair).to_have_attribute("aria-valuetext", "4 times")
    await expect(page.locator(".part-row.g-hair output")).to_have_text("×4")
    coat = page.get_by_role("slider", name="Weight of outerwear")
    await coat.focus()
    for _ in range(4):
        await page.keyboard.press("ArrowRight")
    await expect(coat).to_have_attribute("aria-valuetext", "1.2 times")
    assert (await drawn(studio)).weights == {"hair": 4.0, "outerwear": 1.2}
    await hair.focus()
    await page.keyboard.press("Home")
    await expect(hair).to_have_attribute("aria-valuetext", "0, left out")
    await page.keyboard.press("Delete")
    await expect(hair).to_have_attribute("aria-valuetext", "1 times")
    assert await page.get_by_role("slider", name="Weight of negated").count() == 0
    await written(studio, "a woman, red hair")
    await expect(coat).to_have_count(0)
    assert not (await drawn(studio)).weights, "a weight of what is not said is not sent"


async def test_a_weight_is_dragged_by_a_finger(studio: Any) -> None:
    page = studio.page
    await page.set_viewport_size({"width": 390, "height": 844})
    await written(studio, TEXT)
    hair = page.get_by_role("slider", name="Weight of hair")
    await hair.scroll_into_view_if_needed()
    box = await hair.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    touch = await page.context.new_cdp_session(page)
    y = box["y"] + box["height"] / 2
    for kind, share in (("touchStart", 0.4), ("touchMove", 0.7), ("touchMove", 0.9)):
        points = [{"x": box["x"] + share * box["width"], "y": y}]
        await touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    await touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await touch.detach()
    await expect(page.locator(".part-row.g-hair output")).to_have_attribute("data-changed", "")
    assert (await drawn(studio)).weights["hair"] > 2


async def test_weights_multiply_to_four_at_most(studio: Any) -> None:
    await written(studio, "a woman, (red hair:2.5), a blue coat")
    hair = studio.page.get_by_role("slider", name="Weight of hair")
    await hair.focus()
    await studio.page.keyboard.press("End")
    await expect(hair).to_have_attribute("aria-valuetext", "1.6 times")
    assert (await drawn(studio)).weights == {"hair": 1.6}


async def test_words_are_rewritten_in_place_and_nothing_else_is(studio: Any) -> None:
    page, text = studio.page, studio.page.get_by_label("Describe a person")
    await written(studio, TEXT)
    phrase = page.get_by_role("button", name="Rewrite “red hair”")
    await phrase.hover()
    await expect(page.locator("#marks .is-lit")).to_have_class("mark g-hair is-lit")
    await phrase.click()
    await page.keyboard.type("long (grey:1.2) hair")
    await page.keyboard.press("Enter")
    await expect(text).to_have_value("a woman, long (grey:1.2) hair, a blue coat, a green coat, no hat")
    await page.get_by_role("button", name="Rewrite “a blue coat”").click()
    await page.keyboard.type("nothing of this stays")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Rewrite “a blue coat”")).to_be_focused()
    await page.get_by_role("button", name="Rewrite “a blue coat”").click()
    await page.keyboard.press("Delete")
    await page.keyboard.press("Enter")
    await expect(text).to_have_value("a woman, long (grey:1.2) hair, a green coat, no hat")
    assert (await drawn(studio)).description.text == "a woman, long (grey:1.2) hair, a green coat, no hat"


async def test_an_added_part_is_sent_with_its_group(studio: Any) -> None:
    page = studio.page
    await written(studio, "a woman, red hair")
    await page.get_by_label("Part to add").select_option("headwear")
    await page.get_by_label("Words of the added part").fill("a thing of straw")
    await page.get_by_role("button", name="Add part").click()
    asked = await drawn(studio)
    assert (asked.description.text, asked.groups) == ("a woman, red hair", {"headwear": "a thing of straw"})
    await expect(page.locator("#shown .caption .g-headwear")).to_have_text("a thing of straw")
    await page.get_by_role("button", name="Rewrite the added “a thing of straw”").click()
    await page.keyboard.press("Delete")
    await page.keyboard.press("Enter")
    await expect(page.locator(".part-row.g-headwear")).to_have_count(0)


@pytest.mark.parametrize("way", ["chosen", "dropped", "pasted"])
async def test_a_picture_to_start_from_is_sent_with_its_strength(studio: Any, way: str) -> None:
    page, data = studio.page, png(96, 64)
    await written(studio, "a woman, red hair")
    if way == "chosen":
        await page.locator("#start > summary").click()
        await page.set_input_files("#init_image", {"name": "me.png", "mimeType": "image/png", "buffer": data})
    else:
        encoded = base64.b64encode(data).decode()
        await page.evaluate(DROP if way == "dropped" else PASTE, ["me.png", "image/png", encoded])
    await expect(page.get_by_alt_text("The picture to start from")).to_be_visible()
    await expect(page.get_by_label("Landscape")).to_be_checked()
    await page.get_by_label("Strength", exact=True).fill("0.5")
    asked = await drawn(studio)
    assert (asked.init_image, asked.strength, asked.width, asked.height) == (data, 0.5, 192, 128)
    await page.get_by_role("button", name="Remove").click()
    asked = await drawn(studio)
    assert (asked.init_image, asked.strength) == (None, None)


async def test_files_that_cannot_be_sent_are_refused_with_the_true_reason(studio: Any) -> None:
    page, error = studio.page, studio.page.locator("#init_image-error")
    script = (STATIC / "form/start_picture.js").read_text("utf-8")
    assert "MOST_BYTES = 9_000_000;" in script
    assert 9_000_000 == MAX_FILE_CHARACTERS // 4 * 3
    files = {
        "no PNG, JPEG or WebP": ("note.png", b"only words", "image/png"),
        "damaged": ("torn.png", png(96, 64)[:50], "image/png"),
        "9.0 MB; at most 9.0 MB": ("big.png", png(96, 64) + bytes(9_000_001), "image/png"),
    }
    await studio.write("a woman")
    for reason, (name, data, kind) in files.items():
        await page.set_input_files("#init_image", {"name": name, "mimeType": kind, "buffer": data})
        await expect(error).to_be_visible()
        await expect(error).to_contain_text(reason)
        await expect(error).to_contain_text(name)
    assert await page.locator("#start-shown").is_hidden()
    assert (await drawn(studio)).init_image is None


async def test_second_pass_and_guidance_interval_are_sent(studio: Any) -> None:
    page = studio.page
    await written(studio, "a woman, red hair")
    await page.locator("#advanced > summary").click()
    await page.get_by_label("To", exact=True).fill("0.8")
    await page.locator("#second > summary").click()
    await page.get_by_label("Denoise the picture once more").check()
    await page.get_by_label("Strength of the second pass").fill("0.4")
    asked = await drawn(studio)
    assert asked.guidance_interval == (0.0, 0.8)
    assert (asked.second_pass.strength, asked.second_pass.steps) == (0.4, None)
    await page.get_by_label("Strength of the second pass").fill("3")
    await page.get_by_role("button", name="Generate").click()
    await expect(page.locator("#second_pass-error")).to_contain_text("at most 1; got 3")
    await page.get_by_label("Strength of the second pass").fill("0.4")
    await page.get_by_label("From", exact=True).fill("0.9")
    await page.get_by_role("button", name="Generate").click()
    await expect(page.locator("#guidance_interval-error")).to_contain_text("got 0.9 and 0.8")


async def test_enter_in_a_setting_draws(studio: Any) -> None:
    await written(studio, "a woman, red hair")
    await studio.page.get_by_label("Seed", exact=True).fill("5")
    await studio.page.keyboard.press("Enter")
    await expect(studio.page.locator("#shown .picture")).to_be_visible()
    assert studio.engine.seen[-1].seed == 5


VEIL = "#shown .veil[data-on]"


async def veils(page: Page) -> list[int]:
    """How dark each cell of the veil that is on is, from above."""
    await expect(page.locator(VEIL)).to_have_count(1)
    shown = await page.locator(VEIL).evaluate(
        "(canvas) => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]"
    )
    return [int(alpha) for alpha in shown[3::4]]


async def test_words_show_where_they_were_heeded(studio: Any) -> None:
    page = studio.page
    await studio.generate("a woman, red hair, no hat")
    words = page.locator("#shown .caption")
    person, hair = (words.get_by_role("button", name=name) for name in ("a woman", "red hair"))
    await expect(page.locator("#shown .caption [role=button]")).to_have_count(2)  # what shall be absent is nowhere
    assert studio.engine.seen[-1].attention
    await person.hover()
    assert await veils(page) == [0, 209]
    await hair.hover()
    assert await veils(page) == [209, 0]
    picture, veil = [await page.locator(each).bounding_box() for each in ("#shown .picture", VEIL)]
    assert picture == veil
    await page.get_by_label("Describe a person").hover()
    await expect(page.locator(VEIL)).to_have_count(0)
    await person.focus()
    assert await veils(page) == [0, 209]
    await page.keyboard.press("Enter")
    await expect(person).to_have_attribute("aria-pressed", "true")
    await page.keyboard.press("Tab")
    await expect(hair).to_be_focused()
    assert await veils(page) == [209, 0]
    await page.get_by_label("Describe a person").focus()
    assert await veils(page) == [0, 209], "pressed words stay"
    await person.focus()
    await page.keyboard.press("Escape")
    await expect(page.locator(VEIL)).to_have_count(0)
    assert "attention" not in await page.locator("#shown .call code").text_content()
    await expect(page.locator("#shown .call .hint")).to_contain_text("previews and maps of attention")


async def test_on_a_phone_pressing_words_shows_and_hides(studio: Any) -> None:
    page = studio.page
    await page.set_viewport_size({"width": 390, "height": 844})
    await studio.generate("a woman, red hair")
    hair = page.locator("#shown .caption").get_by_role("button", name="red hair")
    await hair.click()
    assert await veils(page) == [209, 0]
    picture, veil = [await page.locator(each).bounding_box() for each in ("#shown .picture", VEIL)]
    assert picture == veil
    await hair.click()
    await expect(page.locator(VEIL)).to_have_count(0)


async def test_a_model_without_attention_is_not_asked(opened: Any, app: Any, engine: Any, listen: Any) -> None:
    engine.model = replace(engine.model, attention=False)
    async with opened(listen(app), engine) as studio:
        await studio.generate("a woman, red hair")
        await expect(studio.page.locator("#shown .picture")).to_be_visible()
        assert not engine.seen[-1].attention
        await expect(studio.page.locator("#shown .caption [role=button]")).to_have_count(0)
        await expect(studio.page.get_by_role("button", name="Change a part")).to_have_count(0)


async def test_one_part_of_a_picture_is_changed(opened: Any, app: Any, engine: Any, listen: Any) -> None:
    engine.model = replace(engine.model, regions=True, change_groups=("hair", "top"))
    async with opened(listen(app), engine) as studio:
        page = studio.page
        await studio.generate("a woman, red hair")
        await page.get_by_role("button", name="Change a part").click()
        question = page.locator("form.change")
        await expect(question.get_by_label("Change only")).to_be_focused()
        await expect(question.get_by_label("to", exact=True)).to_have_value("red hair")
        await page.keyboard.press("Escape")
        await expect(question).to_have_count(0)
        await page.get_by_role("button", name="Change a part").click()
        await question.get_by_label("to", exact=True).fill("green hair")
        await question.get_by_role("button", name="Draw").click()
        await expect(page.locator("#history-list button")).to_have_count(2)
        first, second = engine.seen
        assert (second.change, second.groups, second.seed) == (("hair",), {"hair": "green hair"}, 42)
        assert (second.description, second.strength, second.num_images) == (first.description, None, 1)
        assert second.init_image is not None and second.init_image.startswith(b"\x89PNG")
        await expect(page.get_by_label("May change")).to_have_value("hair")
        await expect(page.locator("#strength")).to_be_hidden()
        await expect(page.locator("#shown .facts")).to_contain_text("only hair changed")
        await page.get_by_role("button", name="Make again").click()
        await expect(page.locator("#history-list button")).to_have_count(3)
        assert (engine.seen[2].change, engine.seen[2].init_image) == (second.change, second.init_image)
        await page.get_by_label("May change").select_option("")
        await page.get_by_role("button", name="Generate").click()
        await expect(page.locator("#history-list button")).to_have_count(4)
        assert (engine.seen[3].change, engine.seen[3].strength) == ((), 0.8)


async def test_the_layout_of_a_picture_alone_is_kept(opened: Any, app: Any, engine: Any, listen: Any) -> None:
    engine.model = replace(engine.model, regions=True, controls={"layout": 8})
    async with opened(listen(app), engine) as studio:
        page = studio.page
        await page.locator("#start summary").click()
        file = {"name": "me.png", "mimeType": "image/png", "buffer": png(32, 48)}
        await page.set_input_files("#init_image", file)
        await page.get_by_label("May change").select_option("All but where things are")
        await expect(page.locator("#strength")).to_be_hidden()
        await studio.generate("a woman, red hair")
        await expect(page.locator("#shown .picture")).to_be_visible()
        [first] = engine.seen
        assert first.init_image is None and first.attention
        assert first.control.picture == file["buffer"] and first.control.scale == 1
        await expect(page.locator("#shown .facts")).to_contain_text("only its layout stays")
        await page.get_by_text("API call").click()
        await expect(page.locator("#shown .call code")).to_contain_text('"picture": "')
        await page.get_by_role("button", name="Make again").click()
        await expect(page.locator("#history-list button")).to_have_count(2)
        assert engine.seen[1].control == first.control
