"""Those whom others' messages mention: shown as they are now, or as missing once they are deleted."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from addressee.directory.reader import Reader
from addressee.directory.recipient import Recipient
from addressee.messaging.reference import Reference
from addressee.messaging.runs import Identity

# Tombstones stay, so this is shown only when somebody removed rows by hand.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Missing:
    """Someone who was deleted (knock.md §3.4).

    `deleted_at` is the latest time that it can have been, once the id is somebody else's.
    """

    reference: Reference
    deleted_at: datetime


async def read_people(
    reader: Reader, environment_id: int, identities: Iterable[Identity]
) -> Mapping[Identity, Recipient | Missing]:
    """Everybody in one query; the reader collects what is asked at the same time."""
    wanted = list(set(identities))
    found = await asyncio.gather(*(reader.find(each.reference.at(environment_id)) for each in wanted))
    return {
        each: each.found_in(recipient) or missing(each, recipient)
        for each, recipient in zip(wanted, found, strict=True)
    }


def missing(identity: Identity, recipient: Recipient | None) -> Missing:
    if recipient is None:
        return Missing(identity.reference, LONG_AGO)
    return Missing(identity.reference, recipient.deleted_at or recipient.updated_at)
