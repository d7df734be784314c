"""Reads query strings. What the names in one mean, each dialect says."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from addressee.api.errors import MalformedError

MAX_PAIRS = 5000

TRUTH = {"true": True, "false": False}

# A plus sign between a time and its offset that a client did not escape arrives as a space.
LOST_PLUS = re.compile(r"([T:].*) (\d\d:?\d\d)$")


class Scalars(ABC):
    """Single values by name, None for what is not given. Who extends it says how values are found, and refused."""

    @abstractmethod
    def text(self, name: str) -> str | None: ...

    @abstractmethod
    def wrong(self, name: str, message: str) -> Exception:
        """What is raised for a value that is not as `message` says."""

    def boolean(self, name: str) -> bool | None:
        text = self.text(name)
        if text is None:
            return None
        if text.lower() not in TRUTH:
            raise self.wrong(name, f"{name} must be true or false.")
        return TRUTH[text.lower()]

    def number(self, name: str, default: int, most: int, least: int = 1) -> int:
        """A whole number, moved into its bounds."""
        text = self.text(name)
        if text is None:
            return default
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
            raise self.wrong(name, f"{name} must be a whole number from {least:,} to {most:,}.")
        return max(least, min(most, int(text)))

    def choice(self, name: str, choices: Sequence[str]) -> str | None:
        text = self.text(name)
        if text is not None and text not in choices:
            raise self.wrong(name, f"{name} must be one of {', '.join(choices)}.")
        return text

    def instant(self, name: str) -> datetime | None:
        text = self.text(name)
        if text is None:
            return None
        try:
            return instant(text)
        except (ValueError, OverflowError):
            raise self.wrong(name, f"{name} must be an ISO-8601 date and time.") from None


def instant(text: str) -> datetime:
    """An ISO-8601 date and time, also as Python writes one; without a zone it is UTC.

    Raises ValueError or OverflowError.
    """
    parsed = datetime.fromisoformat(LOST_PLUS.sub(r"\1+\2", text))
    return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def pairs(text: str) -> list[tuple[str, str]]:
    """Names and values in their order, decoded; those without a value have an empty one. Raises MalformedError."""
    try:
        found = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_PAIRS)
    except UnicodeDecodeError:
        raise MalformedError("query", "The query is not UTF-8.") from None
    except ValueError:
        raise MalformedError("query", f"The query has more than {MAX_PAIRS} values.") from None
    if "\0" in text or "%00" in text:
        raise MalformedError("query", "The query contains a NUL character.")
    return found
