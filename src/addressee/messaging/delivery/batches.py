"""Batches: sends that a worker claims together, and what is done with each by the state of its channel. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import NamedTuple
from uuid import UUID

from addressee.messaging.delivery.attempts import given_up
from addressee.messaging.delivery.channels.channel_states import HeldSlot
from addressee.messaging.delivery.channels.open_channels import OpenChannel
from addressee.messaging.delivery.channels.pacing import Admission, ChannelState
from addressee.messaging.delivery.copies import carries_copies
from addressee.messaging.delivery.results import Results
from addressee.messaging.delivery.sends import ClaimedSend, DeferredSend, SendAttempt
from addressee.messaging.messages.status import LONGEST_WAIT, Status

# The number of a batch's sends that are tried at the same time, for channels without a setting.
AT_ONCE = 10

# Sends of a channel that cannot be opened wait this long for somebody to mend it.
UNOPENED_PAUSE = timedelta(minutes=1)


class Portion(NamedTuple):
    """The sends of one channel: those that may be tried now, and the others.

    `held` wait for what comes of the one that is tried; `deferred` are due again at a time; `ended` have waited for too
    long.
    """

    sends: Sequence[ClaimedSend] = ()
    held: Sequence[ClaimedSend] = ()
    deferred: Sequence[DeferredSend] = ()
    ended: Sequence[SendAttempt] = ()


class Ending(NamedTuple):
    """The end of a batch, as it is stored with the last results.

    `ended` have waited for too long, `untried` are due again; of the channels `channel_ids`, nothing was heard of those
    in `unheard`. The slots are given back.
    """

    ended: Sequence[SendAttempt] = ()
    untried: Sequence[ClaimedSend] = ()
    channel_ids: Collection[UUID] = frozenset()
    unheard: Collection[UUID] = frozenset()
    slots: Sequence[HeldSlot] = ()


# The ending of a batch of which sends are still under way.
GOING_ON = Ending()


@dataclass(frozen=True, slots=True)
class Batch:
    """Sends that were claimed together and admitted at a time, with their channels' states and slots.

    `channel_ids` are the channels of which something may be tried. Those that cannot be opened have no states.
    """

    at: datetime
    channel_ids: Collection[UUID]
    portions: Mapping[UUID, Portion]
    states: Mapping[UUID, ChannelState]
    slots: Sequence[HeldSlot]

    @property
    def sends(self) -> list[ClaimedSend]:
        """The sends that may be tried now."""
        return list(chain.from_iterable(each.sends for each in self.portions.values()))

    @property
    def held(self) -> list[ClaimedSend]:
        return list(chain.from_iterable(each.held for each in self.portions.values()))

    @property
    def deferred(self) -> list[DeferredSend]:
        return list(chain.from_iterable(each.deferred for each in self.portions.values()))

    @property
    def ended(self) -> list[SendAttempt]:
        return list(chain.from_iterable(each.ended for each in self.portions.values()))

    @property
    def tried_again(self) -> list[ClaimedSend]:
        return [send for send in self.sends if send.status is Status.DELIVERY_ATTEMPTED]

    @property
    def is_settled(self) -> bool:
        """Returns whether nothing is left to do for it: all of it is deferred."""
        return not self.channel_ids and not self.ended

    def queued(self, ids: Collection[str]) -> Batch:
        """Returns the batch once those that are tried again are queued: `ids`. The others are this worker's no more."""
        queued = {id: each._replace(sends=[*queued_again(each.sends, ids)]) for id, each in self.portions.items()}
        return replace(self, portions=queued)

    def without_moved(self, ids: Collection[str]) -> Batch:
        """Returns the batch without sends that wait for their channels no more, but went to stand-ins: `ids`."""
        portions = {
            channel_id: each._replace(
                deferred=[deferred for deferred in each.deferred if deferred.send.id not in ids],
                ended=[attempt for attempt in each.ended if attempt.send.id not in ids],
            )
            for channel_id, each in self.portions.items()
        }
        return replace(self, portions=portions)

    def without_lost(self, ids: Collection[str]) -> Batch:
        """Returns the batch without sends that are this worker's no more: `ids`."""
        portions = {
            channel_id: each._replace(sends=[send for send in each.sends if send.id not in ids])
            for channel_id, each in self.portions.items()
        }
        return replace(self, portions=portions)

    def ending(self, results: Results) -> Ending:
        """Returns how the batch ends once these are all of its results."""
        untried = [send for send in (*self.sends, *self.held) if send.id not in results.sends]
        unheard = set(self.channel_ids) - results.channel_ids
        return Ending(self.ended, untried, self.channel_ids, unheard, self.slots)

    def at_once(self, channel: OpenChannel) -> int:
        """Returns the number of sends of a channel that are tried at the same time."""
        if channel.settings.concurrency is None:
            return AT_ONCE
        return sum(slot.channel_id == channel.id for slot in self.slots)


def queued_again(sends: Sequence[ClaimedSend], ids: Collection[str]) -> Iterator[ClaimedSend]:
    for send in sends:
        if send.status is not Status.DELIVERY_ATTEMPTED:
            yield send
        elif send.id in ids:
            yield replace(send, status=Status.QUEUED)


def portion_of(
    sends: Sequence[ClaimedSend], admission: Admission, now: datetime, chance: Callable[[], float]
) -> Portion:
    """Returns the sends of a channel as it admits them. `chance`, from 0 to 1, chooses the one of a trial."""
    is_trial = admission.is_trial(now)
    if is_trial:
        # Not the first: a message that fails whatever the provider's state is would be tried after every pause.
        tried = with_its_copies(sends, int(chance() * len(sends)))
        sends = [sends[tried], *sends[:tried], *sends[tried + 1 :]]
    starting, others = sends[: admission.admitted], sends[admission.admitted :]
    waiting = [DeferredSend(send, at) for send, at in zip(others, admission.waiting, strict=True)]
    if (reason := admission.state.paused_for) is None:
        return Portion(starting, deferred=waiting)
    waiting, ended = divided(waiting, f"the channel has paused for too long: {reason}", now)
    if is_trial:
        return Portion(starting, held=[each.send for each in waiting], ended=ended)
    return Portion(starting, deferred=waiting, ended=ended)


def with_its_copies(sends: Sequence[ClaimedSend], index: int) -> int:
    """Returns the index of the send that the copies of a send's message go with, its own one without copies."""
    message_id = sends[index].message_id
    found = (at for at, each in enumerate(sends) if each.message_id == message_id and carries_copies(each))
    return next(found, index)


def unopened(sends: Sequence[ClaimedSend], now: datetime) -> Portion:
    """Returns the sends of a channel that cannot be opened."""
    waiting = [DeferredSend(send, now + UNOPENED_PAUSE) for send in sends]
    waiting, ended = divided(waiting, "the channel cannot be opened", now)
    return Portion(deferred=waiting, ended=ended)


def divided(
    waiting: Sequence[DeferredSend], reason: str, now: datetime
) -> tuple[list[DeferredSend], list[SendAttempt]]:
    """Divides sends that wait for their channel into those that go on waiting, and the ends of those that do not."""
    ended = [given_up(each.send, reason) for each in waiting if now - each.send.inserted_at >= LONGEST_WAIT]
    return [each for each in waiting if now - each.send.inserted_at < LONGEST_WAIT], ended
