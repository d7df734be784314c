"""Periods as UUIDv7s: an id of that kind says when it was made, so what is listed by its ids needs no other index."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

FIRST_UID = UUID(int=0)
LAST_UID = UUID(int=2**128 - 1)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
BITS_BELOW_TIME = 80


class UuidRange(NamedTuple):
    """The ids from `first`, which is one of them, up to `end`, which is not."""

    first: UUID
    end: UUID

    @classmethod
    def of(cls, since: datetime, until: datetime) -> UuidRange:
        """The UUIDv7s whose millisecond is in the period; `until` is not."""
        return cls(first_at(since), first_at(until))


ALWAYS = UuidRange(FIRST_UID, LAST_UID)


def first_at(moment: datetime) -> UUID:
    """No UUIDv7 of the first whole millisecond at `moment` or after it is less, and none before that is more."""
    milliseconds = -((EPOCH - moment) // MILLISECOND)
    return UUID(int=max(milliseconds, 0) << BITS_BELOW_TIME)
