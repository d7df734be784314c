"""The delivery state machine, without anything around it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.channels.sender import Failed, Failure, Sent
from addressee.messaging.messages.status import (
    MAX_ATTEMPTS,
    IllegalChangeError,
    Status,
    StatusChange,
    combined,
    combined_changes,
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
    ("queued", "delivered"),
    ("queued", "delivery_attempted"),
    ("queued", "undelivered"),
    ("queued", "not_sent"),
    ("queued", "bounced"),
    ("delivery_attempted", "queued"),
    ("delivery_attempted", "undelivered"),
    ("delivery_attempted", "not_sent"),
    ("delivery_attempted", "bounced"),
    ("sent", "delivered"),
    ("sent", "undelivered"),
    ("sent", "bounced"),
    ("undelivered", "queued"),
    ("not_sent", "queued"),
    ("bounced", "queued"),
}


@pytest.mark.parametrize("after", Status)
@pytest.mark.parametrize("before", [None, *Status])
def test_every_change_is_either_legal_or_refused(before: Status | None, after: Status) -> None:
    if (before, after) in LEGAL:
        assert follow(before, (StatusChange(after),)) is after
    else:
        with pytest.raises(IllegalChangeError, match=f"cannot become {after}"):
            follow(before, (StatusChange(after),))


def attempted(attempt: int, *, retryable: bool) -> StatusChange:
    return StatusChange(
        Status.DELIVERY_ATTEMPTED,
        {"attempt": attempt, "max_attempts": 8, "retryable": retryable, "failure_details": "why"},
    )


@pytest.mark.parametrize(
    ("attempt", "result", "changes"),
    [
        (1, Sent(), (StatusChange(Status.SENT),)),
        (8, Sent(), (StatusChange(Status.SENT),)),
        (1, Failed(Failure.TEMPORARY, "why"), (attempted(1, retryable=True),)),
        (7, Failed(Failure.TEMPORARY, "why"), (attempted(7, retryable=True),)),
        (
            8,
            Failed(Failure.TEMPORARY, "why"),
            (
                attempted(8, retryable=False),
                StatusChange(Status.UNDELIVERED, {"failure_reason": "retries_exhausted", "failure_details": "why"}),
            ),
        ),
        (
            1,
            Failed(Failure.PERMANENT, "why"),
            (StatusChange(Status.UNDELIVERED, {"failure_reason": "fatal_error", "failure_details": "why"}),),
        ),
        (
            3,
            Failed(Failure.BOUNCED, "why"),
            (StatusChange(Status.BOUNCED, {"failure_reason": "fatal_error", "failure_details": "why"}),),
        ),
    ],
)
def test_what_an_attempt_makes_of_a_message(
    attempt: int, result: Sent | Failed, changes: tuple[StatusChange, ...]
) -> None:
    assert outcome(attempt, result) == changes
    assert follow(Status.QUEUED, changes) is changes[-1].status


@given(st.floats(0, 1), st.integers(1, MAX_ATTEMPTS - 1))
def test_waits_grow_and_stay_near_their_middle(chance: float, attempt: int) -> None:
    middle = 10 * 2 ** (attempt - 1)
    assert 0.8 * middle <= retry_after(attempt, chance).total_seconds() <= 1.2 * middle


def test_all_attempts_fit_into_half_an_hour() -> None:
    longest = sum((retry_after(attempt, 1.0) for attempt in range(1, MAX_ATTEMPTS)), timedelta())
    assert longest < timedelta(minutes=30)


@pytest.mark.parametrize(
    ("attempt", "pause", "waits"),
    [(1, 3, 10), (1, 90, 90), (7, 90, 640), (1, 86_400, 3600), (1, 0, 10)],
)
def test_a_provider_may_ask_for_a_pause_of_up_to_an_hour(attempt: int, pause: int, waits: int) -> None:
    assert retry_after(attempt, 0.5, timedelta(seconds=pause)) == timedelta(seconds=waits)


@pytest.mark.parametrize(
    ("sends", "message"),
    [
        ("queued", "queued"),
        ("sent queued bounced", "sent"),
        ("sent undelivered", "sent"),
        ("sent delivery_attempted", "sent"),
        ("queued delivery_attempted bounced", "queued"),
        ("delivery_attempted undelivered not_sent", "delivery_attempted"),
        ("bounced bounced", "bounced"),
        ("bounced undelivered", "bounced"),
        ("undelivered undelivered", "undelivered"),
        ("not_sent bounced", "not_sent"),
    ],
)
def test_a_message_has_the_best_status_of_its_sends(sends: str, message: str) -> None:
    assert combined(map(Status, sends.split())) is Status(message)


GONE = StatusChange(Status.BOUNCED, {"failure_details": "no such device"})


@pytest.mark.parametrize(
    ("before", "changes", "of_the_message"),
    [
        (["queued", "queued"], [(0, StatusChange(Status.SENT)), (1, GONE)], [StatusChange(Status.SENT)]),
        (["queued", "queued"], [(0, GONE), (1, StatusChange(Status.SENT))], [StatusChange(Status.SENT)]),
        (["queued", "queued"], [(0, GONE)], []),
        (["bounced", "queued"], [(1, GONE)], [GONE]),
        (["queued", "queued"], [(0, attempted(1, retryable=True)), (1, GONE)], [attempted(1, retryable=True)]),
        (["sent", "delivery_attempted"], [(1, StatusChange(Status.QUEUED)), (1, StatusChange(Status.SENT))], []),
        (["delivery_attempted", "bounced"], [(0, StatusChange(Status.QUEUED))], [StatusChange(Status.QUEUED)]),
        # Why a message is where it is was told when the other send came there.
        (["delivery_attempted", "queued"], [(1, GONE)], [StatusChange(Status.DELIVERY_ATTEMPTED)]),
    ],
)
def test_a_message_changes_when_its_best_send_does(
    before: list[str], changes: list[tuple[int, StatusChange]], of_the_message: list[StatusChange]
) -> None:
    sends = {str(number): Status(status) for number, status in enumerate(before)}
    found = combined_changes(sends, [(str(number), change) for number, change in changes])
    assert found == tuple(of_the_message)


RESULTS = st.one_of(st.just(Sent()), st.sampled_from(Failure).map(lambda failure: Failed(failure, "why")))


@given(st.data(), st.integers(1, 4))
def test_whatever_becomes_of_its_sends_a_message_takes_legal_steps_to_what_they_say(
    data: st.DataObject, count: int
) -> None:
    sends = {str(number): Status.QUEUED for number in range(count)}
    attempts = dict.fromkeys(sends, 0)
    message: Status | None = Status.QUEUED
    while waiting := [id for id, status in sends.items() if status in {Status.QUEUED, Status.DELIVERY_ATTEMPTED}]:
        claimed = data.draw(st.lists(st.sampled_from(waiting), min_size=1, unique=True))
        again = [(id, StatusChange(Status.QUEUED)) for id in claimed if sends[id] is Status.DELIVERY_ATTEMPTED]
        tried = []
        for id in claimed:
            gone = data.draw(st.booleans())
            attempts[id] += 1
            changes = (StatusChange(Status.NOT_SENT),) if gone else outcome(attempts[id], data.draw(RESULTS))
            tried += [(id, change) for change in changes]
        for batch in (again, tried):
            made = combined_changes(sends, batch)
            message = follow(message, made)
            if count == 1:
                assert made == tuple(change for _, change in batch)
            for id, change in batch:
                assert follow(sends[id], (change,)) is change.status
                sends[id] = change.status
            assert message is combined(sends.values())
