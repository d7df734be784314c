"""Settings of Twilio channels, and what templates may lay over their requests."""

from typing import Any
from urllib.parse import parse_qsl

import pytest
from msgspec import convert

from addressee.channels.sms.twilio import TWILIO
from addressee.channels.twilio import TwilioSettings, message_request

TOKEN = {"account_sid": "AC1", "auth_token": "t0ken"}
KEY = {"account_sid": "AC1", "api_key": "SK1", "api_secret": "s3cret"}
SENDER = "a Twilio channel needs either 'from' or 'messaging_service_sid'"


@pytest.mark.parametrize(
    ("settings", "problems"),
    [
        ({**TOKEN, "from": "Ada"}, []),
        ({**KEY, "messaging_service_sid": "MG1"}, []),
        ({**TOKEN, **KEY, "from": "Ada"}, []),
        (TOKEN, [("from", SENDER)]),
        ({**TOKEN, "from": "Ada", "messaging_service_sid": "MG1"}, [("from", SENDER)]),
        (
            {"account_sid": "AC1", "from": "Ada"},
            [("auth_token", "a Twilio channel needs 'auth_token', or 'api_key' with 'api_secret'")],
        ),
        (
            {"account_sid": "AC1", "from": "Ada", "api_key": "SK1"},
            [("api_secret", "'api_key' and 'api_secret' are given together")],
        ),
        (
            {**TOKEN, "from": "Ada", "status_callback": "/providers/1/s"},
            [("status_callback", "this must be a URL like https://addressee.example.com/providers/...")],
        ),
    ],
)
def test_a_channel_needs_credentials_and_one_sender(settings: dict[str, Any], problems: list[tuple[str, str]]) -> None:
    assert list(TWILIO.problems(settings)) == problems


def test_overrides_are_laid_over_the_form() -> None:
    settings = convert({**TOKEN, "from": "Ada"}, TwilioSettings)
    overrides = {
        "From": None,
        "MessagingServiceSid": "MG1",
        "SmartEncoded": True,
        "ValidityPeriod": 60,
        "MediaUrl": ["a", "b"],
        "PersistentAction": [{"geo": 1}],
    }
    request = message_request(settings, {"To": "+1", "Body": "x"}, overrides, {}, ())
    assert parse_qsl(request.content.decode()) == [
        ("To", "+1"),
        ("Body", "x"),
        ("MessagingServiceSid", "MG1"),
        ("SmartEncoded", "true"),
        ("ValidityPeriod", "60"),
        ("MediaUrl", "a"),
        ("MediaUrl", "b"),
        ("PersistentAction", '{"geo":1}'),
    ]
