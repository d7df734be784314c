"""Pauses and rates of channels."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.channels.sender import Failed, Failure, Sent
from addressee.messaging.delivery.channels.pacing import ChannelState, admit, after, in_line, untried

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
FRESH = ChannelState(1, UUID(int=1))
SECOND = timedelta(seconds=1)
UNAVAILABLE = Failed(Failure.UNAVAILABLE, "why")
BOUNCED = Failed(Failure.BOUNCED, "why")


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def told(state: ChannelState, *results: Sent | Failed, at: datetime = NOW) -> ChannelState:
    """Returns the state after results of messages whose sending began and ended at a time."""
    return after(state, results, at, at)


def test_a_channel_without_a_rate_that_works_takes_everything() -> None:
    assert admit(FRESH, 25, None, NOW) == (25, [], FRESH)


def test_a_provider_that_is_unavailable_five_times_in_a_row_gets_a_pause() -> None:
    state = told(FRESH, *[UNAVAILABLE] * 4)
    assert not state.is_paused(NOW)
    state = told(state, UNAVAILABLE)
    assert (state.paused_for, state.paused_until) == (Failure.UNAVAILABLE, at(30))
    assert admit(state, 2, None, at(29)) == (0, [at(30)] * 2, state)


def test_what_arrives_in_between_begins_the_count_anew() -> None:
    state = told(FRESH, *[UNAVAILABLE] * 4, Sent(), *[UNAVAILABLE] * 4)
    assert not state.is_paused(NOW)


def test_after_a_pause_one_message_is_tried_and_the_others_wait_for_it() -> None:
    state = told(FRESH, Failed(Failure.CREDENTIALS, "why"))
    assert state.paused_until == at(60)
    admitted, waiting, state = admit(state, 3, None, at(60))
    assert (admitted, waiting) == (1, [at(90)] * 2)
    assert admit(state, 3, None, at(61)).admitted == 0
    assert admit(told(state, Sent(), at=at(62)), 3, None, at(62)).admitted == 3


@pytest.mark.parametrize(
    ("failure", "pauses"),
    [
        (Failure.CREDENTIALS, [60, 120, 240, 480, 960, 1800, 1800]),
        (Failure.UNAVAILABLE, [30, 60, 120, 240, 480, 600, 600]),
        (Failure.RATE_LIMITED, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]),
    ],
)
def test_pauses_double_up_to_a_limit(failure: Failure, pauses: list[int]) -> None:
    now, state, lengths = NOW, replace(FRESH, failures=4), []
    for _ in pauses:
        state = told(state, Failed(failure, "why"), at=now)
        assert state.paused_until is not None
        lengths.append((state.paused_until - now).total_seconds())
        now = state.paused_until
    assert lengths == pauses


def test_a_provider_says_how_long_a_pause_is_up_to_an_hour() -> None:
    limited = Failed(Failure.RATE_LIMITED, "why", retry_after=timedelta(seconds=7))
    assert told(FRESH, limited).paused_until == at(7)
    assert told(FRESH, replace(limited, retry_after=timedelta(days=1))).paused_until == at(3600)


def test_messages_under_way_when_a_pause_began_do_not_prolong_it() -> None:
    state = told(FRESH, *[Failed(Failure.CREDENTIALS, "why")] * 5)
    assert state.paused_until == at(60)
    assert after(state, [Failed(Failure.CREDENTIALS, "why")], at(-5), at(2)) == state


def test_messages_under_way_do_not_end_a_pause_that_the_provider_asked_for() -> None:
    limited = Failed(Failure.RATE_LIMITED, "why", retry_after=timedelta(minutes=5))
    state = after(FRESH, [limited, Sent()], at(-1), NOW)
    assert (state.paused_until, state.sent_at) == (at(300), NOW)
    assert after(state, [Sent()], at(-2), at(1)).paused_until == at(300)
    assert not after(state, [Sent()], at(300), at(301)).is_paused(at(301))


def test_a_refused_message_shows_that_the_provider_works() -> None:
    assert not told(FRESH, *[UNAVAILABLE] * 5, Failed(Failure.PERMANENT, "why")).is_paused(NOW)


def test_a_channel_that_is_configured_anew_is_tried_at_once() -> None:
    state = told(FRESH, Failed(Failure.CREDENTIALS, "why"))
    assert state.configured(at(-1)) == state
    assert admit(state.configured(at(1)), 3, None, at(1)).admitted == 3


def test_a_rate_admits_one_seconds_worth_and_the_rest_comes_back_by_the_second() -> None:
    admitted, waiting, state = admit(FRESH, 25, 10, NOW)
    assert (admitted, waiting) == (10, [at(1)] * 10 + [at(2)] * 5)
    assert admit(state, 5, 10, NOW)[:2] == (0, [at(2.5)] * 5)
    assert admit(state, 10, 10, at(1)).admitted == 10


def test_a_trial_that_did_not_take_place_leaves_the_channel_to_the_next_one() -> None:
    state = told(FRESH, Failed(Failure.CREDENTIALS, "why"))
    admission = admit(state, 3, None, at(60))
    assert admission.is_trial(at(60))
    freed = untried(admission.state, admission.state, at(61))
    assert admit(freed, 2, None, at(61)).is_trial(at(61))


def test_what_was_not_tried_ends_no_pause_that_began_meanwhile() -> None:
    admitted = admit(FRESH, 3, None, NOW)
    state = told(admitted.state, Failed(Failure.CREDENTIALS, "why"))
    assert untried(state, admitted.state, at(1)) == state
    trial = admit(state, 3, None, at(60))
    again = told(trial.state, Failed(Failure.CREDENTIALS, "why"), at=at(62))
    assert untried(again, trial.state, at(63)) == again


def test_messages_that_find_no_slot_come_back_one_after_the_other() -> None:
    """However many wait, no more of them ask for a slot in a second than could have had one."""
    state, waiting = FRESH, []
    for _ in range(1_000):
        admission = in_line(state, 1, 3, NOW)
        state = admission.state
        waiting += admission.waiting
    seconds = Counter(int((each - NOW).total_seconds()) for each in waiting)
    assert min(waiting) == at(1)
    assert max(seconds.values()) <= 2 * 3 * 20
    assert at(16) < max(waiting) < at(17)


def test_messages_of_a_page_that_find_no_slot_come_back_together() -> None:
    assert in_line(FRESH, 25, 1, NOW)[:2] == (0, [at(1.25)] * 25)


def test_a_rate_below_one_a_second() -> None:
    admitted, waiting, state = admit(FRESH, 3, 0.5, NOW)
    assert (admitted, waiting) == (1, [at(2), at(4)])
    assert admit(state, 1, 0.5, at(1.9)).admitted == 0
    assert admit(state, 1, 0.5, at(2)).admitted == 1


@given(
    st.floats(0.1, 200),
    st.lists(st.tuples(st.floats(0, 3), st.integers(1, 40)), min_size=1, max_size=40),
)
def test_a_rate_is_never_exceeded(rate: float, asked: list[tuple[float, int]]) -> None:
    now, state, admitted = NOW, FRESH, 0
    for pause, wanted in asked:
        now += timedelta(seconds=pause)
        number, waiting, state = admit(state, wanted, rate, now)
        admitted += number
        assert len(waiting) == wanted - number
        assert all(due > now for due in waiting)
    burst = max(rate, 1)
    assert admitted <= (now - NOW).total_seconds() * rate + burst + 0.01


def test_addresses_are_kept_once_most_of_a_minutes_are_dead() -> None:
    state = told(FRESH, *[BOUNCED] * 9)
    assert not state.keeps_addresses(NOW)
    state = told(state, BOUNCED)
    assert state.keeps_addresses(at(3599))
    assert not state.keeps_addresses(at(3600))


def test_dead_addresses_among_many_that_live_are_nothing_special() -> None:
    assert not told(FRESH, *[Sent()] * 20, *[BOUNCED] * 20).keeps_addresses(NOW)
    assert not told(told(FRESH, *[BOUNCED] * 9), *[BOUNCED] * 9, at=at(60)).keeps_addresses(at(60))


def test_a_channel_has_reached_others_for_a_day() -> None:
    state = told(FRESH, Sent())
    assert (FRESH.reached_others(NOW), state.reached_others(at(86_399)), state.reached_others(at(86_400))) == (
        False,
        True,
        False,
    )
