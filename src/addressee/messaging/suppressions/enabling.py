"""Enables the addresses of lifted suppressions at those from whose messages they were learnt."""

from __future__ import annotations

from collections.abc import Sequence

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.edits.addresses import EnableAddress
from addressee.directory.groups.memberships import place_of
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import TENANTS, Identity, Place
from addressee.directory.writing.history import NO_ORIGIN, Origin
from addressee.directory.writing.writer import Writer
from addressee.directory.writing.writes import Write
from addressee.messaging.recipients.people import read_people
from addressee.messaging.suppressions.model import Suppression

SQL = load(__package__)


async def enable_addresses(
    pool: Pool,
    reader: Reader,
    writer: Writer,
    environment_id: int,
    entries: Sequence[Suppression],
    origin: Origin = NO_ORIGIN,
) -> None:
    """Makes addresses active again that were disabled when their messages bounced, also within tenants.

    Nothing changes where the recipient has the address no longer, or active.
    """
    ids = {entry.message_id for entry in entries if entry.message_id is not None}
    if not ids:
        return
    rows = await pool.fetch(*SQL["recipients_of_messages"](environment_id=environment_id, ids=ids))
    recipients = {
        row["id"]: Identity(environment_id, row["collection"], row["recipient_id"], row["uid"]) for row in rows
    }
    people = await read_people(reader, environment_id, recipients.values())
    tenants = {row["id"]: Place(environment_id, TENANTS, row["tenant"]) for row in rows if row["tenant"] is not None}
    living = await reader.read_all(set(tenants.values()))
    writes = []
    for entry in entries:
        id = entry.message_id
        person = people.current(recipients[id]) if id in recipients else None
        if id is None or person is None:
            continue
        tenant = living.get(tenants[id]) if id in tenants else None
        places = [person.place] if tenant is None else [person.place, place_of(person, tenant)]
        writes += [Write(place, (EnableAddress(entry.kind, entry.address),), origin) for place in places]
    await writer.write_all(writes)
