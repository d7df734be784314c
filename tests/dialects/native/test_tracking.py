"""Whether a recipient's messages may be tracked, by HTTP; and that other clients keep what it says."""

from __future__ import annotations

import httpx
import pytest

from addressee.database.pool import Pool
from addressee.preferences.defaults import store_default
from tests.conftest import Environment
from tests.dialects.native.test_merges import identify

ADA = "/directory/v1/users/ada/tracking"
KNOCK = "/v1/users/ada/preferences/default"


@pytest.fixture(autouse=True)
def ada(http: httpx.Client) -> None:
    identify(http, "ada")


def test_nobody_has_said_anything(http: httpx.Client) -> None:
    assert http.get(ADA).json() == {"own": None, "effective": True, "layer": None}


async def test_the_environment_says_what_holds_for_those_who_have_not_answered(
    http: httpx.Client, pool: Pool, environment: Environment
) -> None:
    async with pool.acquire() as connection:
        await store_default(connection, environment.id, {"tracking": False})
    assert http.get(ADA).json() == {"own": None, "effective": False, "layer": "environment_default"}
    agreed = {"own": True, "effective": True, "layer": "recipient_default"}
    assert http.put(ADA, json={"tracking": True}).json() == agreed
    assert http.get(ADA).json() == agreed
    assert http.delete(ADA).json() == {"own": None, "effective": False, "layer": "environment_default"}


def test_it_can_be_said_for_a_tenant(http: httpx.Client) -> None:
    http.put("/v1/tenants/acme", json={}).raise_for_status()
    refused = {"own": False, "effective": False, "layer": "recipient_tenant"}
    assert http.put(f"{ADA}?tenant=acme", json={"tracking": False}).json() == refused
    assert http.get(ADA).json()["effective"] is True
    assert http.get(f"{ADA}?tenant=nowhere").status_code == 404


@pytest.mark.parametrize("body", [{}, {"tracking": None}, {"tracking": "no"}, {"tracking": True, "more": 1}, []])
def test_anything_else_is_refused(http: httpx.Client, body: object) -> None:
    assert http.put(ADA, json=body).status_code in (400, 422)
    assert http.get(ADA).json()["own"] is None


def test_whoever_is_not_there_has_none(http: httpx.Client) -> None:
    assert http.put("/directory/v1/users/nobody/tracking", json={"tracking": False}).status_code == 404


def test_knocks_clients_replace_all_but_that(http: httpx.Client) -> None:
    http.put(ADA, json={"tracking": False}).raise_for_status()
    http.put(KNOCK, json={"channel_types": {"email": False}}).raise_for_status()
    assert http.get(KNOCK).json()["channel_types"] == {"email": False}
    assert http.get(ADA).json()["own"] is False
