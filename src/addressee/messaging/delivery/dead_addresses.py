"""Dead addresses: those of sends that bounced are disabled, each where it is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from addressee.directory.edits.addresses import DisableAddress
from addressee.directory.groups.memberships import kinds_of, place_of
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import TENANTS, Place, Recipient
from addressee.directory.writing.writer import Writer
from addressee.directory.writing.writes import Write
from addressee.messaging.delivery.sends import StoredSend
from addressee.messaging.recipients.people import People, read_people


async def disable_addresses(reader: Reader, writer: Writer, environment_id: int, bounced: Sequence[StoredSend]) -> None:
    """Disables the addresses of bounced sends. One that a crash leaves enabled will bounce again."""
    if not bounced:
        return
    people = await read_people(reader, environment_id, [send.recipient for send in bounced])
    within = await read_within(reader, environment_id, people, bounced)
    writes = []
    for send in bounced:
        person = people.current(send.recipient)
        if person is not None:
            holder = holder_of(send.address.kind, person, within.get(send.id))
            writes.append(Write(holder.place, (DisableAddress(*send.address, uid=holder.uid),)))
    await writer.write_all(writes)


async def read_within(
    reader: Reader, environment_id: int, people: People, sends: Sequence[StoredSend]
) -> Mapping[str, Recipient]:
    """Returns the stored profiles of recipients within the tenants of their messages, by ids of sends."""
    of_tenants = {send.id: Place(environment_id, TENANTS, send.tenant) for send in sends if send.tenant is not None}
    if not of_tenants:
        return {}
    tenants = await reader.read_all(set(of_tenants.values()))
    places = {
        send.id: place_of(person, tenant)
        for send in sends
        if send.id in of_tenants
        and (person := people.current(send.recipient)) is not None
        and (tenant := tenants.get(of_tenants[send.id])) is not None
    }
    found = await reader.read_all(set(places.values()))
    return {id: found[place] for id, place in places.items() if place in found}


def holder_of(kind: str, person: Recipient, within: Recipient | None) -> Recipient:
    """Returns the recipient that holds an address: the one within the tenant if that has addresses of this kind."""
    return person if within is None or kind not in kinds_of(within) else within
