"""The studio in a real browser, against a real server on loopback."""

import contextlib
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
#: Against hanging for ever; nothing is measured.
PATIENCE_MS = 120_000


@dataclass
class Studio:
    """An open page, the server it came from, and what went wrong in it."""

    page: Page
    url: str = ""
    engine: Any = None
    faults: list[str] = field(default_factory=list)

    async def write(self, text: str) -> None:
        await self.page.get_by_label("Describe a person").fill(text)

    async def generate(self, text: str = "a woman, red hair") -> None:
        await self.write(text)
        await self.page.get_by_role("button", name="Generate").click()

    def watch(self, page: Page) -> None:
        """Notes errors and requests to other sites; an answer with a problem is no error of the page."""
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda message: message.type in ("error", "warning") and self._note(message.text))
        page.on("request", lambda request: self._note_foreign(request.url))

    def _note(self, text: str) -> None:
        if "Failed to load resource: the server responded with a status of" not in text:
            self.faults.append(text)

    def _note_foreign(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("blob", "data", "about") and f"{parts.scheme}://{parts.netloc}" != self.url:
            self.faults.append(f"request to {address}")


Opened = contextlib.AbstractAsyncContextManager[Studio]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One for all files: starting it costs more than most of them."""
    chromium = next(path for path in map(shutil.which, CHROMIUM_NAMES) if path)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium,
            args=CHROMIUM_ARGUMENTS,
            # Playwright hides scrollbars, which take their width from what is measured here.
            ignore_default_args=["--hide-scrollbars"],
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browsing(browser: Browser) -> AsyncIterator[Studio]:
    """One page for all tests of a file."""
    context = await browser.new_context(viewport=DESKTOP)
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    studio = Studio(page=await context.new_page())
    studio.watch(studio.page)
    yield studio
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def opened(browsing: Studio) -> Callable[[Any, Any], Opened]:
    """`async with opened(running, engine) as studio` for a server that a test made itself."""

    @contextlib.asynccontextmanager
    async def open_page(running: Any, engine: Any) -> AsyncIterator[Studio]:
        async with running:
            browsing.url, browsing.engine = running.url, engine
            browsing.faults.clear()
            await browsing.page.set_viewport_size(DESKTOP)
            await browsing.page.goto(running.url)
            await expect(browsing.page.get_by_text(f"{engine.model.name} is ready")).to_be_visible()
            yield browsing
            engine.gate.set()
            await browsing.page.context.set_offline(False)
            await browsing.page.goto("about:blank")
        assert browsing.faults == []

    return open_page


@pytest_asyncio.fixture(loop_scope="session")
async def studio(
    opened: Callable[[Any, Any], Opened], app: Any, engine: Any, listen: Callable[[Any], Any]
) -> AsyncIterator[Studio]:
    async with opened(listen(app), engine) as studio:
        yield studio
