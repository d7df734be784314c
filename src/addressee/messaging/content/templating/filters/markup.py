"""The filter that makes HTML of markdown which somebody has written."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import nh3
from liquid import Environment
from liquid.exceptions import FilterArgumentError
from liquid.filter import with_environment

from addressee.channels.links import SCHEMES, checked_html
from addressee.messaging.content.templating.liquid_values import text_of
from addressee.messaging.content.templating.markdown.parser import BoundedMarkdown

CACHED_TEXTS = 200

# The most characters of markdown that are made HTML of: a list of texts may be longer than any of them.
MAX_LENGTH = 100_000

PARSER = BoundedMarkdown()


@with_environment
def from_markdown(value: Any, *, environment: Environment) -> str:
    """Returns HTML that can do no harm, whatever the markdown says. Raises LiquidError."""
    text = text_of(value)
    if len(text) > MAX_LENGTH:
        raise FilterArgumentError(f"from_markdown: a text is longer than {MAX_LENGTH}; shorten it before", token=None)
    html: str = environment.html(html_of(text)) if text else ""  # type: ignore[attr-defined]
    return html


@lru_cache(maxsize=CACHED_TEXTS)
def html_of(text: str) -> str:
    """Raises OutputStreamLimitError."""
    checked = checked_html(PARSER.render(text), SCHEMES)
    return nh3.clean(checked.text, url_schemes=set(SCHEMES)).strip()
