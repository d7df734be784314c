"""Reads query strings (notiflows.md §1.6). Unknown names are passed over: SDKs pass on whatever they are given."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from addressee.dialects.notiflows.errors import bad_parameter
from addressee.dialects.query_strings import pairs

TRUTH = {"true": True, "false": False}

# A plus sign before an offset that a client did not escape arrives as a space.
LOST_PLUS = re.compile(r" (\d\d:?\d\d)$")


class Query:
    def __init__(self, text: str) -> None:
        """Raises MalformedError."""
        self._values = dict(pairs(text))

    def text(self, name: str) -> str | None:
        """The last value; an empty one is none."""
        return self._values.get(name) or None

    def boolean(self, name: str) -> bool | None:
        text = self.text(name)
        if text is None:
            return None
        if text.lower() not in TRUTH:
            raise bad_parameter(name, f"{name} must be true or false.")
        return TRUTH[text.lower()]

    def number(self, name: str, default: int, most: int) -> int:
        """A whole number, moved into the bounds from 1 to `most`."""
        text = self.text(name)
        if text is None:
            return default
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
            raise bad_parameter(name, f"{name} must be a whole number from 1 to {most:,}.")
        return max(1, min(most, int(text)))

    def choice(self, name: str, choices: Sequence[str]) -> str | None:
        text = self.text(name)
        if text is not None and text not in choices:
            raise bad_parameter(name, f"{name} must be one of {', '.join(choices)}.")
        return text

    def instant(self, name: str) -> datetime | None:
        """An ISO-8601 date and time, also as Python writes one; without a zone it is UTC."""
        text = self.text(name)
        if text is None:
            return None
        try:
            parsed = datetime.fromisoformat(LOST_PLUS.sub(r"+\1", text))
            return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            raise bad_parameter(name, f"{name} must be an ISO-8601 date and time.") from None
