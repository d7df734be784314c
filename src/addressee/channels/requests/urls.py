"""URLs that recipients and clients give, and that belong to a provider. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

# What a log says in place of a URL's path that is a secret.
HIDDEN_PATH = "/[...]"

NO_CHARACTERS = re.compile(r"[\x00-\x20\x7f]")

# Parts of a secret URL that are no longer than this are words, and no secrets.
LONGEST_WORD = 12


def through(endpoint: str | None, url: str) -> str:
    """Returns a URL with a base URL in place of its host, or the URL itself if the base URL is None."""
    if endpoint is None:
        return url
    parts = urlsplit(url)
    return endpoint.rstrip("/") + parts.path + (f"?{parts.query}" if parts.query else "")


def is_on(url: str, hosts: Sequence[str]) -> bool:
    """Returns whether a URL is one of HTTPS on one of these hosts; `*.example.com` stands for all below that name.

    Recipients and clients write these URLs. One on another host could lead into the worker's own network. One with a
    space or a control character is none, whatever is made of it.
    """
    if NO_CHARACTERS.search(url):
        return False
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    is_known = any(host.endswith(known[1:]) if known.startswith("*.") else host == known for known in hosts)
    return is_known and (parts.scheme, port or 443, parts.username) == ("https", 443, None)


def secrets_of(url: str) -> tuple[str, ...]:
    """Returns the parts of a secret URL by which anybody could use it."""
    parts = urlsplit(url)
    pieces = (*parts.path.split("/"), *(value for _, value in parse_qsl(parts.query)))
    return (url, parts.path, parts.query, *(piece for piece in pieces if len(piece) > LONGEST_WORD))
