"""What operators did: in words, with links, and paged."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Identify
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.writes import Write
from addressee.messaging.messaging import Messaging
from addressee.operators.model import Operator, Role
from addressee.operators.operators import Operators
from tests.conftest import Environment
from tests.dashboard.conftest import BrowserOf, NewOperator
from tests.support.browsing import load, submit
from tests.support.html import Element

HOSTILE = '<script>alert("1")</script> \u202eada/../%2F?'


def rows_of(page: Element) -> list[list[str]]:
    return [[each.text for each in row.all("td")] for row in page.one("tbody").all("tr")]


async def test_acts_are_told_in_words_with_links(
    browser_of: BrowserOf,
    new_operator: NewOperator,
    operators: Operators,
    environment: Environment,
    at: Callable[..., str],
) -> None:
    operator = await new_operator(Role.ADMIN, name="<b>Grace</b>")
    for name, collection, subject, detail in (
        ("users.edit", USERS, HOSTILE, {"fields": ["name", "email"], "active": True}),
        ("messages.reveal", "projects", "x", {"message": "m 1"}),
        ("workflows.switch", "workflows", "welcome", {"active": False}),
        ("keys.revoke", "keys", "k", {}),
        ("unknown.something", None, None, {}),
    ):
        await operators.acts.record(operator, environment.id, name, collection, subject, detail)
    page = await load(await browser_of(operator), at("activity"))
    assert [row[1:] for row in rows_of(page)] == [
        ["<b>Grace</b> did unknown.something", "–", ""],
        ["<b>Grace</b> revoked a key", "k", ""],
        ["<b>Grace</b> switched a workflow on or off", "welcome", "active no"],
        ["<b>Grace</b> looked at addresses and contents of a message", "x", "message m 1"],
        ["<b>Grace</b> edited a person", HOSTILE, "active yes fields name, email"],
    ]
    links = [each.attributes["href"] for each in page.one("tbody").all("a")]
    assert links == [
        at("keys"),
        at("workflows", "welcome"),
        at("objects", "projects", "x"),
        at("messages", "m 1"),
        at("users", HOSTILE),
    ]


async def test_they_are_filtered_by_operator_and_paged(
    admin: httpx.AsyncClient,
    new_operator: NewOperator,
    operators: Operators,
    environment: Environment,
    at: Callable[..., str],
) -> None:
    other, third = await new_operator(Role.EDITOR, name="Ada"), await new_operator(Role.VIEWER, name="Bob")
    for number in range(51):
        await operators.acts.record(other, environment.id, "users.edit", USERS, f"ada-{number:02}")
    await operators.acts.record(third, environment.id, "users.edit", USERS, "bob")
    page = await load(admin, at("activity"))
    assert page.all("a", rel="prev") == []
    form = page.one("form", action=at("activity"))
    assert len(form.all("option")) == 4
    page = await load(admin, at("activity", operator=other.id))
    assert [row[2] for row in rows_of(page)] == [f"ada-{number:02}" for number in range(50, 0, -1)]
    older = page.one("a", rel="next").attributes["href"] or ""
    page = await load(admin, older)
    assert [row[2] for row in rows_of(page)] == ["ada-00"]
    assert page.one("a", rel="prev").attributes["href"] == at("activity", operator=other.id)


async def test_signing_in_is_among_them(
    admin: httpx.AsyncClient, new_operator: NewOperator, browser_of: BrowserOf, at: Callable[..., str]
) -> None:
    operator: Operator = await new_operator(Role.VIEWER, name="Ada")
    browser = await browser_of()
    form = (await load(browser, "/dashboard/sign-in")).one("form", method="post")
    await submit(browser, form, email=operator.email, password="correct horse battery")
    page = await load(admin, at("activity"))
    assert [row[1] for row in rows_of(page)] == ["Ada signed in"]


async def test_what_is_no_operator_or_page_is_told(admin: httpx.AsyncClient, at: Callable[..., str]) -> None:
    assert (await admin.get(at("activity", operator="nobody"))).status_code == 404
    assert (await admin.get(at("activity", after="nothing"))).status_code == 422
    page = await load(admin, at("activity"))
    assert "Nothing was done yet" in page.text


async def test_purging_somebody_takes_them_out(
    admin: httpx.AsyncClient,
    new_operator: NewOperator,
    operators: Operators,
    directory: Directory,
    environment: Environment,
    at: Callable[..., str],
) -> None:
    operator = await new_operator()
    place = Place(environment.id, USERS, "ada")
    await directory.write(Write(place, (Identify(),)))
    origin = await operators.acts.record(operator, environment.id, "users.purge", USERS, "ada", {"runs": 2})
    await Messaging.from_directory(directory).lifecycle.purge(directory, place, origin=origin)
    page = await load(admin, at("activity"))
    assert [row[1:] for row in rows_of(page)] == [["Grace Hopper purged a person", "–", ""]]
