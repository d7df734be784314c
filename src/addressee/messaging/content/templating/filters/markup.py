"""The filter that makes HTML of markdown which somebody has written."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import nh3
from liquid import Environment
from liquid.filter import with_environment
from markdown_it import MarkdownIt

from addressee.channels.links import SCHEMES, checked_html
from addressee.messaging.content.templating.liquid_values import text_of

CACHED_TEXTS = 200


@with_environment
def from_markdown(value: Any, *, environment: Environment) -> str:
    """Returns HTML that can do no harm, whatever the markdown says."""
    text = text_of(value)
    html: str = environment.html(html_of(text)) if text else ""  # type: ignore[attr-defined]
    return html


@lru_cache(maxsize=CACHED_TEXTS)
def html_of(text: str) -> str:
    checked = checked_html(MarkdownIt("commonmark").render(text), SCHEMES)
    return nh3.clean(checked.text, url_schemes=set(SCHEMES)).strip()
