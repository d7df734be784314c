"""Reads query strings (suprsend.md §2.0). Unknown names are passed over: SDKs pass on whatever they are given."""

from __future__ import annotations

from addressee.api.query_strings import Scalars, pairs
from addressee.dialects.suprsend.wire.errors import SuprSendError, invalid


class Query(Scalars):
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

    def wrong(self, name: str, message: str) -> SuprSendError:
        return invalid(name, message)
