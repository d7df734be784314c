"""The public URL of this service, for links in its answers."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from addressee.database.environment_variables import PUBLIC_URL
from addressee.database.errors import SetupError

# As it stands in headers of e-mails too.
URL = re.compile(r"[!-~]+")


def configured_url(environment: Mapping[str, str] = os.environ) -> str | None:
    """Returns the URL that the operator has set, without a slash at its end. Raises SetupError for what is none."""
    given = environment.get(PUBLIC_URL)
    if not given:
        return None
    parts = urlsplit(given)
    is_url = parts.scheme in ("http", "https") and parts.netloc and not parts.query and not parts.fragment
    if not is_url or not URL.fullmatch(given):
        raise SetupError(f"{PUBLIC_URL} must be a URL like https://addressee.example.com, not {given!r}.")
    return given.rstrip("/")
