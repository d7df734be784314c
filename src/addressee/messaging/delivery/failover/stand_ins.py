"""Finds stand-ins: those that can be opened, do not pause, and reach the recipient, who wants messages of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from addressee.channels.settings import FAILOVER
from addressee.database.pool import Pool
from addressee.directory.reading.reader import Reader
from addressee.messaging.delivery.channels.channel_states import read_states
from addressee.messaging.delivery.channels.open_channels import JobChannels
from addressee.messaging.delivery.failover.leaving import Leaving
from addressee.messaging.delivery.obstacles import KnownSends, read_known
from addressee.messaging.delivery.sends import ClaimedSend, Obstacle
from addressee.messaging.environment.channels import Channel
from addressee.messaging.environment.links import LinkUrls
from addressee.messaging.messages.model import Address
from addressee.messaging.messages.status import Status
from addressee.messaging.runs.store import Run
from addressee.messaging.steps.channels.reach import kind_of, own_address, reach
from addressee.messaging.suppressions.suppressions import find_suppressed


class Option(NamedTuple):
    """A stand-in, and the address to which it would send."""

    stand_in: Channel
    address: Address


@dataclass(frozen=True, slots=True)
class Move:
    """A send on its way from its channel to a stand-in. `recipient_id` is that of the recipient's run."""

    send: ClaimedSend
    failure: str
    channel: Channel
    stand_in: Channel
    address: Address
    recipient_id: str

    def after_attempt(self, now: datetime) -> Move:
        """Returns the move of a send whose last attempt through its channel was recorded at a time."""
        return replace(self, send=replace(self.send, status=Status.DELIVERY_ATTEMPTED, claimed_until=now))


async def find_moves(
    pool: Pool,
    reader: Reader,
    run: Run | None,
    leaving: Sequence[Leaving],
    channels: JobChannels,
    now: datetime,
    links: LinkUrls,
) -> dict[str, Move]:
    """Returns where sends of a run go that are to leave their channels, by their ids; those without a stand-in stay.

    The number of queries does not depend on the number of sends.
    """
    if run is None or not leaving:
        return {}
    known = await read_known(pool, reader, run, [each.send for each in leaving], now, links)
    options = {each.send.id: list(options_of(each, known)) for each in leaving}
    found = [option for those in options.values() for option in those]
    if not found:
        return {}
    ids = {option.stand_in.id for option in found}
    opened = await channels.open(ids)
    states = await read_states(pool, run.environment_id, ids & opened.keys())
    usable = {id for id, state in states.items() if not state.configured(opened[id].configured_at).is_paused(now)}
    suppressed = await find_suppressed(pool, run.environment_id, {option.address for option in found})
    moves = {}
    for each in leaving:
        for stand_in, address in options[each.send.id]:
            if stand_in.id in usable and address not in suppressed:
                channel, owner = known.channels[each.send.channel_id], known.owner_of(each.send)
                moves[each.send.id] = Move(each.send, each.failure, channel, stand_in, address, owner.id)
                break
    return moves


def options_of(leaving: Leaving, known: KnownSends) -> Iterator[Option]:
    """Yields the stand-ins that reach a send's recipient, in their order."""
    for stand_in in following(leaving, known.channels.values()):
        address = address_through(stand_in, leaving.send, known)
        if address is not None:
            yield Option(stand_in, address)


def following(leaving: Leaving, channels: Iterable[Channel]) -> list[Channel]:
    """Returns the stand-ins of the step's channel that come after the channel of the send: there is no way back."""
    send = leaving.send
    by_key = {channel.key: channel for channel in channels}
    first = next((channel for channel in by_key.values() if channel.id == send.step_channel_id), None)
    if first is None or (leaving.unconfirmed and first.settings.get("when_unconfirmed") != FAILOVER):
        return []
    named = [by_key[key] for key in first.failover if key in by_key]
    chain = [first.id, *(channel.id for channel in named)]
    if send.channel_id not in chain:
        return []
    after = named[chain.index(send.channel_id) :]
    return [each for each in after if each.type is first.type and kind_of(each) == send.address.kind]


def address_through(stand_in: Channel, send: ClaimedSend, known: KnownSends) -> Address | None:
    """Returns the address to which a stand-in would send: the same one if the stand-in knows it.

    Else it is the first that the stand-in has of the recipient, unless others of the message go there. None: it would
    reach nobody.
    """
    is_own = send.address.value == str(send.channel_id)
    moved = replace(send, channel_id=stand_in.id, address=own_address(stand_in) if is_own else send.address)
    found = known.resolve(moved)
    if not isinstance(found, Obstacle):
        return moved.address
    context = known.contexts[send.recipient_run_id]
    if found.reason["reason"] != "address_missing" or send.is_one_of_several or context.recipient is None:
        return None
    tenant = context.tenant_data(stand_in)
    reached = reach(context.recipient, stand_in, context.preferences, context.kinds, tenant).addresses[:1]
    for address in reached:
        if not isinstance(known.resolve(replace(moved, address=address)), Obstacle):
            return address
    return None
