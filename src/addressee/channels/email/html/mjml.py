"""Makes HTML of MJML, a markup for e-mails that look alike in all mail programs."""

from __future__ import annotations

import re

from addressee.channels.email.html.scanner import TOKEN, VOID, depth_of

# The library needs stack for each element within another.
MAX_DEPTH = 200


class MjmlError(ValueError):
    """The text is no MJML; the message says what is wrong with it."""


def html_of_mjml(source: str) -> str:
    """Returns the HTML of MJML. Nothing is included: `<mj-include>` is refused. Raises MjmlError."""
    from mjml import mjml2html

    if depth_of(source) > MAX_DEPTH:
        raise MjmlError(f"its elements are nested more than {MAX_DEPTH} deep")
    try:
        return mjml2html(TOKEN.sub(closed, source.strip()))
    except ValueError as error:
        raise MjmlError(str(error)) from None


def closed(token: re.Match[str]) -> str:
    """Returns a tag like `<br>` as `<br />`, as the library wants it and HTML does not."""
    written = token[0]
    is_open = token["name"] is not None and token["name"].lower() in VOID and not token["end"]
    return f"{written[:-1].rstrip()} />" if is_open and not written.endswith("/>") else written
