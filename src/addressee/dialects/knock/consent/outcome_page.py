"""The page at the end of a consent: it tells the page that has opened it, and leads the browser on.

Its script is always the same. What differs stands in attributes, escaped, and the browser runs no other script.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec

from addressee.api.answers import Answer

HTML = "text/html; charset=utf-8"

# The message holds no secret, and the origin of the page that opened this one is not known here.
SCRIPT = """
const { message, redirect } = document.body.dataset;
if (window.opener) window.opener.postMessage(JSON.parse(message), "*");
if (redirect) location.replace(redirect);
else if (window.opener && document.body.dataset.closes) window.close();
"""
STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 32rem; margin: 4rem auto; padding: 0 1rem; }
"""


def source(text: str) -> str:
    """Returns how a content security policy names a script or a style: by its hash."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


HEADERS = {
    "content-security-policy": (
        f"default-src 'none'; script-src {source(SCRIPT)}; style-src {source(STYLE)}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    # The URL holds a code and a user token.
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
}


class Outcome(NamedTuple):
    """The outcome of a consent. `reason` says why it failed; None: it did not."""

    reason: str | None = None
    status: HTTPStatus = HTTPStatus.OK
    nonce: str | None = None
    redirect_url: str | None = None

    @property
    def message(self) -> Any:
        """The message to the page that opened this one; older components give no nonce, and compare a text."""
        word = "authComplete" if self.reason is None else "authFailed"
        return word if self.nonce is None else {"type": word, "nonce": self.nonce}


def outcome_page(outcome: Outcome) -> Answer:
    message = escape(msgspec.json.encode(outcome.message).decode())
    heading = "Connected" if outcome.reason is None else "Not connected"
    closes = ' data-closes="1"' if outcome.reason is None else ""
    redirect = "" if outcome.redirect_url is None else f' data-redirect="{escape(outcome.redirect_url)}"'
    return Answer(
        (
            '<!doctype html><html lang="en"><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width">'
            f"<title>{heading}</title><style>{STYLE}</style>"
            f'<body data-message="{message}"{closes}{redirect}><main><h1>{heading}</h1>'
            f"<p>{escape(words_of(outcome))}</p>{onward(outcome.redirect_url)}</main><script>{SCRIPT}</script></html>"
        ).encode(),
        outcome.status,
        HEADERS,
        content_type=HTML,
    )


def words_of(outcome: Outcome) -> str:
    return "You can close this window." if outcome.reason is None else outcome.reason


def onward(url: str | None) -> str:
    return "" if url is None else f'<p><a href="{escape(url)}">Continue</a></p>'
