"""Points in time that data names, and the zone in which they are read."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from addressee.timing.errors import TimingError
from addressee.timing.local_time import first_instant, instant_of, time_of_day
from addressee.timing.moments import moment
from addressee.timing.zones import ChosenZone, choose_zone

NOW = datetime(2025, 6, 4, 10, tzinfo=UTC)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2025-07-01T09:00:00Z", datetime(2025, 7, 1, 9, tzinfo=UTC)),
        ("2025-07-01T09:00:00+02:00", datetime(2025, 7, 1, 7, tzinfo=UTC)),
        ("2025-07-01T09:00:00", datetime(2025, 7, 1, 9, tzinfo=UTC)),
        ("2025-07-01", datetime(2025, 7, 1, tzinfo=UTC)),
        ("2020-01-01T00:00:00Z", datetime(2020, 1, 1, tzinfo=UTC)),
        ("10m", datetime(2025, 6, 4, 10, 10, tzinfo=UTC)),
        (3600, datetime(2025, 6, 4, 11, tzinfo=UTC)),
        ({"unit": "days", "value": 1}, datetime(2025, 6, 5, 10, tzinfo=UTC)),
        ("PT1H", datetime(2025, 6, 4, 11, tzinfo=UTC)),
        ({"frequency": "daily", "hours": 9, "minutes": 30}, datetime(2025, 6, 5, 7, 30, tzinfo=UTC)),
        ("0 9 * * *", datetime(2025, 6, 5, 7, tzinfo=UTC)),
        ("FREQ=DAILY;BYHOUR=9", datetime(2025, 6, 5, 7, tzinfo=UTC)),
    ],
)
def test_what_names_a_moment(value: Any, expected: datetime) -> None:
    assert moment(value, NOW, AMSTERDAM) == expected


@pytest.mark.parametrize("value", [None, "", "soon", [], {}, True, {"unit": "minutes"}, "2025-13-01T00:00:00Z"])
def test_what_names_none(value: Any) -> None:
    with pytest.raises(TimingError, match="it must be a timestamp like 2025-06-01T09:00:00Z, a duration"):
        moment(value, NOW, AMSTERDAM)


def test_a_rule_that_is_wrong_or_never_due_is_told_apart() -> None:
    with pytest.raises(TimingError, match="hours must be a whole number"):
        moment({"frequency": "daily", "hours": 99}, NOW, AMSTERDAM)
    with pytest.raises(TimingError, match="the rule never falls due"):
        moment("0 0 31 2 *", NOW, AMSTERDAM)


def test_the_first_zone_that_there_is_applies() -> None:
    assert choose_zone(None, "Asia/Kathmandu", "Europe/Paris") == ChosenZone(ZoneInfo("Asia/Kathmandu"))
    assert choose_zone("Mars/Base", 7, "", "Asia/Kathmandu") == ChosenZone(ZoneInfo("Asia/Kathmandu"), ("Mars/Base",))
    assert choose_zone(None) == ChosenZone(ZoneInfo("Etc/UTC"))


def test_local_times_that_are_skipped_or_come_twice() -> None:
    assert instant_of(datetime(2025, 3, 30, 2, 30), AMSTERDAM) == datetime(2025, 3, 30, 1, 30, tzinfo=UTC)
    assert first_instant(datetime(2025, 3, 30, 2, 30), AMSTERDAM) == datetime(2025, 3, 30, 1, tzinfo=UTC)
    assert instant_of(datetime(2025, 10, 26, 2, 30), AMSTERDAM) == datetime(2025, 10, 26, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("value", ["", "9", "25:00", "09:00Z", None, 9, "0900"])
def test_what_is_no_time_of_day(value: Any) -> None:
    with pytest.raises(TimingError, match="no time of day, like 09:00"):
        time_of_day(value)
