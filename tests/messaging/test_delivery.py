"""The delivery state machine, without anything around it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.channels.sender import Failed, Failure, Sent
from addressee.messaging.delivery import (
    MAX_ATTEMPTS,
    Change,
    IllegalChangeError,
    Status,
    follow,
    outcome,
    retry_after,
)

LEGAL = {
    (None, "queued"),
    (None, "delivered"),
    (None, "not_sent"),
    (None, "undelivered"),
    ("queued", "sent"),
    ("queued", "delivery_attempted"),
    ("queued", "undelivered"),
    ("queued", "not_sent"),
    ("queued", "bounced"),
    ("delivery_attempted", "queued"),
    ("delivery_attempted", "undelivered"),
    ("sent", "delivered"),
    ("sent", "undelivered"),
    ("sent", "bounced"),
}


@pytest.mark.parametrize("after", Status)
@pytest.mark.parametrize("before", [None, *Status])
def test_every_change_is_either_legal_or_refused(before: Status | None, after: Status) -> None:
    if (before, after) in LEGAL:
        assert follow(before, (Change(after),)) is after
    else:
        with pytest.raises(IllegalChangeError, match=f"cannot become {after}"):
            follow(before, (Change(after),))


def attempted(attempt: int, *, retryable: bool) -> Change:
    return Change(
        Status.DELIVERY_ATTEMPTED,
        {"attempt": attempt, "max_attempts": 8, "retryable": retryable, "failure_details": "why"},
    )


@pytest.mark.parametrize(
    ("attempt", "result", "changes"),
    [
        (1, Sent(), (Change(Status.SENT),)),
        (8, Sent(), (Change(Status.SENT),)),
        (1, Failed(Failure.TEMPORARY, "why"), (attempted(1, retryable=True),)),
        (7, Failed(Failure.TEMPORARY, "why"), (attempted(7, retryable=True),)),
        (
            8,
            Failed(Failure.TEMPORARY, "why"),
            (
                attempted(8, retryable=False),
                Change(Status.UNDELIVERED, {"failure_reason": "retries_exhausted", "failure_details": "why"}),
            ),
        ),
        (
            1,
            Failed(Failure.PERMANENT, "why"),
            (Change(Status.UNDELIVERED, {"failure_reason": "fatal_error", "failure_details": "why"}),),
        ),
        (
            3,
            Failed(Failure.BOUNCED, "why"),
            (Change(Status.BOUNCED, {"failure_reason": "fatal_error", "failure_details": "why"}),),
        ),
    ],
)
def test_what_an_attempt_makes_of_a_message(attempt: int, result: Sent | Failed, changes: tuple[Change, ...]) -> None:
    assert outcome(attempt, result) == changes
    assert follow(Status.QUEUED, changes) is changes[-1].status


@given(st.floats(0, 1), st.integers(1, MAX_ATTEMPTS - 1))
def test_waits_grow_and_stay_near_their_middle(chance: float, attempt: int) -> None:
    middle = 10 * 2 ** (attempt - 1)
    assert 0.8 * middle <= retry_after(attempt, chance).total_seconds() <= 1.2 * middle


def test_all_attempts_fit_into_half_an_hour() -> None:
    longest = sum((retry_after(attempt, 1.0) for attempt in range(1, MAX_ATTEMPTS)), timedelta())
    assert longest < timedelta(minutes=30)
