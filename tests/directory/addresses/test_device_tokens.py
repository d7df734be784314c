"""Device identifiers in channel data, in the forms of all providers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from addressee.directory.addresses.device_tokens import tokens_in, without_tokens
from tests.support.documents import documents
from tests.support.providers import provider_named

LATER = "2026-01-02T03:04:05.000Z"

BROWSER = {
    **dict.fromkeys(("id", "p256dh", "auth", "created_at", "updated_at"), "x"),
    "identifier": "laptop",
    "endpoint": "https://push.example.com/laptop",
}

GIVEN: dict[str, Any] = {
    "fcm": {"tokens": ["a"], "devices": [{"token": "b", "locale": "de"}]},
    "apns": {"tokens": ["a", "b"]},
    "expo": {"devices": [{"token": "b"}, {"token": "a"}]},
    "aws_sns": {"target_arns": ["a", "b"]},
    "one_signal": {"player_ids": ["a", "b"]},
    "web_push": {"subscriptions": [{**BROWSER, "endpoint": "a"}, {**BROWSER, "identifier": "b", "endpoint": "b"}]},
    "slack": {"connections": [{"access_token": "a", "channel_id": "b"}], "token": {"access_token": "a"}},
    "ms_teams": {"connections": [{"ms_teams_user_id": "a"}], "ms_teams_tenant_id": "b"},
    "discord": {"connections": [{"channel_id": "a"}]},
}
PUSHES = ("fcm", "apns", "expo", "aws_sns", "one_signal", "web_push")


def stored(provider: str) -> dict[str, Any]:
    data = provider_named(provider).data.checked(GIVEN[provider], "data")
    return {"channel": {"data": data, "created_at": "then", "updated_at": "then"}}


@pytest.mark.parametrize("provider", GIVEN)
def test_each_form_names_its_devices(provider: str) -> None:
    assert sorted(tokens_in(stored(provider))) == (["a", "b"] if provider in PUSHES else [])


@pytest.mark.parametrize("provider", PUSHES)
def test_one_is_taken_out_of_its_form(provider: str) -> None:
    left = without_tokens(stored(provider), "a".__eq__, LATER)
    assert list(tokens_in(left)) == ["b"]
    times = {"created_at": "then", "updated_at": LATER, "added_at": {"b": "then"}}
    assert {**left["channel"], "data": None} == {"data": None, **times}
    assert provider_named(provider).data.checked(left["channel"]["data"], "data") == left["channel"]["data"]


@given(documents)
def test_of_anything_that_is_stored_nothing_else_goes(data: dict[str, Any]) -> None:
    entries = {"channel": {"data": data, "created_at": "then", "updated_at": "then"}}
    assert without_tokens(entries, lambda _: False, LATER) is entries
    left = without_tokens(entries, lambda _: True, LATER)
    assert list(tokens_in(left)) == []
    assert left["channel"]["data"].keys() == data.keys()
