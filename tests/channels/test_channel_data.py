"""Channel data that each provider's channels take, keep and refuse (knock.md §3.8)."""

from typing import Any

import pytest

from addressee.channels.channel_data import MAX_ENTRIES, MAX_TEXT_LENGTH
from addressee.directory.errors import RefusedError
from tests.support.providers import provider_named

NOWHERE = {"locale": None, "timezone": None}
BERLIN = {"locale": "de", "timezone": "Europe/Berlin"}
WEBHOOK = {"incoming_webhook": {"url": "https://hooks.example.com/1"}}
BROWSER = {
    "id": "1",
    "identifier": "https://push.example.com/1",
    "endpoint": "https://push.example.com/1",
    "p256dh": "p",
    "auth": "a",
    "created_at": "2025-06-01T12:00:00.000Z",
    "updated_at": "2025-06-01T12:00:00.000Z",
}


def each(providers: str, *cases: tuple[Any, Any]) -> list[tuple[str, Any, Any]]:
    return [(provider, given, expected) for provider in providers.split() for given, expected in cases]


def kept(*given: Any) -> list[tuple[Any, Any]]:
    """Returns cases of data that are answered as they were given."""
    return [(data, data) for data in given]


TAKEN = [
    *each(
        "fcm apns expo",
        ({"tokens": ["t1"]}, {"tokens": ["t1"], "devices": [{"token": "t1", **NOWHERE}]}),
        ({"devices": [{"token": "t1"}]}, {"tokens": ["t1"], "devices": [{"token": "t1", **NOWHERE}]}),
        ({"devices": [{"token": "t1", **BERLIN}]}, {"tokens": ["t1"], "devices": [{"token": "t1", **BERLIN}]}),
        ({"tokens": []}, {"tokens": [], "devices": []}),
        (
            {"tokens": ["t1", "t2", "t1"]},
            {"tokens": ["t1", "t2"], "devices": [{"token": "t1", **NOWHERE}, {"token": "t2", **NOWHERE}]},
        ),
        (  # a client sends back what it has read, and one device more
            {"tokens": ["t1", "t2"], "devices": [{"token": "t1", **BERLIN}]},
            {"tokens": ["t1", "t2"], "devices": [{"token": "t1", **BERLIN}, {"token": "t2", **NOWHERE}]},
        ),
        (
            {"tokens": None, "devices": [{"token": "t1", "model": "X"}], "badge": 3},
            {"tokens": ["t1"], "devices": [{"token": "t1", "model": "X", **NOWHERE}], "badge": 3},
        ),
    ),
    *each(
        "aws_sns",
        ({"target_arns": ["a1"]}, {"target_arns": ["a1"], "devices": [{"target_arn": "a1", **NOWHERE}]}),
        (
            {"devices": [{"target_arn": "a1", **BERLIN}]},
            {"target_arns": ["a1"], "devices": [{"target_arn": "a1", **BERLIN}]},
        ),
    ),
    *each("one_signal", ({"player_ids": ["p1", "p1", "p2"]}, {"player_ids": ["p1", "p2"]}), ({}, {"player_ids": []})),
    *each(
        "slack",
        *kept(
            {"connections": [{"access_token": "xoxb", "channel_id": "C1", "channel_name": None}]},
            {"connections": [{"user_id": "U1", "knock_tenant_id": "acme"}, {**WEBHOOK, "knock_tenant_id": "acme"}]},
            {"connections": [{"channel_id": "C1", "newer": {"than": "this"}}], "token": {"access_token": "xoxb"}},
        ),
        ({"token": {"access_token": "xoxb"}}, {"token": {"access_token": "xoxb"}, "connections": []}),
    ),
    *each(
        "ms_teams",
        *kept(
            {"connections": [{"ms_teams_team_id": "T1", "ms_teams_channel_id": "C1"}]},
            {"connections": [{"ms_teams_user_id": "U1"}, WEBHOOK], "ms_teams_tenant_id": "M1"},
        ),
        ({"ms_teams_tenant_id": "M1"}, {"ms_teams_tenant_id": "M1", "connections": []}),
    ),
    *each("discord", *kept({"connections": [{"channel_id": "C1"}, WEBHOOK]})),
    *each("web_push", *kept({"subscriptions": []}, {"subscriptions": [BROWSER], "other": 1})),
    *each("web_push", ({"subscriptions": [BROWSER, {**BROWSER, "auth": "b"}]}, {"subscriptions": [BROWSER]})),
    *each(
        "meta",
        (
            {"phone_numbers": ["+44 (0)20 7183-8750", "+442071838750", "+491701234567"], "other": 1},
            {"phone_numbers": ["+442071838750", "+491701234567"], "other": 1},
        ),
        ({"phone_numbers": None}, {"phone_numbers": []}),
        ({}, {}),
    ),
    *each("webhook smtp outbox feed twilio", *kept({}, {"a": [1]})),
]


