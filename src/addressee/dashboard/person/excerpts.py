"""Excerpts of documents that are too large for a page. Pure."""

from __future__ import annotations

from typing import Any

LONGEST_TEXT = 400
MOST_ENTRIES = 100
MOST_CHARACTERS = 20_000

CUT = "…"


class Excerpt:
    """Makes excerpts that have 20,000 characters together; `is_cut` says whether anything was left out."""

    def __init__(self) -> None:
        self._left = MOST_CHARACTERS
        self.is_cut = False

    def of(self, value: Any) -> Any:
        """Returns a value of JSON with long texts cut, and without the last entries of long objects and lists."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, dict):
            return {self._text(name): self.of(part) for name, part in self._entries(list(value.items()))}
        if isinstance(value, list):
            return [self.of(part) for part in self._entries(value)]
        self._left -= len(str(value))
        return value

    def _text(self, text: str) -> str:
        length = min(LONGEST_TEXT, max(self._left, 1))
        self._left -= min(len(text), length)
        if len(text) <= length:
            return text
        self.is_cut = True
        return text[:length] + CUT

    def _entries(self, entries: list[Any]) -> Any:
        """Yields entries until there are enough, or the characters are used up."""
        for number, entry in enumerate(entries):
            if number == MOST_ENTRIES or self._left <= 0:
                self.is_cut = True
                return
            yield entry
