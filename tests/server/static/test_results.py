"""What becomes of a finished request: it is kept, made again, compared, and told as a call."""

import asyncio
import base64
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

import pytest
from PIL import Image
from playwright.async_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PICTURE = "#shown .picture"


def png(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 30, 30)).save(out, "PNG")
    return out.getvalue()


async def reloaded(page: Page) -> None:
    await page.reload()
    await expect(page.locator("#model-state")).to_have_attribute("data-state", "ready")


async def bytes_shown(page: Page, selector: str = PICTURE) -> bytes:
    """A PNG of the picture that is on the wall."""
    encoded = await page.locator(selector).first.evaluate(
        """async (image) => {
          await image.decode();
          const canvas = document.createElement("canvas");
          [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
          canvas.getContext("2d").drawImage(image, 0, 0);
          return canvas.toDataURL("image/png").split(",")[1];
        }"""
    )
    return base64.b64decode(encoded)


def pixels(data: bytes) -> tuple[tuple[int, int], bytes]:
    image = Image.open(io.BytesIO(data)).convert("RGB")
    return image.size, image.tobytes()


async def test_words_settings_and_pictures_survive_a_refresh(studio: Any) -> None:
    page = studio.page
    await page.get_by_label("Pictures").fill("2")
    await studio.generate("a woman, red hair")
    await expect(page.locator(PICTURE)).to_have_count(2)
    await page.get_by_label("Square").check()
    await page.get_by_label("Seed", exact=True).fill("77")
    await page.locator("#advanced > summary").click()
    await page.get_by_label("Steps", exact=True).fill("9")
    await page.get_by_label("Sampler").select_option("euler")
    await studio.write("a man, grey hair ")
    await page.get_by_role("slider", name="Weight of hair").fill("30")
    await page.set_input_files("#init_image", {"name": "me.png", "mimeType": "image/png", "buffer": png(64, 64)})
    await expect(page.get_by_alt_text("The picture to start from")).to_be_visible()
    await reloaded(page)
    await expect(page.get_by_label("Describe a person")).to_have_value("a man, grey hair ")
    await expect(page.get_by_role("slider", name="Weight of hair")).to_have_value("30")
    await expect(page.get_by_label("Square")).to_be_checked()
    for name, value in {"seed": "77", "steps": "9", "sampler": "euler", "num_images": "2"}.items():
        await expect(page.locator(f"#{name}")).to_have_value(value)
    await expect(page.locator("#start-name")).to_have_text("me.png")
    await expect(page.locator(PICTURE)).to_have_count(2)
    size, _ = pixels(await bytes_shown(page))
    assert size == (128, 192)
    await expect(page.locator("#history-list button")).to_have_count(1)
    await expect(page.locator("#history-note")).to_contain_text("kept in this browser and nowhere else")


async def test_everything_is_forgotten_when_asked_twice(studio: Any) -> None:
    page = studio.page
    await studio.generate("a woman, red hair")
    await expect(page.locator(PICTURE)).to_be_visible()
    await page.get_by_role("button", name="Forget all").click()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Forget all")).to_be_focused()
    await expect(page.locator(PICTURE)).to_be_visible()
    await page.get_by_role("button", name="Forget all").click()
    await page.get_by_role("button", name="Forget them").click()
    await expect(page.locator("#announcer")).to_have_text("Everything is forgotten.")
    await expect(page.get_by_label("Describe a person")).to_have_value("")
    await reloaded(page)
    await expect(page.locator("#history")).to_be_hidden()
    await expect(page.get_by_label("Describe a person")).to_have_value("")
    assert (
        await page.evaluate("JSON.stringify([Object.values(localStorage), Object.values(sessionStorage)])") == "[[],[]]"
    )


async def test_make_again_draws_the_same_request(studio: Any) -> None:
    page = studio.page
    await studio.write("a woman, red hair, a hat")
    await page.get_by_role("slider", name="Weight of hair").fill("30")
    await page.get_by_role("button", name="Generate").click()
    await expect(page.locator(PICTURE)).to_be_visible()
    await studio.write("something else")
    await page.get_by_label("Square").check()
    await reloaded(page)
    await page.get_by_role("button", name="Make again").click()
    await expect(page.locator("#history-list button")).to_have_count(2)
    first, second = studio.engine.seen
    assert second.seed == 42, "the seed that was drawn"
    assert (first.description, first.weights, first.steps) == (second.description, second.weights, second.steps)
    assert (first.width, first.height) == (second.width, second.height)
    await expect(page.get_by_label("Describe a person")).to_have_value("a woman, red hair, a hat")


