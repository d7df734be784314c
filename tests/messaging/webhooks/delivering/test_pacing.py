"""When deliveries are tried again, and when endpoints pause or are disabled: pure rules."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.messaging.webhooks.delivering.pacing import (
    DISABLED_AFTER,
    FAILURES_BEFORE_PAUSE,
    LONGEST_ASKED_PAUSE,
    LONGEST_PAUSE,
    RETRIES,
    Pace,
    Result,
    after,
    retry_at,
)
from addressee.messaging.webhooks.model import DisabledFor

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DONE, FAILED, GONE = Result(204, ""), Result(500, ""), Result(410, "")

results = st.sampled_from([DONE, FAILED, Result(None, "away"), Result(503, "", timedelta(minutes=2)), Result(301, "")])


def never() -> float:
    return 0.0


def test_a_delivery_is_tried_again_eight_times_over_almost_two_days() -> None:
    pauses = []
    attempts = 1
    while (at := retry_at(attempts, FAILED, NOW, never)) is not None:
        pauses.append(at - NOW)
        attempts += 1
    assert pauses == list(RETRIES)
    assert len(pauses) == 8
    assert timedelta(days=1) < sum(pauses, timedelta()) < timedelta(days=2)


def test_pauses_differ_by_a_tenth_at_most() -> None:
    assert retry_at(2, FAILED, NOW, lambda: 1.0) == NOW + timedelta(seconds=66)


@pytest.mark.parametrize(
    ("status", "asked", "pause"),
    [
        (429, timedelta(minutes=3), timedelta(minutes=3)),
        (503, timedelta(minutes=3), timedelta(minutes=3)),
        (503, timedelta(seconds=1), timedelta(seconds=5)),
        (503, timedelta(days=9), timedelta(days=1)),
        (500, timedelta(minutes=3), timedelta(seconds=5)),
    ],
)
def test_a_busy_endpoint_may_ask_for_a_longer_pause(status: int, asked: timedelta, pause: timedelta) -> None:
    assert retry_at(1, Result(status, "", asked), NOW, never) == NOW + pause


def test_an_endpoint_pauses_after_a_few_failures_in_a_row_and_longer_after_each_trial() -> None:
    pace = after(Pace(), [FAILED] * (FAILURES_BEFORE_PAUSE - 1), NOW)
    assert pace.goes_on
    pauses = []
    at = NOW
    for _ in range(7):
        pace = after(replace(pace, paused_until=None), [FAILED], at)
        assert pace.paused_until is not None
        pauses.append((pace.paused_until - at).total_seconds())
        at = pace.paused_until
    assert pauses == [30, 60, 120, 240, 480, 600, 600]
    assert pace.is_on_trial
    assert pace.failing_since == NOW


def test_those_that_fail_together_are_one_reason_to_pause() -> None:
    pace = after(Pace(), [FAILED] * 10, NOW)
    assert (pace.failures, pace.paused_until) == (FAILURES_BEFORE_PAUSE, NOW + timedelta(seconds=30))


def test_a_busy_endpoint_is_left_alone_for_as_long_as_it_asks() -> None:
    asks = Result(429, "", timedelta(minutes=7))
    assert after(Pace(), [asks], NOW).paused_until == NOW + timedelta(minutes=7)
    assert after(Pace(), [Result(429, "", timedelta(days=7))], NOW).paused_until == NOW + LONGEST_ASKED_PAUSE


def test_one_that_is_gone_is_disabled_at_once() -> None:
    assert after(Pace(), [GONE], NOW).disabled_for is DisabledFor.GONE
    assert after(Pace(), [GONE, DONE], NOW).disabled_for is DisabledFor.GONE


@pytest.mark.parametrize(("past", "reason"), [(-timedelta(seconds=1), None), (timedelta(), DisabledFor.FAILING)])
def test_one_that_fails_for_days_is_disabled(past: timedelta, reason: DisabledFor | None) -> None:
    failing = Pace(NOW, 9)
    assert after(failing, [FAILED], NOW + DISABLED_AFTER + past).disabled_for is reason


@given(st.lists(results), st.lists(results))
def test_a_success_ends_all_that_was_said_against_an_endpoint(before: list[Result], later: list[Result]) -> None:
    assert after(Pace(), [*before, DONE, *later], NOW) == after(Pace(), later, NOW)


@given(st.lists(results))
def test_no_pause_is_longer_than_the_longest(given: list[Result]) -> None:
    pace = after(Pace(), given, NOW)
    assert pace.paused_until is None or pace.paused_until - NOW <= max(LONGEST_PAUSE, LONGEST_ASKED_PAUSE)
    assert (pace.failing_since is None) == (pace == Pace())
