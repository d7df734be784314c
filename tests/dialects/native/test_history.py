"""A recipient by HTTP, as it is and as it was, and what changed it."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import httpx

from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Identify
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.writes import Write
from addressee.operators.model import Role
from addressee.operators.operators import Operators
from tests.conftest import Environment
from tests.dialects.native.test_merges import identify

ADA = "/directory/v1/users/ada"


def test_a_recipient_is_shown_as_it_is_and_as_it_was(http: httpx.Client) -> None:
    identify(http, "ada", name="Ada", email="ada@example.org")
    moment = http.get(ADA).raise_for_status().json()["updated_at"]
    identify(http, "ada", name="Ada L.")
    now = http.get(ADA).raise_for_status().json()
    then = http.get(ADA, params={"at": moment}).raise_for_status().json()
    assert (now["attributes"]["name"], now["version"]) == ("Ada L.", 2)
    assert (then["attributes"]["name"], then["version"], then["updated_at"]) == ("Ada", 1, moment)
    assert "addresses" in now
    assert "addresses" not in then


def test_changes_are_listed_by_pages(http: httpx.Client) -> None:
    for number in range(3):
        identify(http, "ada", name=f"Ada {number}")
    first = http.get(f"{ADA}/history", params={"limit": 2}).raise_for_status().json()
    second = http.get(f"{ADA}/history", params={"limit": 2, "after": first["after"]}).raise_for_status().json()
    named = [change["after"]["attributes"]["name"] for page in (first, second) for change in page["changes"]]
    assert named == ["Ada 2", "Ada 1", "Ada 0"]
    assert second["after"] is None
    assert first["changes"][0]["before"] == {"attributes": {"name": "Ada 1"}}


def test_before_somebody_was_there_is_nobody(http: httpx.Client) -> None:
    before = datetime.now(UTC).replace(minute=0, second=0, microsecond=0).isoformat()
    assert http.get(ADA, params={"at": before}).status_code == 404
    identify(http, "ada")
    assert http.get(ADA, params={"at": "2001-01-01"}).status_code == 422


async def test_a_change_by_an_operator_names_them(http: httpx.Client, pool: Pool, environment: Environment) -> None:
    operators, directory = Operators(pool, Sealer(bytes(32))), Directory(pool)
    email = f"grace-{secrets.token_hex(6)}@example.org"
    await operators.accounts.add(email, "Grace Hopper", {environment.id: Role.EDITOR}, "correct horse battery")
    (grace,) = [each for each in await operators.accounts.list() if each.email == email]
    identify(http, "ada", name="Ada")
    origin = await operators.acts.record(grace, environment.id, "users.edit", USERS, "ada")
    await directory.write(Write(Place(environment.id, USERS, "ada"), (Identify({"name": "Ada L."}),), origin))
    by_operator, by_api = http.get(f"{ADA}/history").raise_for_status().json()["changes"]
    assert by_operator["operator"] == {"name": "Grace Hopper", "email": email}
    assert by_api["operator"] is None
