"""Links to a user's pages, made by the native API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.access.keys import Keys
from addressee.directory.access.link_tokens import Purpose
from addressee.directory.access.links import Links
from tests.conftest import Environment

ADA = "/directory/v1/users/ada/links"


@pytest.fixture
def links(pool: Pool, installation: Installation) -> Links:
    return Links(pool, Sealer(installation.master_key()))


@pytest.fixture
def ada(http: httpx.Client) -> None:
    http.put("/v1/users/ada", json={"name": "Ada"}).raise_for_status()
    http.put("/v1/tenants/acme", json={"name": "Acme"}).raise_for_status()


def lasts(answer: dict[str, Any]) -> timedelta:
    """Returns how long a link lasts from now on, to the minute."""
    left = datetime.fromisoformat(answer["expires_at"]) - datetime.now(UTC)
    return timedelta(minutes=round(left / timedelta(minutes=1)))


@pytest.mark.parametrize("purpose", [Purpose.PREFERENCES, Purpose.INBOX])
async def test_a_link_opens_a_page_of_the_user(ada: None, http: httpx.Client, links: Links, purpose: Purpose) -> None:
    answer = http.post(ADA, json={"purpose": purpose.segment, "expires_in": "2d", "tenant": "acme"})
    assert answer.status_code == 200
    base, _, token = answer.json()["url"].rpartition("/")
    assert base == f"{str(http.base_url).rstrip('/')}/pages/{purpose.segment}"
    opened = await links.open(token, purpose)
    assert (opened.recipient.place.id, opened.link.tenant) == ("ada", "acme")
    assert lasts(answer.json()) == timedelta(days=2)


@pytest.mark.parametrize(
    ("given", "lifetime"),
    [
        (None, timedelta(days=7)),
        (3600, timedelta(hours=1)),
        ("366d", timedelta(days=366)),
        ({"unit": "weeks", "value": 2}, timedelta(weeks=2)),
    ],
)
def test_a_link_lasts_as_long_as_is_said(ada: None, http: httpx.Client, given: object, lifetime: timedelta) -> None:
    answer = http.post(ADA, json={"purpose": "inbox", "expires_in": given})
    assert lasts(answer.json()) == lifetime


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({}, "purpose", "purpose"),
        ({"purpose": "unsubscribe"}, "purpose", "purpose"),
        ({"purpose": "inbox", "expires_in": "soon"}, "expires_in", "a duration is a text like 10m"),
        ({"purpose": "inbox", "expires_in": 59}, "expires_in", "must be from 1 minute to 366 days."),
        ({"purpose": "inbox", "expires_in": "367d"}, "expires_in", "must be from 1 minute to 366 days."),
        ({"purpose": "inbox", "tenant": ""}, "tenant", "tenant must be a string of 1 to 256 characters."),
    ],
)
def test_what_is_wrong_is_named(ada: None, http: httpx.Client, body: dict[str, Any], field: str, message: str) -> None:
    answer = http.post(ADA, json=body)
    assert answer.status_code == 422
    [problem] = answer.json()["error"]["fields"]
    assert problem["field"] == field
    assert message in problem["message"]


def test_there_is_no_link_of_nobody_or_for_no_tenant(ada: None, http: httpx.Client) -> None:
    nobody = http.post("/directory/v1/users/nobody/links", json={"purpose": "inbox"})
    assert (nobody.status_code, nobody.json()["error"]["message"]) == (404, "'nobody' was not found in $users.")
    missing = http.post(ADA, json={"purpose": "inbox", "tenant": "nobody"})
    assert (missing.status_code, missing.json()["error"]["message"]) == (404, "'nobody' was not found in $tenants.")


async def test_a_public_key_makes_no_links(ada: None, http: httpx.Client, keys: Keys, environment: Environment) -> None:
    public = (await keys.create(environment.name, "public")).key
    answer = http.post(ADA, json={"purpose": "inbox"}, headers={"authorization": f"Bearer {public}"})
    assert answer.status_code == 403
