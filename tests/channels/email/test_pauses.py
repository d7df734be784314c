"""The pauses that providers of e-mail ask for in headers of their own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from addressee.channels.email.resend import judge as judge_resend
from addressee.channels.email.sendgrid import judge as judge_sendgrid
from addressee.channels.email.sendgrid import pause_until
from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest
from addressee.channels.sender import Failed, Failure
from addressee.directory.clock import Clock

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


class StoppedClock(Clock):
    def now(self) -> datetime:
        return NOW


def limited(headers: dict[str, str]) -> ProviderAnswer:
    return ProviderAnswer(ProviderRequest("vendor", "https://api.example.com", {}, b"", {}), 429, headers, b"{}")


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({}, None),
        ({"x-ratelimit-reset": str(int(NOW.timestamp()) + 40)}, timedelta(seconds=40)),
        ({"x-ratelimit-reset": str(int(NOW.timestamp()) + 40), "retry-after": "3"}, timedelta(seconds=3)),
    ],
)
def test_sendgrid_tells_when_its_limit_is_reset(headers: dict[str, str], pause: timedelta | None) -> None:
    result = judge_sendgrid(StoppedClock(), limited(headers))
    assert isinstance(result, Failed)
    assert (result.failure, result.retry_after) == (Failure.RATE_LIMITED, pause)


@pytest.mark.parametrize(
    ("reset", "pause"),
    [("1392815263", timedelta()), ("soon", None), ("", None), ("-1", None), ("9" * 11, None), (None, None)],
)
def test_a_time_that_is_over_asks_for_no_pause_and_nonsense_for_none(
    reset: str | None, pause: timedelta | None
) -> None:
    assert pause_until(reset, NOW) == pause


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({}, None),
        ({"ratelimit-reset": "2"}, timedelta(seconds=2)),
        ({"ratelimit-reset": "2", "retry-after": "1"}, timedelta(seconds=1)),
        ({"ratelimit-reset": "soon"}, None),
    ],
)
def test_resend_tells_for_how_long_its_limit_lasts(headers: dict[str, str], pause: timedelta | None) -> None:
    result = judge_resend(limited(headers))
    assert isinstance(result, Failed)
    assert (result.failure, result.retry_after) == (Failure.RATE_LIMITED, pause)
