"""Finds the recipients that a channel has written to at a number, for what comes back from it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import Identity, Recipient
from addressee.messaging.environment import channels
from addressee.messaging.messages.model import Address
from addressee.messaging.recipients.people import read_people
from addressee.messaging.steps.channels.reach import key, known_addresses

SQL = load(__package__)

MAX_RECIPIENTS = 100

# The newest sends to a number are looked at, so that one that gets very many is answered quickly too.
MAX_SENDS = 1000


async def recipients_written_to(
    pool: Pool, reader: Reader, environment_id: int, channel_id: UUID, address: Address
) -> Sequence[Recipient]:
    """Returns the living recipients whom a channel has written to at a number and who still have it, newest first.

    They are at most 100, as they are now: whoever was merged is the one into whom. `address` is of the kind `sms` or
    `whatsapp`, in E.164. A number that somebody has within a tenant only is not found.
    """
    rows = await pool.fetch(
        *SQL["recipients_written_to"](
            environment_id=environment_id,
            channel_id=channel_id,
            kind=address.kind,
            address=address.value,
            sends=MAX_SENDS,
            recipients=MAX_RECIPIENTS,
        )
    )
    written_to = [Identity(environment_id, *row) for row in rows]
    people = await read_people(reader, environment_id, written_to)
    channel = (await channels.by_id(pool, environment_id))[channel_id]
    found = {each.place: each for each in map(people.current, written_to) if each is not None}
    return [each for each in found.values() if key(address) in map(key, known_addresses(each, channel))]
