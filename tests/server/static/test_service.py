"""The server as the page sees it: there, gone, back, busy, and asking for a key."""

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import expect

from server.app import create_app
from server.auth.key import digest_of, new_key
from server.auth.keys_file import Key, editing
from server.settings import Settings

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

BODY = {"description": "a man in a hat"}


@pytest.fixture
def make_key(tmp_path: Path) -> Callable[..., str]:
    """A key of the file that the server reads."""

    def make(**fields: Any) -> str:
        text = new_key()
        with editing(tmp_path / "keys.json") as keys:
            keys.append(Key(name="shop", sha256=digest_of(text), created="2026-11-30T00:00:00Z", **fields))
        return text

    return make


@pytest.fixture
def guarded(settings: Settings, engine: Any, make_key: Callable[..., str], tmp_path: Path) -> Callable[..., Any]:
    """`guarded(concurrent=1)`: an application that wants a key, and the key."""

    def make(**fields: Any) -> tuple[Any, str]:
        key = make_key(**fields)
        return create_app(settings.model_copy(update={"keys": tmp_path / "keys.json"}), engine), key

    return make


async def test_a_key_is_asked_for_kept_for_the_tab_and_sent(
    browsing: Any, guarded: Callable[..., Any], engine: Any, listen: Callable[[Any], Any]
) -> None:
    page = browsing.page
    app, secret = guarded()
    async with listen(app) as running:
        browsing.url = running.url
        browsing.faults.clear()
        await page.goto(running.url)
        await expect(page.locator("#model-state")).to_have_text("An API key is needed")
        key = page.get_by_label("API key", exact=True)
        await expect(key).to_be_focused()
        assert await key.get_attribute("type") == "password"
        await key.fill("not a key")
        await page.keyboard.press("Enter")
        await expect(page.locator("#key-error")).to_contain_text("no spaces")
        await key.fill("wrong")
        await page.keyboard.press("Enter")
        await expect(page.locator("#key-error")).to_contain_text("does not take this key")
        await key.fill(secret)
        await page.keyboard.press("Enter")
        await expect(page.locator("#model-state")).to_have_text("rectangles is ready")
        await expect(page.locator("#key-panel")).to_be_hidden()
        await browsing.generate("a woman, red hair")
        await expect(page.locator("#shown .picture")).to_be_visible()
        await page.locator(".call > summary").click()
        call = await page.locator(".call code").text_content() or ""
        assert "Bearer $COSMICMAN_API_KEY" in call
        assert secret not in await page.content()
        assert await page.evaluate("Object.values(sessionStorage)") == [json.dumps(secret)]
        assert secret not in await page.evaluate("JSON.stringify(Object.values(localStorage))")
        await page.reload()
        await expect(page.locator("#model-state")).to_have_text("rectangles is ready")
        await page.get_by_role("button", name="Forget it").click()
        await page.get_by_role("button", name="Generate").click()
        await expect(key).to_be_focused()
        before = len(engine.seen)
        await key.fill(secret)
        await page.keyboard.press("Enter")
        await expect(page.locator("#history-list button")).to_have_count(2)
        assert len(engine.seen) == before + 1, "what was stopped for want of a key goes on"
        await page.goto("about:blank")
    assert browsing.faults == []


async def test_a_limit_is_waited_for(
    browsing: Any, guarded: Callable[..., Any], engine: Any, listen: Callable[[Any], Any]
) -> None:
    page = browsing.page
    app, secret = guarded(concurrent=1)
    async with listen(app) as running, httpx.AsyncClient(base_url=running.url, timeout=120) as other:
        browsing.url = running.url
        browsing.faults.clear()
        await page.goto(running.url)
        await page.get_by_label("API key", exact=True).fill(secret)
        await page.keyboard.press("Enter")
        await expect(page.locator("#model-state")).to_have_text("rectangles is ready")
        engine.gate.clear()
        first = asyncio.create_task(other.post("/generate", json=BODY, headers={"Authorization": f"Bearer {secret}"}))
        while not engine.seen:
            await asyncio.sleep(0.01)
        await browsing.generate("a woman, red hair")
        label = page.locator("#progress-label")
        await expect(label).to_have_text(re.compile(r"Your limit at this server is reached\. Asking again in \d+ s"))
        engine.gate.set()
        assert (await first).status_code == 200
        await expect(page.locator("#shown .picture")).to_be_visible()
        await page.goto("about:blank")
    assert len(engine.seen) == 2, "what is refused never reaches the engine"
    assert browsing.faults == []


