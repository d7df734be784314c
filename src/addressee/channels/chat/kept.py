"""Values that are known for a while, such as access tokens: so many at most, each until it expires."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """Values by key. When there are `most`, the one that was put in first goes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: dict[Key, tuple[Value, datetime]] = {}

    def get(self, key: Key, now: datetime) -> Value | None:
        value, until = self._values.get(key, (None, now))
        if until > now:
            return value
        self._values.pop(key, None)
        return None

    def put(self, key: Key, value: Value, until: datetime) -> None:
        self.forget(key)
        if len(self._values) >= self._most:
            del self._values[next(iter(self._values))]
        self._values[key] = (value, until)

    def forget(self, key: Key) -> None:
        self._values.pop(key, None)
