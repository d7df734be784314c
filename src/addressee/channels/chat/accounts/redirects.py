"""The URLs that a customer's browser may be led back to, after the customer has connected an account. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from addressee.channels.requests.urls import NO_CHARACTERS
from addressee.channels.settings import is_url, setting_problems

SETTING = "redirect_origins"


def may_lead_to(url: str, origins: Collection[str]) -> bool:
    """Returns whether a URL is on one of these origins. Browsers take a backslash for a slash: such a URL is none."""
    return not NO_CHARACTERS.search(url) and "\\" not in url and is_url(url) and origin_of(url) in origins


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def redirect_problems(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields problems with the settings of a channel that customers connect accounts to."""
    yield from setting_problems(settings)
    for origin in settings.get(SETTING, ()):
        if not is_url(origin) or origin_of(origin) != origin:
            yield SETTING, "each must be an origin like https://app.example.com, without a path"
