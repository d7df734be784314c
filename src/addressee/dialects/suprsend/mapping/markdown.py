"""Markdown of the HTML that items of feeds hold, as SuprSend's components render markdown themselves. Pure."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdownify import MarkdownConverter

# What begins a heading or a list, or underlines a heading.
BLOCK_MARK = re.compile(r"^(\s*(?:[0-9]{1,9}(?=[.)]))?)([-#.)])", re.MULTILINE)

CACHED_TEXTS = 2_000
MAX_CACHED_LENGTH = 4_000


def to_markdown(html: str) -> str:
    """Returns markdown that is rendered as this HTML: its texts stay texts, as all that would mean more is escaped."""
    return kept_markdown(html) if len(html) <= MAX_CACHED_LENGTH else converted(html)


def converted(html: str) -> str:
    return converter().convert(html).strip()


# Most readers of a page have read it before, or share its items.
kept_markdown = lru_cache(maxsize=CACHED_TEXTS)(converted)


@cache
def converter() -> MarkdownConverter:
    # An import of many modules, which only this needs.
    from markdownify import MarkdownConverter

    class Converter(MarkdownConverter):
        def convert_code(self, el: Any, text: str, parent_tags: set[str]) -> str:
            """Keeps code within a line on one line: the next one's backticks would begin a block of code."""
            within_line = text if "_noformat" in parent_tags else " ".join(text.splitlines())
            markdown: str = super().convert_code(el, within_line, parent_tags)  # type: ignore[misc]
            return markdown

        convert_kbd = convert_samp = convert_code

        def escape(self, text: str, parent_tags: set[str]) -> str:
            """Escapes what begins a block at each line; the library passes over the second of two such lines."""
            escaped: str = super().escape(text, parent_tags)  # type: ignore[misc]
            return BLOCK_MARK.sub(r"\1\\\2", escaped)

    return Converter(heading_style="ATX", bullets="-", newline_style="backslash", escape_misc=True)