async def test_the_badge_tells_when_the_server_goes_and_when_it_is_back(studio: Any) -> None:
    page, badge = studio.page, studio.page.locator("#model-state")
    await page.route("**/*", lambda route: route.abort())
    await page.get_by_label("Describe a person").fill("a woman")
    await expect(badge).to_have_text("The server cannot be reached")
    await page.unroute("**/*")
    await expect(badge).to_have_text("rectangles is ready")
    assert await page.input_value("#description") == "a woman"
    studio.faults[:] = [fault for fault in studio.faults if "ERR_FAILED" not in fault]


async def test_a_server_that_stops_is_loading_not_ready(studio: Any) -> None:
    page, engine = studio.page, studio.engine
    engine.stopped = True
    await studio.generate("a woman")
    await expect(page.locator("#model-state")).to_have_text("The model is not ready yet")
    await page.get_by_role("button", name="Cancel").click()
    engine.stopped = False
    await expect(page.locator("#model-state")).to_have_text("rectangles is ready")


async def test_the_server_is_asked_gently_and_only_while_the_page_is_seen(studio: Any) -> None:
    asked = await studio.page.evaluate(
        """async () => {
          const { Presence } = await import("./service/presence.js");
          let asked = 0, seen = true;
          Object.defineProperty(document, "hidden", { configurable: true, get: () => !seen });
          const presence = new Presence(async () => { asked += 1; return null; }, () => undefined, 0.05);
          const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
          const after = async (questions) => { while (asked < questions) await pause(5); };
          await presence.check();
          await after(3);
          seen = false;
          document.dispatchEvent(new Event("visibilitychange"));
          await presence.asking;
          const hidden = asked;
          await pause(300);
          const still = asked - hidden;
          seen = true;
          document.dispatchEvent(new Event("visibilitychange"));
          await after(hidden + 1);
          seen = false;
          document.dispatchEvent(new Event("visibilitychange"));
          delete document.hidden;
          const { Presence: real } = await import("./service/presence.js");
          return [still, new real(async () => null, () => undefined).calmSeconds];
        }"""
    )
    assert asked == [0, 20]


async def test_the_place_in_line_falls_and_the_time_left_is_told(studio: Any) -> None:
    page, engine = studio.page, studio.engine
    told = await page.evaluate(
        """async () => {
          const { Remaining, inWords } = await import("./pictures/remaining.js");
          const remaining = new Remaining(), left = [];
          for (const step of [1, 2, 3, 11, 20]) {
            remaining.note(step, 20, 1000 * step);
            left.push(inWords(remaining.at(1000 * step + 500)));
          }
          return [...left, inWords(600)];
        }"""
    )
    assert told == ["", "", "about 17 s left", "about 9 s left", "", "about 10 min left"]
    positions = await page.evaluate(
        """async () => {
          const { ProgressView } = await import("./pictures/progress.js");
          const elements = { bar: document.createElement("progress") };
          for (const name of ["panel", "label", "elapsed", "left", "caption", "mat", "announcer"])
            elements[name] = document.createElement("div");
          const view = new ProgressView(elements);
          view.start({ text: "a", spans: [], width: 2, height: 3, count: 1 });
          const said = [2, 1, 0].map((position) => (view.show("queued", { position }), elements.label.textContent));
          view.stop();
          return said;
        }"""
    )
    assert positions == ["In line, 2 before this one", "In line, 1 before this one", "Next in line"]
    assert engine.seen == []


async def test_without_scripts_the_first_screen_says_so(browsing: Any, app: Any, listen: Callable[[Any], Any]) -> None:
    async with listen(app) as running:
        context = await browsing.page.context.browser.new_context(
            java_script_enabled=False, viewport={"width": 390, "height": 844}
        )
        page = await context.new_page()
        await page.goto(running.url)
        title = page.get_by_role("heading", name="The studio needs JavaScript")
        await expect(title).to_be_visible()
        box = await title.bounding_box()
        assert box is not None
        assert box["y"] < 200
        assert await page.get_by_role("button").count() == 0, "nothing that would not work"
        assert await page.get_by_role("link", name="API documentation").first.is_visible()
        await context.close()
