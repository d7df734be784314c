"""Passages: how many of a recipient's runs may pass a step in a window, counted in the database (engine.md §4.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from addressee.directory.recipient import Identity
from addressee.messaging.steps.model import Request


@dataclass(frozen=True, slots=True)
class Passage(Request):
    """Asks for one of the `limit` passages in a window of a recipient's counter.

    If no window is open, this opens one that ends at `until`; with None it stays open for good.
    """

    recipient: Identity
    counter: str
    key: str
    limit: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class PassageAnswer:
    """The answer to a run that asks to pass: how many have passed in the window, and when that ends, None: never."""

    allowed: bool
    count: int
    until: datetime | None

    def shown(self, limit: int) -> Mapping[str, Any]:
        """Returns what the journal says of it."""
        ending = {} if self.until is None else {"until": self.until}
        return {"passed": self.count, "limit": limit, **ending}
