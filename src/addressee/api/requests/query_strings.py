"""Query strings: their parameters, read by name and checked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import parse_qsl

from addressee.api.errors import MalformedError, ParameterError
from addressee.database.paging import CursorError, PageRequest, page_request

Choice = TypeVar("Choice", bound=str)
Default = TypeVar("Default")
Position = TypeVar("Position")

MAX_PAIRS = 5000

TRUTH = {"true": True, "false": False}

# A plus sign between a time and its offset that a client did not escape arrives as a space.
LOST_PLUS = re.compile(r"([T:].*) (\d\d:?\d\d)$")


class Query:
    """The parameters of a query string. Names that nobody reads are ignored: SDKs pass on whatever they are given.

    Every reader raises ParameterError for a value that it does not take. Dialects with other ways to write names and
    values override `text` and `texts`.
    """

    def __init__(self, text: str) -> None:
        """Raises MalformedError."""
        self._pairs = pairs(text)

    def texts(self, name: str) -> list[str]:
        """Returns all values of a name, in their order."""
        return [value for key, value in self._pairs if key == name]

    def text(self, name: str) -> str | None:
        """Returns the last value of a name; an empty one counts as none."""
        values = self.texts(name)
        return values[-1] or None if values else None

    def boolean(self, name: str) -> bool | None:
        text = self.text(name)
        if text is None:
            return None
        if text.lower() not in TRUTH:
            raise ParameterError(name, f"{name} must be true or false.")
        return TRUTH[text.lower()]

    def number(self, name: str, default: int, most: int, least: int = 1) -> int:
        """Returns a whole number, moved into its bounds."""
        text = self.text(name)
        if text is None:
            return default
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
            raise ParameterError(name, f"{name} must be a whole number from {least:,} to {most:,}.")
        return max(least, min(most, int(text)))

    def choice(self, name: str, choices: Sequence[Choice], default: Default) -> Choice | Default:
        text = self.text(name)
        if text is None:
            return default
        for choice in choices:
            if choice == text:
                return choice
        raise ParameterError(name, f"{name} must be one of {', '.join(choices)}.")

    def instant(self, name: str) -> datetime | None:
        text = self.text(name)
        if text is None:
            return None
        try:
            return instant(text)
        except (ValueError, OverflowError):
            raise ParameterError(name, f"{name} must be an ISO-8601 date and time.") from None

    def page_request(self, position: type[Position], size: int) -> PageRequest[Position]:
        """Returns the page that `after` or `before` asks for; when both are given, `after` counts."""
        after = self.text("after") or None
        before = None if after is not None else self.text("before") or None
        try:
            return page_request(size, after, before, position)
        except CursorError as error:
            raise ParameterError("before" if after is None else "after", str(error)) from None


def instant(text: str) -> datetime:
    """Reads an ISO-8601 date and time, also as Python writes one; without a zone it is UTC.

    Raises ValueError or OverflowError.
    """
    parsed = datetime.fromisoformat(LOST_PLUS.sub(r"\1+\2", text))
    return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def pairs(text: str) -> list[tuple[str, str]]:
    """Returns names and values, decoded, in their order; a name alone has an empty value. Raises MalformedError."""
    if not text:
        return []
    try:
        found = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_PAIRS)
    except UnicodeDecodeError:
        raise MalformedError("query", "The query is not UTF-8.") from None
    except ValueError:
        raise MalformedError("query", f"The query has more than {MAX_PAIRS} values.") from None
    if "\0" in text or "%00" in text:
        raise MalformedError("query", "The query contains a NUL character.")
    return found
