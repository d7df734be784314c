"""Delays: from the commit of the earliest change that a client was not told of yet."""

from __future__ import annotations

import time
from uuid import UUID

from addressee.messaging.realtime.changes import NEW, FeedChange, FeedTopic
from addressee.messaging.realtime.delays import DELAYS, Delay, observe

ADA = FeedTopic(1, UUID(int=1), "$users", "ada")


def change(committed_at: float) -> FeedChange:
    return FeedChange(ADA, NEW, (), committed_at)


def test_the_earliest_counts_until_it_is_told() -> None:
    delay = Delay()
    delay.begin([change(20.0), change(10.0)])
    delay.begin([change(30.0)])
    assert delay.take() == 10.0
    assert delay.take() is None


def test_what_was_committed_at_an_unknown_time_does_not_count() -> None:
    delay = Delay()
    delay.begin([change(0), change(20.0)])
    delay.begin([])
    assert delay.take() == 20.0


def counted() -> tuple[float, float]:
    """Returns how many delays were counted, and their sum."""
    return sum(bucket.get() for bucket in DELAYS._buckets), DELAYS._sum.get()


def test_a_clock_that_is_ahead_makes_no_negative_delay() -> None:
    number, seconds = counted()
    observe(time.time() + 100)
    assert counted() == (number + 1, seconds)
    observe(time.time() - 100)
    assert 100 <= counted()[1] - seconds < 160
    observe(None)
    assert counted()[0] == number + 2