async def test_what_is_kept_is_bounded(studio: Any) -> None:
    gone = await studio.page.evaluate(
        """async () => {
          const { surplus } = await import("./pictures/store.js");
          const images = [{ blob: new Blob(["x".repeat(10)]) }];
          const results = [5, 4, 3, 2, 1].map((id) => ({ id, images, start: null }));
          const ids = (...limits) => surplus(results, ...limits).map(({ id }) => id);
          return [ids(3, 1000), ids(10, 25), ids(10, 1), ids(10, 50)];
        }"""
    )
    assert gone == [[2, 1], [3, 2, 1], [4, 3, 2, 1], []]


async def test_two_results_at_one_seed_stand_side_by_side(studio: Any) -> None:
    page = studio.page
    await page.get_by_label("Seed", exact=True).fill("7")
    await studio.generate("a woman, red hair, a blue wool coat")
    await expect(page.locator(PICTURE)).to_be_visible()
    await studio.write("a woman, red hair, a long green coat")
    await page.get_by_label("Seed", exact=True).fill("")
    await page.locator("#advanced > summary").click()
    await page.get_by_label("Sampler").select_option("euler")
    await page.get_by_role("button", name="Compare").click()
    await page.get_by_role("button", name="Draw the form at this seed").click()
    await expect(page.locator(".verdict")).to_have_text("Same seed 7: what differs is marked.")
    assert studio.engine.seen[-1].seed == 7
    marked = [await each.locator("mark").all_text_contents() for each in await page.locator(".side").all()]
    assert marked == [["blue wool"], ["long green"]]
    differing = page.locator(".differences [data-differs]")
    await expect(differing).to_have_count(1)
    await expect(differing).to_contain_text("4, DDIM")
    await expect(differing).to_contain_text("4, Euler")
    await page.get_by_role("button", name="Close").click()
    await page.get_by_label("Seed", exact=True).fill("8")
    await page.get_by_role("button", name="Generate").click()
    await expect(page.locator("#history-list button")).to_have_count(3)
    await page.get_by_role("button", name="Compare", exact=True).click()
    choices = page.locator(".choice .thumb")
    await expect(choices).to_have_count(2)
    await choices.first.click()
    await expect(page.locator(".verdict")).to_contain_text("The seeds differ")


async def call_of(page: Page, form: str) -> str:
    view = page.locator(".call")
    if await view.get_attribute("open") is None:
        await view.locator("summary").click()
    await view.get_by_role("button", name=form, exact=True).click()
    return str(await view.locator("code").text_content())


@pytest.mark.parametrize("form", ["curl", "Python"])
@pytest.mark.parametrize("several", [False, True], ids=["one picture", "three from a picture"])
async def test_the_call_that_is_shown_makes_the_same_picture(
    studio: Any, tmp_path: Path, form: str, several: bool
) -> None:
    page = studio.page
    await studio.write('a woman who isn\'t "tall", red hair, $HOME `x` ünïcode 🎩 \\(fate\\)')
    await page.get_by_role("slider", name="Weight of hair").fill("30")
    if several:
        (tmp_path / "it's me.png").write_bytes(png(96, 64))
        await page.set_input_files("#init_image", tmp_path / "it's me.png")
        await page.get_by_label("Pictures").fill("3")
    await page.get_by_role("button", name="Generate").click()
    await expect(page.locator(PICTURE)).to_have_count(3 if several else 1)
    text = await call_of(page, form)
    command = ["bash", "-c", f"set -e -o pipefail\n{text}"] if form == "curl" else [sys.executable, "-c", text]
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    if not several:
        made = (tmp_path / "picture.png").read_bytes()
    elif form == "curl":
        made = base64.b64decode(json.loads((tmp_path / "pictures.json").read_text())["images"][0]["data"])
    else:
        made = (tmp_path / "picture-0.png").read_bytes()
    assert pixels(made) == pixels(await bytes_shown(page))
    shown, called = studio.engine.seen
    same = ("description", "weights", "width", "height", "steps", "guidance_scale", "sampler", "strength", "init_image")
    assert [getattr(shown, name) for name in same] == [getattr(called, name) for name in same]
    assert (shown.seed, called.seed) == (None, 42)


async def test_the_call_is_copied(studio: Any) -> None:
    page = studio.page
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await studio.generate("a woman, red hair")
    await expect(page.locator(PICTURE)).to_be_visible()
    text = await call_of(page, "Python")
    await page.get_by_role("button", name="Copy").click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == text
    assert re.search(r'"seed": 42', text)


