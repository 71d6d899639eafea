"""Visitors with a real browser: chromium, driven by playwright."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.load.visitors import ROWS, Visitor
from benchmarks.page_browser import ARGUMENTS, WATCH

if TYPE_CHECKING:
    from playwright.async_api import Browser, ConsoleMessage, Page, Response

_PATIENCE = 600_000  # ms


class BrowserVisitor(Visitor):
    """A visitor with a window of a browser; does what :class:`Visitor` does."""

    async def visit(self, browser: Browser) -> None:
        """Visit until the time is over."""
        await asyncio.sleep(self.chance.uniform(0, 15))
        while self.goes_on:
            context = await browser.new_context(
                viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
            )
            page = await context.new_page()
            page.set_default_timeout(_PATIENCE)
            page.on("console", self._note)
            page.on("pageerror", lambda error: self.journal.blame(self.name, f"script: {error}"))
            page.on("response", self._answered)
            try:
                for _ in range(2):
                    if self.goes_on:
                        await self._story(page)
            except Exception as error:
                self.journal.blame(self.name, str(error)[:600])
            finally:
                await context.close()

    async def _story(self, page: Page) -> None:
        name, data = self.files.next(int(self.chance.integers(*ROWS)))
        with self.journal.timed("browser: open"):
            await page.goto(self.address)
            await page.get_by_test_id("stFileUploaderDropzoneInput").wait_for(state="attached")
            await self._settle(page)
        await self._think()
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / name
            file.write_bytes(data)
            with self.journal.timed("browser: upload and preview"):
                await page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
                await page.get_by_role("button", name="Analyse").wait_for()
                await self._settle(page)
        await self._think()
        with self.journal.timed("browser: analysis, from the click to the map"):
            await page.get_by_role("button", name="Analyse").click()
            await page.locator(".js-plotly-plot .nsewdrag").wait_for()
            await self._settle(page)
        await self._check(page, ".js-plotly-plot", name)
        for _ in range(int(self.chance.integers(3, 6))):
            if not self.goes_on:
                return
            await self._think()
            box = page.get_by_label("Search by meaning")
            await box.fill(self.question())
            await page.evaluate(WATCH)
            await box.press("Enter")
            _, ended = await page.evaluate("window.watched")
            self.journal.note("browser: search", ended / 1000)
            await self._settle(page)
            await self._check(page, ".js-plotly-plot", name)
            await self._check(page, ".pg-hit", name)
        with self.journal.timed("browser: another page"):
            await page.get_by_role("link", name="Topics").first.click()
            await page.get_by_role("button", name="Edit", exact=True).first.wait_for()
            await self._settle(page)
        await self._check(page, ".pg-head", name)
        await self._think()
        await page.get_by_role("button", name="Edit", exact=True).first.click()
        await page.get_by_label("Name", exact=True).fill(f"Named by {self.name}")
        with self.journal.timed("browser: rename a topic"):
            await page.get_by_role("button", name="Rename", exact=True).click()
            await page.get_by_text(f"Named by {self.name}").first.wait_for()
        await self._think()
        with self.journal.timed("browser: undo"):
            await page.get_by_role("button", name="Undo").first.click()
            await page.get_by_role("button", name="Redo").first.wait_for()
            await self._settle(page)
        await self._check(page, ".pg-head", name)

    async def _settle(self, page: Page) -> None:
        await page.wait_for_timeout(200)
        await page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")

    async def _think(self) -> None:
        await asyncio.sleep(self.chance.uniform(2.0, 7.0))

    async def _check(self, page: Page, selector: str, name: str) -> None:
        head = page.locator(".pg-head")
        missing = [] if await page.locator(selector).count() else [selector]
        if await head.count() != 1 or name not in await head.first.inner_text():
            missing.append("the head")
        if await page.get_by_test_id("stException").count():
            self.journal.blame(self.name, "an exception is shown")
        if missing:
            shown = (await page.get_by_test_id("stMain").inner_text())[:300]
            self.journal.blame(self.name, f"blank page: no {', '.join(missing)}; it has {shown}")

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.journal.blame(self.name, f"console: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.journal.blame(self.name, f"{response.status} {response.url}")


def browse(visitors: list[BrowserVisitor]) -> None:
    """Let visitors with a browser visit, all at once, until the time is over."""

    async def all_visit() -> None:
        from playwright.async_api import async_playwright

        async with async_playwright() as tool:
            browser = await tool.chromium.launch(
                executable_path="/usr/bin/chromium", args=list(ARGUMENTS)
            )
            await asyncio.gather(*(visitor.visit(browser) for visitor in visitors))
            await browser.close()

    asyncio.run(all_visit())
