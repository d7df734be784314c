"""Rewrites links in the texts of chat messages, and in the JSON that providers of chats show. Pure."""

from __future__ import annotations

import re
from typing import Any

from addressee.messaging.tracking.rewriting import Replacement

LINK = re.compile(r"https?://[^\s<>|\"'`\\^{}]+", re.IGNORECASE | re.ASCII)

# Characters that end a sentence or an emphasis, and not the link before them.
ENDS = ".,;:!?]*_~"

# Fields whose texts may hold links: Slack's, those of Adaptive Cards, Discord's.
TEXTS = frozenset({"text", "description", "value"})

# Objects, by their types or by the fields that hold them, whose URL is that of a picture or a film.
PICTURES = frozenset({"Image", "BackgroundImage", "Media", "image", "video", "thumbnail", "backgroundImage"})


def rewritten_text(text: str, replacement: Replacement) -> str:
    """Returns the text with the links in it replaced."""

    def replaced(found: re.Match[str]) -> str:
        link = without_end(found[0])
        url = replacement(link.replace("&amp;", "&"))
        return (link if url is None else url) + found[0][len(link) :]

    return LINK.sub(replaced, text)


def without_end(link: str) -> str:
    """Returns a link without what follows it in a text: brackets end a link that has not opened them."""
    end, too_many = len(link), link.count(")") - link.count("(")
    while link[end - 1] in ENDS or (link[end - 1] == ")" and too_many > 0):
        end -= 1
        too_many -= link[end] == ")"
    return link[:end]


def rewritten_json(value: Any, replacement: Replacement, name: str = "") -> Any:
    """Returns a value of JSON, which stands in a field of this name, with the links in it replaced."""
    if isinstance(value, list | tuple):
        return [rewritten_json(part, replacement, name) for part in value]
    if not isinstance(value, dict):
        return value
    is_picture = name in PICTURES or value.get("type") in PICTURES
    return {field: rewritten_field(field, part, value, replacement, is_picture) for field, part in value.items()}


def rewritten_field(field: str, part: Any, holder: dict[str, Any], replacement: Replacement, is_picture: bool) -> Any:
    if not isinstance(part, str):
        return rewritten_json(part, replacement, field)
    if field == "url" and not is_picture:
        return replacement(part) or part
    return rewritten_text(part, replacement) if field in TEXTS and holder.get("type") != "plain_text" else part
