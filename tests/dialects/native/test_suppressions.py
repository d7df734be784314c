"""The suppression list by HTTP: what is listed, added by hand and lifted, and what `explain` says of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from addressee.database.pool import Pool
from addressee.messaging.messages.model import Address
from addressee.messaging.suppressions.model import Reason, suppression_of
from addressee.messaging.suppressions.suppressions import add_suppressions
from tests.conftest import Environment
from tests.dialects.native.test_merges import identify

LIST = "/directory/v1/suppressions"
ADA = {"kind": "email", "address": "ada@example.org"}
NUMBER = {"kind": "sms", "address": "+491701234567"}


def add(http: httpx.Client, *entries: dict[str, Any]) -> None:
    assert http.post(LIST, json={"suppressions": entries}).raise_for_status().status_code == 204


def listed(http: httpx.Client, **filter: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = http.get(LIST, params=filter).raise_for_status().json()["suppressions"]
    return found


def addresses(http: httpx.Client, **filter: Any) -> list[str]:
    return [each["address"] for each in listed(http, **filter)]


def lift(http: httpx.Client, kind: str, address: str) -> httpx.Response:
    return http.delete(f"{LIST}/{kind}/{quote(address, safe='')}")


def refusal(reply: httpx.Response) -> tuple[int, str, list[dict[str, str]]]:
    error = reply.json()["error"]
    return reply.status_code, error["code"], error["fields"]


async def complain(pool: Pool, environment: Environment, address: str) -> None:
    """Suppresses an address as a provider's report does."""
    entry = suppression_of(
        Address("email", address), Reason.COMPLAINED, datetime(2026, 3, 1, tzinfo=UTC), details="abuse", message_id="m"
    )
    async with pool.acquire() as connection, connection.transaction():
        await add_suppressions(connection, environment.id, [entry])


def test_what_is_added_is_listed(http: httpx.Client) -> None:
    add(http, {**ADA, "details": "asked us by letter"}, {**NUMBER, "address": "+49 170 1234567"})
    mail, number = listed(http)
    created_at = datetime.fromisoformat(mail.pop("created_at"))
    assert abs((datetime.now(UTC) - created_at).total_seconds()) < 60
    assert mail == {**ADA, "reason": "manual", "details": "asked us by letter", "channel_id": None, "message_id": None}
    assert number["address"] == "+491701234567"


async def test_the_list_can_be_filtered(http: httpx.Client, pool: Pool, environment: Environment) -> None:
    add(http, ADA, NUMBER)
    await complain(pool, environment, "bob@example.org")
    assert addresses(http, kind="email") == ["ada@example.org", "bob@example.org"]
    assert addresses(http, reason="complained") == ["bob@example.org"]
    assert addresses(http, address="ADA@example.org") == ["ada@example.org"]
    assert addresses(http, address="+491701234567", kind="whatsapp") == []


def test_pages_follow_each_other(http: httpx.Client) -> None:
    add(http, *({"kind": "email", "address": f"user-{number:03}@example.org"} for number in range(150)))
    first = http.get(LIST).json()
    second = http.get(LIST, params={"after": first["after"]}).json()
    assert [len(page["suppressions"]) for page in (first, second)] == [100, 50]
    assert second["suppressions"][0]["address"] == "user-100@example.org"
    assert second["after"] is None


async def test_what_was_complained_about_stays_so(http: httpx.Client, pool: Pool, environment: Environment) -> None:
    await complain(pool, environment, "ada@example.org")
    add(http, {**ADA, "details": "by hand"})
    assert [(each["reason"], each["details"], each["message_id"]) for each in listed(http)] == [
        ("complained", "abuse", "m")
    ]


def test_an_address_is_lifted_in_any_spelling_and_once(http: httpx.Client) -> None:
    add(http, ADA, NUMBER)
    assert lift(http, "email", "Ada@Example.org").status_code == 204
    assert refusal(lift(http, "email", "ada@example.org")) == (404, "not_found", [])
    assert refusal(lift(http, "whatsapp", "+491701234567"))[0] == 404
    assert lift(http, "sms", "+491701234567").status_code == 204
    assert listed(http) == []


def test_a_repeated_request_is_answered_as_the_first(http: httpx.Client) -> None:
    add(http, ADA)
    key = {"idempotency-key": "once"}
    for _ in range(2):
        assert http.delete(f"{LIST}/email/ada@example.org", headers=key).status_code == 204


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"suppressions": [ADA, {"kind": "email", "address": "ada"}]}, "suppressions[1].address", "e-mail address"),
        ({"suppressions": [{"kind": "sms", "address": "0170 1234567"}]}, "suppressions[0].address", "+491701234567"),
        ({"suppressions": [{**ADA, "kind": "slack"}]}, "suppressions[0].kind", "slack"),
        ({"suppressions": [{**ADA, "details": "\0"}]}, "suppressions[0].details", "NUL"),
        ({"suppressions": [{**ADA, "reason": "bounced"}]}, "suppressions[0]", "unknown field `reason`"),
        ({"suppressions": []}, "suppressions", "length"),
        ({"suppressions": [ADA] * 1001}, "suppressions", "length"),
    ],
)
def test_what_cannot_be_added_is_refused_as_a_whole(
    http: httpx.Client, body: dict[str, Any], field: str, words: str
) -> None:
    reply = http.post(LIST, json=body)
    status, code, fields = refusal(reply)
    assert (status, code) == (422, "invalid")
    assert [each["field"] for each in fields] == [field]
    assert words in fields[0]["message"]
    assert listed(http) == []


def test_kinds_that_cannot_be_suppressed_are_named(http: httpx.Client) -> None:
    message = "kind must be one of email, sms, whatsapp."
    assert refusal(lift(http, "slack", "x")) == (422, "invalid", [{"field": "kind", "message": message}])
    assert refusal(http.get(LIST, params={"kind": "slack"}))[2] == [{"field": "kind", "message": message}]


@pytest.mark.usefixtures("welcome")
async def test_explaining_names_the_suppressed_address(
    http: httpx.Client, pool: Pool, environment: Environment
) -> None:
    identify(http, "ada", name="Ada", email="ada@example.org")
    await complain(pool, environment, "ada@example.org")
    explained = http.post("/directory/v1/users/ada/explain", json={"workflow": "welcome"}).raise_for_status().json()
    steps = {step["channel"]: step for step in explained["steps"]}
    assert steps["email"]["obstacle"] == {
        "reason": "suppressed",
        "because": "complained",
        "since": "2026-03-01T00:00:00Z",
    }
    assert (steps["email"]["reached"], steps["email"]["addresses"]) == (False, [])
    assert [(each["address"], each["details"]) for each in steps["email"]["suppressed"]] == [
        ("ada@example.org", "abuse")
    ]
    assert (steps["in-app"]["reached"], steps["in-app"]["suppressed"]) == (True, [])


async def test_an_export_says_which_addresses_are_suppressed_and_a_purge_leaves_them_so(
    http: httpx.Client, pool: Pool, environment: Environment
) -> None:
    identify(http, "ada", name="Ada", email="Ada@example.org")
    await complain(pool, environment, "ada@example.org")
    await complain(pool, environment, "bob@example.org")
    exported = http.get("/directory/v1/users/ada/export").raise_for_status().json()
    assert exported["suppressions"] == listed(http, address="ada@example.org")
    http.post("/directory/v1/users/ada/purge").raise_for_status()
    assert addresses(http) == ["ada@example.org", "bob@example.org"]
