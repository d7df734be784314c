"""Reads query strings (suprsend.md §2.0)."""

from __future__ import annotations

from addressee.api.requests import query_strings


class Query(query_strings.Query):
    def texts(self, name: str) -> list[str]:
        """All values: `a=1&a=2` and `a[]=1&a[]=2` alike."""
        return [value for key, value in self._pairs if key.removesuffix("[]") == name]
