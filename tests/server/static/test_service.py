"""The server as the page sees it: there, gone, back, busy, and asking for a key."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import expect
from starlette.types import ASGIApp, Receive, Scope, Send

from server.app import create_app
from server.settings import Settings

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

KEY = "cm-4f9a-secret"


class Refusals:
    """Stands before the application and refuses as its protection does: without the key, or `limited` times."""

    wants_key = True
    limited = 0

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope.get("path") in ("/generate", "/parse", "/model", "/groups")
        key = dict(scope.get("headers", [])).get(b"authorization", b"").decode()
        if asked and type(self).wants_key and key != f"Bearer {KEY}":
            await refuse(send, 401, "unauthorized", "This server wants an API key")
        elif scope.get("path") == "/generate" and type(self).limited:
            type(self).limited -= 1
            await refuse(send, 429, "too-many-requests", "3 requests a minute are allowed")
        else:
            await self.app(scope, receive, send)


async def refuse(send: Send, status: int, kind: str, detail: str) -> None:
    problem = {"type": f"/docs#{kind}", "title": kind, "status": status, "detail": detail}
    headers = [(b"content-type", b"application/problem+json"), (b"retry-after", b"1")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(problem).encode()})


@pytest.fixture
def guarded(settings: Settings, engine: Any) -> Any:
    app = create_app(settings, engine)
    app.add_middleware(Refusals)
    return app


async def test_a_key_is_asked_for_kept_for_the_tab_and_sent(
    browsing: Any, guarded: Any, engine: Any, listen: Callable[[Any], Any]
) -> None:
    page = browsing.page
    Refusals.wants_key, Refusals.limited = True, 0
    async with listen(guarded) as running:
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
        await key.fill(KEY)
        await page.keyboard.press("Enter")
        await expect(page.locator("#model-state")).to_have_text("rectangles is ready")
        await expect(page.locator("#key-panel")).to_be_hidden()
        await browsing.generate("a woman, red hair")
        await expect(page.locator("#shown .picture")).to_be_visible()
        await page.locator(".call > summary").click()
        call = await page.locator(".call code").text_content() or ""
        assert "Bearer $COSMICMAN_API_KEY" in call
        assert KEY not in await page.content()
        assert await page.evaluate("Object.values(sessionStorage)") == [json.dumps(KEY)]
        assert KEY not in await page.evaluate("JSON.stringify(Object.values(localStorage))")
        await page.reload()
        await expect(page.locator("#model-state")).to_have_text("rectangles is ready")
        await page.get_by_role("button", name="Forget it").click()
        await page.get_by_role("button", name="Generate").click()
        await expect(key).to_be_focused()
        before = len(engine.seen)
        await key.fill(KEY)
        await page.keyboard.press("Enter")
        await expect(page.locator("#history-list button")).to_have_count(2)
        assert len(engine.seen) == before + 1, "what was stopped for want of a key goes on"
        await page.goto("about:blank")
    assert browsing.faults == []


async def test_a_limit_is_waited_for(
    opened: Callable[..., Any], guarded: Any, engine: Any, listen: Callable[[Any], Any]
) -> None:
    Refusals.wants_key, Refusals.limited = False, 2
    async with opened(listen(guarded), engine) as studio:
        await studio.page.evaluate(
            """() => { window.said = []; const label = document.getElementById("progress-label");
              new MutationObserver(() => window.said.push(label.textContent)).observe(label, { childList: true }); }"""
        )
        await studio.generate("a woman, red hair")
        await expect(studio.page.locator("#shown .picture")).to_be_visible()
        said = await studio.page.evaluate("window.said")
        assert said.count("Your limit at this server is reached. Asking again in 1 s") == 2


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
