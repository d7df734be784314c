"""The URLs of links in messages: signed for each recipient, or samples where nobody is to open them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from addressee.directory.access.link_tokens import Link, LinkKey
from addressee.directory.access.links import Links, path_of

KEY_SECONDS = 1.0

# The URL of a link.
UrlOf: TypeAlias = Callable[[Link], str]


def sample_url(link: Link) -> str:
    """Returns a URL as previews show it: like those of links, but it opens nothing."""
    return f"https://addressee.example.com{path_of(link.purpose, 'sample')}"


def unavailable() -> Links:
    raise NotImplementedError("there are no links without a public URL")


class RememberedKey(NamedTuple):
    key: LinkKey
    until: float


class LinkUrls:
    """The URLs of links of all environments, below the public URL of the service. Keys are remembered for a second."""

    def __init__(self, links: Callable[[], Links], public_url: str | None) -> None:
        """`links` is called when a link is needed first. Without a public URL there are no links in messages."""
        self._links = links
        self._public_url = public_url
        self._keys: dict[int, RememberedKey] = {}

    async def of(self, environment_id: int) -> UrlOf | None:
        """Returns the function that makes the URLs of an environment's links, None without a public URL."""
        base = self._public_url
        if base is None:
            return None
        key = await self._key(environment_id)
        return lambda link: f"{base}{path_of(link.purpose, key.token(link))}"

    async def _key(self, environment_id: int) -> LinkKey:
        now = time.monotonic()
        remembered = self._keys.get(environment_id)
        if remembered is None or remembered.until <= now:
            remembered = RememberedKey(await self._links().key(environment_id), now + KEY_SECONDS)
            self._keys[environment_id] = remembered
        return remembered.key


# For whoever renders messages without any: templates that name links fail.
NO_LINKS = LinkUrls(unavailable, None)
