"""The labelling page in a real browser, driven by the keyboard alone."""

import shutil
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, async_playwright, expect

from engine.annotate.ledger.ledger import Ledger
from engine.annotate.records import Answer
from engine.annotate.rounds.folder import FolderPool
from server.cli.annotate.desk import LedgerDesk

pytestmark = pytest.mark.browser

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
#: Against hanging for ever; nothing is measured.
PATIENCE_MS = 120_000
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


async def pressed(page: Any, key: str, where: Any, text: str) -> None:
    """Presses a key until it is answered: a browser that is busy may lose the one after a click."""
    for _ in range(8):
        await page.keyboard.press(key)
        try:
            await expect(where).to_contain_text(text, timeout=15_000)
        except AssertionError:
            continue
        return
    raise AssertionError(f"{key} was never answered by {text!r}")


async def lit(page: Page, x: float, y: float) -> bool:
    """Whether the shade lets a place of the picture through, by shares of its sides."""
    script = """async ([x, y]) => {
      const shade = document.getElementById("shade");
      await shade.decode();
      const [width, height] = [shade.naturalWidth, shade.naturalHeight];
      const canvas = Object.assign(document.createElement("canvas"), { width, height });
      const context = canvas.getContext("2d");
      context.drawImage(shade, 0, 0);
      return context.getImageData(x * canvas.width, y * canvas.height, 1, 1).data[3] === 0;
    }"""
    return bool(await page.evaluate(script, [x, y]))


async def test_a_person_labels_by_keyboard(served: Any, ledger: Ledger, own_pool: FolderPool) -> None:
    faults: list[str] = []
    chromium = next(path for path in map(shutil.which, CHROMIUM_NAMES) if path)
    first, second = own_pool.ids()
    with ledger.step(0, "suggest"):
        suggestion = Answer(picture=first, attribute="belt type", value="sash", annotator="eyes", confidence=0.9)
        ledger.suggest(0, [suggestion])
    async with served(LedgerDesk(ledger, 0, own_pool)) as url, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = await browser.new_page(viewport={"width": 1200, "height": 800})
        page.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: message.type in ("error", "warning") and faults.append(message.text))
        page.on(
            "request",
            lambda request: urlsplit(request.url).netloc in urlsplit(url).netloc or faults.append(request.url),
        )
        await page.goto(url)
        await page.keyboard.type("ann")
        await page.keyboard.press("Enter")
        question, progress = page.locator("#question"), page.locator("#progress")
        await expect(question).to_have_text("How much of the person does the picture show?")
        await expect(page.locator("#shade")).to_be_hidden()
        await page.keyboard.press("4")  # portrait
        await expect(question).to_have_text("What is worn around the waist?")
        await expect(page.locator("#suggested")).to_have_text("A model suggests: sash. Say what you see.")
        await expect(progress).to_have_text("1 done, 7 open")
        await expect(page.locator("#shade")).to_be_visible()
        assert await lit(page, 0.5, 0.6) and not await lit(page, 0.5, 0.1)
        await page.keyboard.press("Enter")
        await expect(page.locator("#shade")).to_be_hidden()
        await expect(page.get_by_role("button", name="Highlight")).to_have_attribute("aria-pressed", "false")
        await page.keyboard.press("Enter")
        assert (await Axe().run(page, options={"runOnly": RULES})).response["violations"] == []
        await page.keyboard.press("1")  # none: its colour is not asked
        await expect(question).to_have_text("Which colour has the top?")
        await page.keyboard.press("Backspace")
        await expect(question).to_have_text("What is worn around the waist?")
        await expect(page.locator("#said")).to_have_text("belt type: taken back")
        await page.keyboard.press("2")  # a belt
        await expect(question).to_have_text("Which colour has the belt?")
        await page.keyboard.press("Space")
        await expect(question).to_have_text("Which colour has the top?")
        await page.get_by_role("button", name="blue").click()
        await expect(progress).to_have_text("3 done, 5 open")  # a second person is asked about the top too
        for done in (4, 5, 6):
            await pressed(page, "2", progress, f"{done} done")
        await page.keyboard.press("2")
        await expect(page.locator("#finished")).to_be_visible()
        waits = "Open for others: 2, 2 of them for a second person, who begins with another name."
        await expect(page.locator("#left")).to_have_text(waits)
        await page.keyboard.press("Backspace")
        await expect(page.locator("#finished")).to_be_hidden()
        await expect(question).to_have_text("Which colour has the top?")
        assert faults == []
        own_pool.pictures[second].path.unlink()  # while its question is on the screen
        await page.keyboard.press("3")
        await expect(page.locator("#finished")).to_be_visible()
        said = page.locator("#said")
        await expect(said).to_have_text("The picture was taken down; nothing is asked about it.")
        await expect(said).to_be_visible()
        await browser.close()
    assert [each for each in faults if "404" not in each] == []  # Chromium says in its console that one came
    given = [(each.answer.picture, each.answer.attribute, each.answer.value) for each in ledger.given(0)]
    assert given[:4] == [
        (first, "framing", "portrait"),
        (first, "belt type", "belt"),
        (first, "belt color", "cannot tell"),
        (first, "top color", "blue"),
    ]
    assert [each[:2] for each in given[4:]] == [(second, name) for name in ("framing", "belt type", "belt color")]
    assert all(each.seconds is not None and each.seconds >= 0 for each in ledger.given(0))
