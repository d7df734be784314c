"""Reads query strings (suprsend.md §2.0). Unknown names are passed over: SDKs pass on whatever they are given."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from addressee.dialects.query_strings import pairs
from addressee.dialects.suprsend.errors import invalid

TRUTH = {"true": True, "false": False}


class Query:
    def __init__(self, text: str) -> None:
        """Raises MalformedError."""
        self._pairs = pairs(text)

    def texts(self, name: str) -> list[str]:
        """All values: `a=1&a=2` and `a[]=1&a[]=2` alike."""
        return [value for key, value in self._pairs if key.removesuffix("[]") == name]

    def text(self, name: str) -> str | None:
        """A single value, the last one; an empty one is none."""
        values = self.texts(name)
        return values[-1] or None if values else None

    def boolean(self, name: str, default: bool | None = None) -> bool | None:
        text = self.text(name)
        if text is None:
            return default
        if text.lower() not in TRUTH:
            raise invalid(name, f"{name} must be true or false.")
        return TRUTH[text.lower()]

    def number(self, name: str, default: int, most: int, least: int = 1) -> int:
        """A whole number, moved into its bounds."""
        text = self.text(name)
        if text is None:
            return default
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
            raise invalid(name, f"{name} must be a whole number from {least:,} to {most:,}.")
        return max(least, min(most, int(text)))

    def choice(self, name: str, choices: Sequence[str]) -> str | None:
        text = self.text(name)
        if text is not None and text not in choices:
            raise invalid(name, f"{name} must be one of {', '.join(choices)}.")
        return text

    def instant(self, name: str) -> datetime | None:
        text = self.text(name)
        if text is None:
            return None
        try:
            # A plus sign that a client did not escape arrives as a space.
            parsed = datetime.fromisoformat(text.replace(" ", "+"))
            return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            raise invalid(name, f"{name} must be an ISO-8601 date and time.") from None