async def test_several_pictures_fill_the_mat(studio: Any) -> None:
    page = studio.page
    await page.get_by_label("Pictures").fill("4")
    await studio.generate()
    await expect(page.locator(PICTURE)).to_have_count(4)
    for width in (1280, 390):
        await page.set_viewport_size({"width": width, "height": 844})
        shapes = await page.eval_on_selector_all(
            PICTURE,
            """all => all.map((image) => {
              const [a, b] = [image, image.parentElement].map((each) => each.getBoundingClientRect());
              return [Math.round(b.width - a.width), Math.round(b.height - a.height), a.width / a.height]; })""",
        )
        for spare_width, spare_height, ratio in shapes:
            assert (spare_width, spare_height) == (0, 0), "a frame is as large as its picture"
            assert ratio == pytest.approx(2 / 3, abs=0.01)
        mat = await page.eval_on_selector(
            "#shown .mat", "e => e.clientWidth - 2 * parseFloat(getComputedStyle(e).paddingLeft)"
        )
        rows = await page.eval_on_selector_all(
            PICTURE, "all => all[1].getBoundingClientRect().right - all[0].getBoundingClientRect().left"
        )
        assert rows == pytest.approx(mat, abs=1.5)


async def test_small_pictures_grow_by_whole_numbers_without_blur(studio: Any) -> None:
    page = studio.page
    await studio.generate()
    picture = page.locator(PICTURE)
    await expect(picture).to_be_visible()
    assert await picture.evaluate("e => getComputedStyle(e).imageRendering") == "auto"
    await page.get_by_role("button", name="Sharp pixels").click()
    await expect(page.get_by_role("button", name="Sharp pixels")).to_have_attribute("aria-pressed", "true")
    for width, times in ((1280, 3), (390, 2)):
        await page.set_viewport_size({"width": width, "height": 844})
        assert await picture.evaluate("e => getComputedStyle(e).imageRendering") == "pixelated"
        box = await picture.bounding_box()
        assert box is not None
        assert (box["width"], box["height"]) == (128 * times, 192 * times)
    await reloaded(page)
    await expect(page.get_by_role("button", name="Sharp pixels")).to_have_attribute("aria-pressed", "true")


async def test_on_a_phone_the_picture_comes_before_the_settings(studio: Any) -> None:
    page = studio.page
    await page.set_viewport_size({"width": 390, "height": 844})
    await studio.generate()
    await expect(page.locator(PICTURE)).to_be_visible()
    tops = [
        (await page.locator(each).bounding_box() or {})["y"]
        for each in ("#description", PICTURE, "#parts", "#settings")
    ]
    assert tops == sorted(tops)
    await page.evaluate(
        """async () => {
          for (let last = NaN; last !== scrollY; ) {
            last = scrollY;
            await new Promise((done) => setTimeout(done, 200));
          }
        }"""
    )
    assert await page.locator(PICTURE).evaluate("e => e.getBoundingClientRect().top < innerHeight / 2")


class OpenFor(asyncio.Event):
    """A gate that so many steps may pass before it is opened for all."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.steps = steps

    async def wait(self) -> Literal[True]:
        self.steps -= 1
        return True if self.steps >= 0 else await super().wait()


async def test_previews_are_seen_while_it_denoises(studio: Any) -> None:
    page, engine = studio.page, studio.engine
    engine.gate = OpenFor(steps=16)
    await page.locator("#advanced > summary").click()
    await page.get_by_label("Steps", exact=True).fill("24")
    await studio.write("a woman, red hair")
    await page.get_by_role("button", name="Generate").click()
    await expect(page.locator("#progress-label")).to_have_text("Step 16 of 24")
    preview = page.get_by_alt_text("Unfinished picture")
    await expect(preview).to_have_attribute("data-number", "5")
    covered = await preview.evaluate(
        """(e) => { const [a, b] = [e, e.parentElement].map((each) => each.getBoundingClientRect());
          return [e.naturalWidth, e.naturalHeight, a.width === b.width && a.height === b.height]; }"""
    )
    assert covered == [64, 96, True]
    engine.gate.set()
    await expect(page.locator(PICTURE)).to_be_visible()
    await expect(page.locator("#pending img")).to_have_count(0)
    assert engine.seen[-1].preview_every == 3, "about eight in all"
    assert "preview_every" not in await call_of(page, "curl")


async def test_previews_are_not_asked_of_a_model_that_has_none(studio: Any) -> None:
    without = {**(await (await studio.page.request.get(f"{studio.url}/model")).json()), "previews": False}
    await studio.page.route("**/model", lambda route: route.fulfill(json=without))
    await studio.page.reload()
    await expect(studio.page.locator("#model-state")).to_have_attribute("data-state", "ready")
    await studio.generate("a woman, red hair")
    await expect(studio.page.locator(PICTURE)).to_be_visible()
    await studio.page.unroute("**/model")
    assert studio.engine.seen[-1].preview_every is None
