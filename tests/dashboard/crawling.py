"""A crawler over the pages of an environment, as an operator's browser reaches them by links and frames."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from typing import NamedTuple, cast
from urllib.parse import urldefrag, urljoin, urlsplit

import httpx
from falcon.routing import CompiledRouter

from addressee.dashboard.pages import ROUTES
from addressee.dashboard.routes import Route
from tests.support.html import Element, parse

# Pages of one route that are visited: those with further queries and further things show nothing new.
MOST_OF_A_ROUTE = 5
MOST = 400


class Crawled(NamedTuple):
    path: str
    route: Route
    answer: httpx.Response

    @property
    def is_framed(self) -> bool:
        """Whether somebody else wrote the page, and it is shown in a frame that does nothing."""
        return "sandbox" in self.answer.headers["content-security-policy"]

    @property
    def document(self) -> Element:
        return parse(self.answer.text)


class RouteFinder:
    """Finds the route of a page's path."""

    def __init__(self) -> None:
        self._router = CompiledRouter()
        for route in ROUTES:
            if route.show is not None:
                self._router.add_route(route.path, route)

    def find(self, path: str) -> Route:
        found = self._router.find(path)
        assert found is not None, f"Nothing answers at {path}."
        return cast(Route, found[0])


async def crawl(browser: httpx.AsyncClient, *starts: str) -> list[Crawled]:
    """Returns the pages that links lead to, each once; every one of them is there."""
    finder = RouteFinder()
    waiting, seen, of_route = deque(starts), set(starts), Counter[str]()
    crawled: list[Crawled] = []
    while waiting:
        path = waiting.popleft()
        route = finder.find(urlsplit(path).path)
        of_route[route.name] += 1
        if of_route[route.name] > MOST_OF_A_ROUTE:
            continue
        answer = await browser.get(path)
        assert answer.status_code == 200, (path, answer.status_code, crawled[-1].path if crawled else None)
        page = Crawled(path, route, answer)
        crawled.append(page)
        assert len(crawled) <= MOST
        if answer.headers["content-type"].startswith("text/html") and not page.is_framed:
            for target in targets_of(page):
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
    return crawled


def targets_of(page: Crawled) -> Iterator[str]:
    """Yields the addresses of the dashboard to which a page's links, frames and forms without changes lead."""
    here = page.answer.url.raw_path.decode()
    for element in page.document.below():
        target = target_of(element)
        if target is not None:
            resolved = urldefrag(urljoin(here, target)).url
            if resolved.startswith("/dashboard"):
                yield resolved


def target_of(element: Element) -> str | None:
    match element.name:
        case "a":
            return element.attributes.get("href")
        case "iframe":
            return element.attributes.get("src")
        case "form" if element.attributes.get("method", "get") == "get":
            return element.attributes.get("action")
        case _:
            return None
