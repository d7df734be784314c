"""Where channel data of chat providers say that messages go: the same addresses that other clients write."""

from __future__ import annotations

from typing import Any

import pytest

from addressee.channels.channel_data import NO_TENANT, TenantData
from addressee.channels.destination import Destination
from addressee.directory.addresses.forms import form_of
from tests.support.providers import provider_named

HOOK = {"incoming_webhook": {"url": "https://hooks.slack.com/services/T01/B01/abcdefgh1234"}}


def token(text: str) -> dict[str, Any]:
    return {"token": {"access_token": text}}


def destinations(provider: str, data: dict[str, Any], tenant: TenantData = NO_TENANT) -> list[Destination]:
    return provider_named(provider).data.destinations(data, tenant)


@pytest.mark.parametrize(
    ("provider", "connection", "address"),
    [
        ("slack", {"channel_id": "C1", "access_token": "xoxb-1"}, {"channel": "C1", "access_token": "xoxb-2"}),
        ("slack", {"user_id": "U1", "channel_id": None}, {"user_id": "U1", "access_token": "xoxb-2"}),
        ("slack", {**HOOK, "knock_tenant_id": None}, HOOK),
        (
            "ms_teams",
            {"ms_teams_tenant_id": "t", "ms_teams_team_id": "team", "ms_teams_channel_id": "19:c@thread.tacv2"},
            {"tenant_id": "t", "service_url": "https://smba.example/", "conversation_id": "19:c@thread.tacv2"},
        ),
        ("ms_teams", {"ms_teams_tenant_id": "t", "ms_teams_user_id": "u"}, {"tenant_id": "t", "user_id": "u"}),
        ("discord", {"channel_id": "1"}, {"channel_id": "1"}),
        ("discord", HOOK, HOOK),
    ],
)
def test_a_connection_is_the_address_that_another_client_writes(provider: str, connection: Any, address: Any) -> None:
    [found] = destinations(provider, {"connections": [connection]})
    assert found.key == form_of(provider).key(address)
    assert form_of(provider).key(found.value) == found.key


@pytest.mark.parametrize(
    ("connection", "data", "of_tenant", "expected"),
    [
        ({"access_token": "own"}, token("data"), token("tenant"), {"access_token": "own"}),
        ({}, token("data"), token("tenant"), token("tenant")),
        ({"access_token": None}, token("data"), {}, token("data")),
        ({}, token("data"), {"token": {}}, token("data")),
        ({}, {}, {"token": "of another provider"}, {}),
        ({}, {"token": None}, {"connections": []}, {}),
    ],
)
def test_whose_token_a_slack_connection_has(connection: Any, data: Any, of_tenant: Any, expected: Any) -> None:
    data = {"connections": [{"channel_id": "C1", **connection}], **data}
    [found] = destinations("slack", data, TenantData("acme", of_tenant))
    assert found == ("channel_id:C1", {"channel_id": "C1", **expected})


@pytest.mark.parametrize(
    ("connection", "data", "of_tenant", "tenant_id"),
    [
        ({"ms_teams_tenant_id": "own"}, {"ms_teams_tenant_id": "data"}, {"ms_teams_tenant_id": "tenant"}, "own"),
        ({}, {"ms_teams_tenant_id": "data"}, {"ms_teams_tenant_id": "tenant"}, "tenant"),
        ({}, {"ms_teams_tenant_id": "data"}, {}, "data"),
    ],
)
def test_in_which_tenant_of_microsoft_a_connection_is(
    connection: Any, data: Any, of_tenant: Any, tenant_id: str
) -> None:
    data = {"connections": [{"ms_teams_user_id": "u", **connection}], **data}
    [found] = destinations("ms_teams", data, TenantData("acme", of_tenant))
    assert found == (f"tenant_id:{tenant_id} user_id:u", {"tenant_id": tenant_id, "user_id": "u"})


@pytest.mark.parametrize(
    ("tenant", "keys"), [(None, ["channel_id:C1"]), ("acme", ["channel_id:C2"]), ("b", ["channel_id:C1"])]
)
def test_connections_of_the_runs_tenant_are_preferred_and_those_of_others_are_not_used(
    tenant: str | None, keys: list[str]
) -> None:
    data = {
        "connections": [
            {"channel_id": "C1"},
            {"channel_id": "C2", "knock_tenant_id": "acme"},
            {"channel_id": "C3", "knock_tenant_id": "other"},
        ]
    }
    assert [found.key for found in destinations("slack", data, TenantData(tenant))] == keys


@pytest.mark.parametrize(
    ("provider", "data"),
    [
        ("slack", {"token": {"access_token": "xoxb-1"}, "connections": []}),
        ("slack", {"connections": [{"channel_name": "general"}]}),
        ("slack", {"devices": [{"token": "t1"}], "connections": "of another provider"}),
        ("ms_teams", {"connections": [{"ms_teams_user_id": "u"}]}),
        ("discord", {}),
        ("telegram", {"connections": [], "chat_id": None}),
    ],
)
def test_data_that_name_no_address(provider: str, data: Any) -> None:
    assert destinations(provider, data) == []


def test_a_connection_that_is_there_twice_is_one_address() -> None:
    data = {"connections": [{"channel_id": "C1", "access_token": "first"}, {"channel_id": "C1"}]}
    assert destinations("slack", data) == [("channel_id:C1", {"channel_id": "C1", "access_token": "first"})]


@pytest.mark.parametrize(
    ("given", "chats"),
    [
        ({"chat_id": -100123}, ["-100123"]),
        ({"chat_id": "@channel"}, ["@channel"]),
        ({"connections": [{"chat_id": 1}, {"chat_id": "2"}, {"chat_id": "1"}]}, ["1", "2"]),
        ({"chat_id": "1", "connections": [{"chat_id": 2}]}, ["1", "2"]),
    ],
)
def test_chats_of_telegram(given: Any, chats: list[str]) -> None:
    form = provider_named("telegram").data
    stored = form.checked(given, "data")
    assert form.checked(stored, "data") == stored
    assert destinations("telegram", stored) == [(f"chat_id:{id}", {"chat_id": id}) for id in chats]
