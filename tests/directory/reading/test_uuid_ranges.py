"""Periods as UUIDv7s."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from addressee.directory.reading.uuid_ranges import FIRST_UID, UuidRange, first_at

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)

ids = st.integers(0, 2**74 - 1)
moments = st.datetimes(datetime(1970, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))


def made_at(milliseconds: int, rest: int) -> UUID:
    """A UUIDv7 of a millisecond, with all else of it drawn."""
    return UUID(int=milliseconds << 80 | 7 << 76 | (rest >> 62) << 64 | 2 << 62 | rest & (2**62 - 1))


def milliseconds(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // MILLISECOND


@given(moments, moments, moments, ids)
def test_an_id_is_in_a_span_when_its_millisecond_is_in_the_period(
    since: datetime, until: datetime, made: datetime, rest: int
) -> None:
    whole = made.replace(microsecond=made.microsecond // 1000 * 1000)
    uids = UuidRange.of(since, until)
    assert (uids.first <= made_at(milliseconds(made), rest) < uids.end) == (since <= whole < until)


@pytest.mark.parametrize(
    ("moment", "first"),
    [(NOON, NOON), (NOON + timedelta(microseconds=1), NOON + MILLISECOND), (NOON + MILLISECOND, NOON + MILLISECOND)],
)
def test_the_first_id_is_of_the_first_whole_millisecond(moment: datetime, first: datetime) -> None:
    assert first_at(moment) == UUID(int=milliseconds(first) << 80)
    assert first_at(moment.astimezone(timezone(timedelta(hours=2)))) == first_at(moment)


def test_times_before_all_ids() -> None:
    assert first_at(datetime(1, 1, 1, tzinfo=UTC)) == FIRST_UID


def test_it_is_how_ids_are_made() -> None:
    before = datetime.now(UTC)
    made = uuid7()
    uids = UuidRange.of(before - MILLISECOND, datetime.now(UTC) + MILLISECOND)
    assert uids.first <= made < uids.end
