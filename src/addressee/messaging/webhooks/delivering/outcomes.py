"""Outcomes of claimed deliveries: what each of a line becomes by what was answered. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple, TypeAlias

from addressee.messaging.webhooks.delivering.pacing import Result, retry_at
from addressee.messaging.webhooks.model import Delivery, DeliveryStatus

# What waited for longer, as its endpoint was disabled, is not told any more.
LONGEST_WAIT = timedelta(days=7)

Line: TypeAlias = Sequence[Delivery]


class Tried(NamedTuple):
    """A delivery that was tried."""

    delivery: Delivery
    result: Result
    at: datetime
    milliseconds: int

    @property
    def number(self) -> int:
        return self.delivery.attempts + 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a claimed delivery. `ends_line`: it is the last that was claimed of its line, all settled."""

    delivery: Delivery
    status: DeliveryStatus
    attempts: int
    due_at: datetime | None
    ends_line: bool = False

    @property
    def recipient_id(self) -> str:
        return self.delivery.recipient.id

    @property
    def position(self) -> int:
        return self.delivery.position


class RecordedAttempt(NamedTuple):
    """An attempt as it is stored."""

    position: int
    number: int
    attempted_at: datetime
    milliseconds: int
    status: int | None
    answer: str


def lines_of(claimed: Iterable[Delivery]) -> Iterator[Line]:
    """Yields the deliveries of each recipient, in the order of what happened."""
    for _, line in groupby(claimed, lambda delivery: delivery.recipient.id):
        yield list(line)


def is_too_old(delivery: Delivery, now: datetime) -> bool:
    return now - (delivery.again_at or delivery.occurred_at) > LONGEST_WAIT


def outcomes_of(
    line: Line,
    settled: Mapping[int, DeliveryStatus],
    tried: Mapping[int, Tried],
    now: datetime,
    chance: Callable[[], float],
) -> list[Outcome]:
    """Returns what the beginning of a line becomes, by positions: what was `settled` without a request, and `tried`.

    What follows one that is tried again waits as long as that, and what nobody came to is due now.
    """
    found: list[Outcome] = []
    waits_until: datetime | None = None
    for delivery in line:
        attempt = tried.get(delivery.position)
        if waits_until is not None:
            found.append(Outcome(delivery, DeliveryStatus.PENDING, delivery.attempts, waits_until))
        elif attempt is not None:
            found.append(outcome_of(attempt, now, chance))
            waits_until = found[-1].due_at
        elif (status := settled.get(delivery.position)) is not None:
            found.append(Outcome(delivery, status, delivery.attempts, None))
        else:
            waits_until = now
            found.append(Outcome(delivery, DeliveryStatus.PENDING, delivery.attempts, now))
    if waits_until is None:
        last = found[-1]
        found[-1] = Outcome(last.delivery, last.status, last.attempts, None, ends_line=True)
    return found


def outcome_of(tried: Tried, now: datetime, chance: Callable[[], float]) -> Outcome:
    if tried.result.is_success:
        return Outcome(tried.delivery, DeliveryStatus.DELIVERED, tried.number, None)
    due_at = retry_at(tried.number, tried.result, now, chance)
    status = DeliveryStatus.FAILED if due_at is None else DeliveryStatus.PENDING
    return Outcome(tried.delivery, status, tried.number, due_at)


def attempts_in(tried: Iterable[Tried]) -> list[RecordedAttempt]:
    return [
        RecordedAttempt(
            each.delivery.position, each.number, each.at, each.milliseconds, each.result.status, each.result.answer
        )
        for each in tried
    ]
