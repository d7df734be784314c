"""Placeholders: what stands for a value in markdown that is parsed before the value is put in."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from liquid.exceptions import OutputStreamLimitError

from addressee.messaging.content.templating.liquid import MAX_OUTPUT_BYTES

# A placeholder. It begins with a digit, so that in angle brackets it is no tag.
MARK = re.compile(r"0vq(\d+)qv0")


class WrittenHtml(str):
    """A value that is HTML already, and stays so in the page. It is another value than a text of the same words."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WrittenHtml) and str.__eq__(self, other)

    def __hash__(self) -> int:
        return hash((WrittenHtml, str(self)))


def placeholder(number: object) -> str:
    return f"0vq{number}qv0"


def with_values(text: str, values: Collection[str], escape: Callable[[str], str]) -> str:
    """Returns the text with placeholders replaced by their values. Raises OutputStreamLimitError."""
    known = list(values)
    parts = MARK.split(text)
    size = 0
    for place in range(1, len(parts), 2):
        number = int(parts[place])
        if number >= len(known):  # the author's own words
            parts[place] = placeholder(parts[place])
            continue
        size += len(known[number])
        if size > MAX_OUTPUT_BYTES:
            raise OutputStreamLimitError("output stream limit reached", token=None)
        value = known[number]
        parts[place] = value if isinstance(value, WrittenHtml) else escape(value)
    return "".join(parts)


def unwrapped(html: str, values: Collection[str]) -> str:
    """Returns the page without the paragraphs around values that are HTML already."""
    for number, value in enumerate(values):
        if isinstance(value, WrittenHtml):
            html = html.replace(f"<p>{placeholder(number)}</p>", placeholder(number))
    return html
