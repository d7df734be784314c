"""Periods as ranges of UUIDv7s, whose first 48 bits are milliseconds: an index of ids serves as an index by time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from addressee.directory.recipient import BITS_BELOW_TIME, EPOCH

FIRST_UID = UUID(int=0)
LAST_UID = UUID(int=2**128 - 1)

MILLISECOND = timedelta(milliseconds=1)


class UuidRange(NamedTuple):
    """The ids from `first`, included, to `end`, excluded."""

    first: UUID
    end: UUID

    @classmethod
    def of(cls, since: datetime, until: datetime) -> UuidRange:
        """Returns the range of the UUIDv7s made from `since`, included, to `until`, excluded."""
        return cls(first_at(since), first_at(until))


ALWAYS = UuidRange(FIRST_UID, LAST_UID)


def first_at(moment: datetime) -> UUID:
    """Returns the lower bound of the UUIDv7s of the first whole millisecond at or after `moment`."""
    milliseconds = -((EPOCH - moment) // MILLISECOND)
    return UUID(int=max(milliseconds, 0) << BITS_BELOW_TIME)
