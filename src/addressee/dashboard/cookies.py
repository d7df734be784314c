"""The cookie that tells browsers apart: the token of an operator's session, or of none yet."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping

from msgspec import structs

from addressee.api.answers import Answer
from addressee.dashboard.urls import ROOT
from addressee.operators.signing_in.sessions import LIFE, RANDOM_BYTES

NAME = "addressee_operator"

TOKEN = re.compile(r"[A-Za-z0-9_-]{20,100}")


def browser_of(headers: Mapping[str, str]) -> str | None:
    """Returns the token in the cookie of a request; None if there is none, or one that we never made."""
    for pair in headers.get("cookie", "").split(";"):
        name, _, value = pair.strip().partition("=")
        if name == NAME and TOKEN.fullmatch(value):
            return value
    return None


def new_browser() -> str:
    return secrets.token_urlsafe(RANDOM_BYTES)


def with_browser(answer: Answer, token: str, base_url: str) -> Answer:
    """Returns an answer that has the browser keep a token."""
    secure = "; Secure" if base_url.startswith("https:") else ""
    cookie = f"{NAME}={token}; Path={ROOT}; Max-Age={int(LIFE.total_seconds())}; HttpOnly; SameSite=Lax{secure}"
    return structs.replace(answer, headers={**answer.headers, "set-cookie": cookie})
