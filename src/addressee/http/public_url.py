"""The public URL of this service, for links in its answers."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from addressee.database.environment_variables import PUBLIC_URL
from addressee.database.errors import SetupError

if TYPE_CHECKING:
    from falcon.asgi import Request


def configured_url(environment: Mapping[str, str] = os.environ) -> str | None:
    """Returns the URL that the operator has set, without a slash at its end. Raises SetupError for what is none."""
    given = environment.get(PUBLIC_URL)
    if not given:
        return None
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise SetupError(f"{PUBLIC_URL} must be a URL like https://addressee.example.com, not {given!r}.")
    return given.rstrip("/")


def url_of(request: Request) -> str:
    """Returns the URL of the server as the client named it."""
    return f"{request.scheme}://{request.netloc}"
