"""What a test that failed leaves behind in `build/browser/`: a trace, what the pages logged, and how they looked."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import BrowserContext, Page

FOLDER = Path(__file__).parent.parent.parent / "build" / "browser"

# A browser that is busy shows the next page at once, and says so: that is no mistake of the page.
SKIPPED_TRANSITION = "Transition was aborted because of invalid state"


def folder_of(test: str) -> Path:
    """Returns the folder of a test, by its node id."""
    return FOLDER / re.sub(r"[^\w.-]+", "-", test.removeprefix("tests/browser/")).strip("-")


class Watched:
    """A context whose doings are recorded."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.errors: list[str] = []
        self._log: list[str] = []
        context.on("page", self._watch)

    def _watch(self, page: Page) -> None:
        page.on("console", lambda message: self._log.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self._note(str(error)))

    def _note(self, error: str) -> None:
        if not error.startswith(SKIPPED_TRANSITION):
            self.errors.append(error)

    async def start(self) -> None:
        await self.context.tracing.start(screenshots=True, snapshots=True)

    async def forget(self) -> None:
        await self.context.tracing.stop()

    async def keep(self, folder: Path) -> None:
        """Writes down what happened; `playwright show-trace` shows the trace."""
        folder.mkdir(parents=True, exist_ok=True)
        for number, page in enumerate(self.context.pages, start=1):
            await page.screenshot(path=folder / f"page-{number}.png")
        (folder / "console.txt").write_text("\n".join([*self._log, *self.errors, ""]))
        await self.context.tracing.stop(path=folder / "trace.zip")
