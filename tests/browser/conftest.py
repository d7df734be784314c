"""Real browsers: Debian's Chromium, driven by Playwright, against the tests' real API and worker.

Every test below this folder is marked `browser`; `make test-browser` runs them. What a test may ask for:

- `page`: an empty page in a browser context of its own; `new_context(**options)` makes further contexts, for a second
  person, another locale or a browser without JavaScript. When a test fails, each leaves a trace and screenshots in
  `build/browser/`; a script error that no page caught fails the test.
- `site`: the pages that we write in `pages/*.jsx`, on another origin: `site.page("knock", host=api, …)` is the address
  of one. They import what docs/inbox.md shows from `docs/inbox/knock` and `docs/inbox/suprsend`. Add a package to
  `package.json`, then `npm install --package-lock-only` in this folder.
- `axe`: `await axe.finds_nothing(page)` for accessibility.
- `api`, `worker`, `environment`, `keys`, …: as everywhere (`tests/conftest.py`).

`expect(…)` of Playwright waits by itself: no test sleeps.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.browser.artefacts import Watched, folder_of
from tests.browser.axe import Axe
from tests.browser.prerequisites import HERE, chromium
from tests.browser.site import Site, build, serving

PATIENCE_MS = 15_000

# No sandbox, as the tests may be root. Nothing asks the world outside.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)

FAILED = pytest.StashKey[bool]()

NewContext = Callable[..., Awaitable[BrowserContext]]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = chromium()
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
async def new_context(browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[NewContext]:
    """Makes contexts, which share nothing; their options are those of Playwright's `Browser.new_context`."""
    opened: list[Watched] = []

    async def make(**options: Any) -> BrowserContext:
        watched = Watched(await browser.new_context(**options))
        opened.append(watched)
        await watched.start()
        return watched.context

    yield make
    errors = [error for watched in opened for error in watched.errors]
    for number, watched in enumerate(opened, start=1):
        if errors or request.node.stash.get(FAILED, False):
            await watched.keep(folder_of(request.node.nodeid) / f"context-{number}")
        else:
            await watched.forget()
        await watched.context.close()
    assert not errors, errors


@pytest.fixture
async def page(new_context: NewContext) -> Page:
    context = await new_context()
    return await context.new_page()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("site")
    build(folder)
    with serving(folder) as site:
        yield site


@pytest.fixture(scope="session")
def axe() -> Axe:
    return Axe()
