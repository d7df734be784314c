"""Reads query strings (notiflows.md §1.6). Unknown names are passed over: SDKs pass on whatever they are given."""

from __future__ import annotations

from addressee.api.query_strings import Scalars, pairs
from addressee.dialects.notiflows.wire.errors import NotiflowsError, bad_parameter


class Query(Scalars):
    def __init__(self, text: str) -> None:
        """Raises MalformedError."""
        self._values = dict(pairs(text))

    def text(self, name: str) -> str | None:
        """The last value; an empty one is none."""
        return self._values.get(name) or None

    def wrong(self, name: str, message: str) -> NotiflowsError:
        return bad_parameter(name, message)
