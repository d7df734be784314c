"""Dead addresses: those of sends that bounced are disabled, each where it is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from addressee.channels.provider import Provider
from addressee.directory.addresses.forms import form_of
from addressee.directory.edits.addresses import DisableAddress
from addressee.directory.groups.memberships import kinds_of, place_of
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import TENANTS, Place, Recipient
from addressee.directory.writing.writer import Writer
from addressee.directory.writing.writes import Write
from addressee.messaging.delivery.sends import StoredSend
from addressee.messaging.recipients.people import People, read_people


class BouncedSend(NamedTuple):
    """A send that bounced, the provider of its channel, and a time since which its address is dead."""

    send: StoredSend
    provider: Provider
    since: datetime


async def disable_addresses(
    reader: Reader, writer: Writer, environment_id: int, bounced: Sequence[BouncedSend]
) -> None:
    """Disables the addresses of bounced sends, unless they were added since.

    One that a crash leaves enabled will bounce again.
    """
    if not bounced:
        return
    people = await read_people(reader, environment_id, [each.send.recipient for each in bounced])
    within = await read_within(reader, environment_id, people, [each.send for each in bounced])
    writes = []
    for send, provider, since in bounced:
        person = people.current(send.recipient)
        if person is not None:
            holder = holder_of(send.address.kind, person, within.get(send.id))
            name = name_of(provider, send.address.kind)
            edit = DisableAddress(*send.address, provider=name, uid=holder.uid, unless_added_since=since)
            writes.append(Write(holder.place, (edit,)))
    await writer.write_all(writes)


def name_of(provider: Provider, kind: str) -> str | None:
    """Returns the name by which addresses of a kind name their provider, None where they name none."""
    names = (provider.name, *sorted(provider.aliases))
    return next((name for name in names if name in form_of(kind).providers), None)


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
