"""The pace of a channel: pauses while its provider cannot be used, and its rate. Pure (senders.md §0, retry table).

All workers of an installation share the state of a channel, so that one of them finds out for all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil, floor
from typing import NamedTuple
from uuid import UUID

from addressee.channels.sender import Failed, Failure, Sent

# The number of times in a row that a provider is unavailable before its channel pauses.
FAILURES_BEFORE_PAUSE = 5

# By the reason of a pause: its length at first, which doubles with each further one, and at most.
PAUSES = {
    Failure.UNAVAILABLE: (timedelta(seconds=30), timedelta(minutes=10)),
    Failure.CREDENTIALS: (timedelta(minutes=1), timedelta(minutes=30)),
    Failure.RATE_LIMITED: (timedelta(seconds=1), timedelta(minutes=5)),
}
LONGEST_ASKED_PAUSE = timedelta(hours=1)

# After a pause a single message is tried, and the others wait this long for what comes of it.
TRIAL = timedelta(seconds=30)

# Messages of a channel all of whose slots are taken wait at least this long. One message is expected to hold a slot for
# so long: whatever the number of those that wait, they come back no more often.
SLOT_PAUSE = timedelta(seconds=1)
SLOT_HELD = timedelta(milliseconds=50)

# Failures after which the provider is known to take this channel's messages.
ANSWERS = frozenset({Failure.PERMANENT, Failure.BOUNCED, Failure.MISMATCHED, Failure.OPTED_OUT})

DEAD = frozenset({Failure.BOUNCED, Failure.MISMATCHED})

# Addresses are disabled no more once this many of a minute's messages bounced, and more than half of them.
MANY_DEAD = 10
DEAD_SHARE = 0.5
MINUTE = timedelta(minutes=1)
ADDRESSES_KEPT = timedelta(hours=1)

# An address that may be of another app is only disabled if the channel has reached others in this time.
RECENTLY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ChannelState:
    """The state of sending through a channel.

    Nothing is tried before `paused_until`, for the reason `paused_for`; `pauses` and `failures` count pauses and
    unavailable answers in a row. `tokens_at` is when the next message may start under the channel's rate, `queue_at`
    when those that wait for their turn end. `tried` and `dead` count the messages since `minute_at`, and those of them
    whose addresses were dead. No address is disabled before `addresses_kept_until`.
    """

    environment_id: int
    channel_id: UUID
    paused_for: Failure | None = None
    paused_at: datetime | None = None
    paused_until: datetime | None = None
    pauses: int = 0
    failures: int = 0
    tokens_at: datetime | None = None
    queue_at: datetime | None = None
    sent_at: datetime | None = None
    minute_at: datetime | None = None
    tried: int = 0
    dead: int = 0
    addresses_kept_until: datetime | None = None

    def is_paused(self, now: datetime) -> bool:
        return self.paused_until is not None and now < self.paused_until

    def keeps_addresses(self, now: datetime) -> bool:
        return self.addresses_kept_until is not None and now < self.addresses_kept_until

    def reached_others(self, now: datetime) -> bool:
        return self.sent_at is not None and now - self.sent_at < RECENTLY

    def configured(self, at: datetime) -> ChannelState:
        """Returns the state without its pause, if that began before the channel was configured."""
        return resumed(self) if self.paused_at is not None and self.paused_at < at else self


class Admission(NamedTuple):
    """The number of messages that may start now, when each of the others may, and the state after that."""

    admitted: int
    waiting: list[datetime]
    state: ChannelState

    def is_trial(self, now: datetime) -> bool:
        """Returns whether one message is tried to see if the provider is back, while all others wait for it."""
        return self.admitted > 0 and self.state.is_paused(now)


def resumed(state: ChannelState) -> ChannelState:
    if state.paused_at is None and not state.failures and not state.pauses:
        return state
    return replace(state, paused_for=None, paused_at=None, paused_until=None, pauses=0, failures=0)


def admit(state: ChannelState, wanted: int, rate: float | None, now: datetime) -> Admission:
    """Returns how many of some messages may start now. `rate` is the number that may start in a second, None: any."""
    if state.paused_until is not None and now < state.paused_until:
        return Admission(0, [state.paused_until] * wanted, state)
    if state.paused_for in {Failure.UNAVAILABLE, Failure.CREDENTIALS} and wanted:
        trial = now + TRIAL
        return Admission(1, [trial] * (wanted - 1), replace(state, paused_until=trial))
    return Admission(wanted, [], state) if rate is None else paced(state, wanted, rate, now)


def paced(state: ChannelState, wanted: int, rate: float, now: datetime) -> Admission:
    """Returns how many messages may start under a rate: at most those of one second at once.

    The others queue up behind those that wait already, and come back a second's worth at a time.
    """
    each = timedelta(seconds=1 / rate)
    window = max(timedelta(seconds=1), each)
    tokens_at = now - window if state.tokens_at is None else max(state.tokens_at, now - window)
    admitted = min(wanted, max(floor((now - tokens_at) / each + 1e-6), 0))
    tokens_at += admitted * each
    waiting: list[datetime] = []
    queue_at = state.queue_at
    if admitted < wanted:
        start = max(tokens_at, now, queue_at or now)
        places = range(1, wanted - admitted + 1)
        waiting = [start + ceil(place * each / window - 1e-6) * window for place in places]
        queue_at = start + len(places) * each
    return Admission(admitted, waiting, replace(state, tokens_at=tokens_at, queue_at=queue_at))


def in_line(state: ChannelState, wanted: int, concurrency: int, now: datetime) -> Admission:
    """Returns when messages come back together that found no slot: behind those that wait for their turn already."""
    queue_at = max(now, state.queue_at or now) + wanted * SLOT_HELD / concurrency
    at = max(queue_at, now + SLOT_PAUSE)
    return Admission(0, [at] * wanted, replace(state, queue_at=queue_at))


def untried(state: ChannelState, admitted: ChannelState, now: datetime) -> ChannelState:
    """Returns the state after a message that was admitted under a state was not tried.

    If it was to be the trial that the others wait for, the next of them is.
    """
    was_trial = admitted.paused_until is not None and state.paused_until == admitted.paused_until
    return replace(state, paused_until=now) if was_trial and state.is_paused(now) else state


def after(state: ChannelState, results: Iterable[Sent | Failed], began: datetime, now: datetime) -> ChannelState:
    """Returns the state after the results, in their order, of messages whose sending began at a time.

    Messages that were under way when a pause began do not prolong it, nor do they end one that the provider asked for.
    """
    is_news = state.paused_at is None or began > state.paused_at
    for result in results:
        if state.paused_for is Failure.RATE_LIMITED and state.paused_at is not None and began <= state.paused_at:
            state = replace(state, sent_at=now) if isinstance(result, Sent) else state
        elif is_news or isinstance(result, Sent):
            state = after_one(state, result, now)
        state = counted(state, result, now)
    return state


def after_one(state: ChannelState, result: Sent | Failed, now: datetime) -> ChannelState:
    match result:
        case Sent():
            state = resumed(state)
            return state if state.sent_at == now else replace(state, sent_at=now)
        case Failed(failure) if failure in ANSWERS:
            return resumed(state)
        case Failed(Failure.UNAVAILABLE):
            state = replace(state, failures=state.failures + 1)
            goes_on = state.failures < FAILURES_BEFORE_PAUSE and not state.pauses
            return state if goes_on else paused(state, result, now)
        case Failed(Failure.CREDENTIALS | Failure.RATE_LIMITED):
            return paused(state, result, now)
        case _:
            return state


def paused(state: ChannelState, failed: Failed, now: datetime) -> ChannelState:
    """Returns the state with a pause, which further failures of the same moment do not prolong."""
    if state.paused_at == now:
        return state
    first, longest = PAUSES[failed.failure]
    pause = min(first * float(2 ** min(state.pauses, 16)), longest)
    if failed.retry_after is not None:
        pause = max(pause, min(failed.retry_after, LONGEST_ASKED_PAUSE))
    return replace(
        state, paused_for=failed.failure, paused_at=now, paused_until=now + pause, pauses=state.pauses + 1, failures=0
    )


def counted(state: ChannelState, result: Sent | Failed, now: datetime) -> ChannelState:
    """Returns the state with a result counted, if it says whether an address lives."""
    is_dead = isinstance(result, Failed) and result.failure in DEAD
    if not is_dead and isinstance(result, Failed):
        return state
    if state.minute_at is None or now - state.minute_at >= MINUTE:
        state = replace(state, minute_at=now, tried=0, dead=0)
    state = replace(state, tried=state.tried + 1, dead=state.dead + is_dead)
    if state.dead < MANY_DEAD or state.dead <= state.tried * DEAD_SHARE:
        return state
    return replace(state, addresses_kept_until=now + ADDRESSES_KEPT)