@pytest.mark.parametrize(("provider", "given", "answered"), TAKEN)
def test_what_is_taken_and_how_it_is_answered(provider: str, given: Any, answered: Any) -> None:
    form = provider_named(provider).data
    stored = form.checked(given, "data")
    assert form.complete(stored) == answered
    assert form.checked(answered, "data") == stored  # what was read can be written again


def devices(key: str) -> list[tuple[Any, str]]:
    """Returns cases of invalid devices, which are named by `key`."""
    keys = f"{key}s"
    return [
        ({}, "data"),
        ({key: "t1"}, "data"),
        ({keys: "t1"}, f"data.{keys}"),
        ({keys: ["t1", 2]}, f"data.{keys}[1]"),
        ({keys: [""]}, f"data.{keys}[0]"),
        ({keys: ["t" * (MAX_TEXT_LENGTH + 1)]}, f"data.{keys}[0]"),
        ({keys: ["t"] * (MAX_ENTRIES + 1)}, f"data.{keys}"),
        ({"devices": {}}, "data.devices"),
        ({"devices": ["t1"]}, "data.devices[0]"),
        ({"devices": [{"locale": "de"}]}, f"data.devices[0].{key}"),
        ({"devices": [{key: "t1", "locale": 1}]}, "data.devices[0].locale"),
        ({"devices": [{key: "t1", "timezone": "Mars/Olympus"}]}, "data.devices[0].timezone"),
    ]


REFUSED = [
    *each("fcm apns expo", *devices("token")),
    *each("aws_sns", *devices("target_arn")),
    *each(
        "meta",
        ({"phone_numbers": "+442071838750"}, "data.phone_numbers"),
        ({"phone_numbers": ["+442071838750", "020 7183 8750"]}, "data.phone_numbers[1]"),
        ({"phone_numbers": [442071838750]}, "data.phone_numbers[0]"),
    ),
    *each("one_signal", ({"player_ids": "p1"}, "data.player_ids"), ({"player_ids": [None]}, "data.player_ids[0]")),
    *each(
        "slack ms_teams discord",
        ({}, "data"),
        ({"connections": None}, "data"),
        ({"connections": {}}, "data.connections"),
        ({"connections": ["C1"]}, "data.connections[0]"),
        ({"connections": [{"incoming_webhook": "https://x"}]}, "data.connections[0].incoming_webhook"),
        ({"connections": [{"incoming_webhook": {}}]}, "data.connections[0].incoming_webhook.url"),
        ({"connections": [{**WEBHOOK, "knock_tenant_id": 1}]}, "data.connections[0].knock_tenant_id"),
        ({"connections": [{"channel_id": "C1"}] * (MAX_ENTRIES + 1)}, "data.connections"),
    ),
    *each(
        "slack",
        ({"connections": [{"channel_id": 7}]}, "data.connections[0].channel_id"),
        ({"token": "xoxb"}, "data.token"),
        ({"token": {"access_token": 7}}, "data.token.access_token"),
    ),
    *each(
        "ms_teams",
        ({"ms_teams_tenant_id": 7}, "data.ms_teams_tenant_id"),
        ({"connections": [{"ms_teams_user_id": ""}]}, "data.connections[0].ms_teams_user_id"),
    ),
    *each("discord", ({"connections": [{}]}, "data.connections[0].channel_id")),
    *each(
        "web_push",
        ({}, "data"),
        ({"subscriptions": {}}, "data.subscriptions"),
        ({"subscriptions": ["b"]}, "data.subscriptions[0]"),
        *[({"subscriptions": [{**BROWSER, name: None}]}, f"data.subscriptions[0].{name}") for name in BROWSER],
        ({"subscriptions": [{**BROWSER, "identifier": str(n)} for n in range(101)]}, "data.subscriptions"),
    ),
]


@pytest.mark.parametrize(("provider", "given", "field"), REFUSED)
def test_what_is_refused(provider: str, given: Any, field: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        provider_named(provider).data.checked(given, "data")
    assert refusal.value.field == field
    assert refusal.value.message.startswith(field)


def test_what_an_earlier_provider_of_the_channel_stored_can_be_answered() -> None:
    stored = provider_named("fcm").data.checked({"tokens": ["t1"]}, "data")
    assert provider_named("aws_sns").data.complete(stored) == {**stored, "target_arns": []}
    assert provider_named("expo").data.complete({"player_ids": ["p1"]}) == {"player_ids": ["p1"], "tokens": []}
