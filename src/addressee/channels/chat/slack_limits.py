"""The limits of Slack: a longer text is cut, blocks that are too many or too long are refused. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from addressee.channels.texts import cut, length
from addressee.directory.recipient import Document

# Slack cuts longer texts itself, in the middle of anything.
MAX_TEXT = 40_000

MAX_BLOCKS = 50
MAX_FIELDS = 10
MAX_FIELD = 2_000

# The longest text of a block, by its type.
LONGEST: Mapping[str, int] = {"header": 150, "section": 3_000, "markdown": 12_000}


def cut_text(text: str) -> str:
    return cut(text, MAX_TEXT)


def problem_with(blocks: Sequence[Document]) -> str | None:
    """Returns why Slack would refuse blocks, None if it would not for their number or their length."""
    if len(blocks) > MAX_BLOCKS:
        return f"a message has at most {MAX_BLOCKS} blocks; this one has {len(blocks)}"
    return next(filter(None, map(problem_with_block, blocks)), None)


def problem_with_block(block: Document) -> str | None:
    type = block.get("type")
    limit = LONGEST.get(str(type))
    said = length(text_in(block.get("text")))
    if limit is not None and said > limit:
        return f"the text of a block of type {type} has at most {limit:,} characters; this one has {said:,}"
    fields = block.get("fields")
    if not isinstance(fields, list):
        return None
    if len(fields) > MAX_FIELDS:
        return f"a section has at most {MAX_FIELDS} fields; this one has {len(fields)}"
    longest = max((length(text_in(field)) for field in fields), default=0)
    if longest > MAX_FIELD:
        return f"a field has at most {MAX_FIELD:,} characters; this one has {longest:,}"
    return None


def text_in(part: Any) -> str:
    """Returns the text of a text object, which in some blocks is a text alone."""
    text = part.get("text") if isinstance(part, Mapping) else part
    return text if isinstance(text, str) else ""
