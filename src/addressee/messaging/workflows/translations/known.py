"""Decoded texts of translations, kept by their versions while they are few enough."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

# The most bytes of JSON whose texts a process keeps. Decoded, they take a few times as many.
MAX_BYTES = 16_000_000


class TextsVersion(NamedTuple):
    """A version of a translation's texts: `row` is the transaction that has stored them."""

    environment_id: int
    tag: str
    namespace: str
    row: str
    updated_at: datetime


class DecodedTexts:
    """Texts by their versions. Those that were asked for least recently go first, by what they take as JSON."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._kept: OrderedDict[TextsVersion, tuple[Mapping[str, str], int]] = OrderedDict()

    def find(self, version: TextsVersion) -> Mapping[str, str] | None:
        found = self._kept.get(version)
        if found is None:
            return None
        self._kept.move_to_end(version)
        return found[0]

    def keep(self, version: TextsVersion, texts: Mapping[str, str], size: int) -> None:
        if version in self._kept or size > self._max_bytes:
            return
        self._kept[version] = (texts, size)
        self._bytes += size
        while self._bytes > self._max_bytes:
            self._bytes -= self._kept.popitem(last=False)[1][1]
