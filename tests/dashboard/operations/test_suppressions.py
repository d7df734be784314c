"""The suppression list: masked for viewers, searched, added to, and lifted from."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from addressee.database.paging import PageRequest
from addressee.database.pool import Pool
from addressee.directory.clock import Clock
from addressee.directory.directory import Directory
from addressee.messaging.messages.model import Address
from addressee.messaging.messaging import Messaging
from addressee.messaging.suppressions.model import Reason, suppression_of
from addressee.messaging.suppressions.suppressions import Suppressions
from addressee.operators.operators import Operators
from tests.conftest import Environment
from tests.support.browsing import load, submit
from tests.support.html import Element, parse

At = Callable[..., str]

ADA = Address("email", "ada@example.com")


@pytest.fixture
def suppressions(directory: Directory) -> Suppressions:
    return Messaging.from_directory(directory).suppressions


async def suppress(
    suppressions: Suppressions, environment: Environment, *addresses: Address, details: str | None = None
) -> None:
    entries = [suppression_of(address, Reason.BOUNCED, Clock().now(), details=details) for address in addresses]
    await suppressions.add(environment.id, entries)


def rows(page: Element) -> list[list[str]]:
    """Returns the texts of the first columns of a table: address, kind, reason."""
    found = [[cell.text for cell in row.below() if cell.name in {"th", "td"}] for row in page.one("tbody").all("tr")]
    return [row[:3] for row in found]


async def test_editors_see_addresses_with_their_reasons(
    editor: httpx.AsyncClient, at: At, suppressions: Suppressions, environment: Environment
) -> None:
    number = Address("sms", "+4915112345617")
    await suppress(suppressions, environment, ADA, number, details="550 no such user <script>alert(1)</script>")
    page = await load(editor, at("suppressions"))
    assert rows(page) == [["ada@example.com", "E-mail", "Bounced"], ["+4915112345617", "SMS", "Bounced"]]
    assert "550 no such user <script>alert(1)</script>" in page.text


async def test_viewers_see_them_masked_until_they_ask_which_is_recorded(
    viewer: httpx.AsyncClient,
    at: At,
    suppressions: Suppressions,
    environment: Environment,
    operators: Operators,
) -> None:
    await suppress(suppressions, environment, ADA, details="said by the provider of ada@example.com")
    answer = await viewer.get(at("suppressions"))
    assert "ada@example.com" not in answer.text
    page = parse(answer.text)
    assert rows(page) == [["a••••@example.com", "E-mail", "Bounced"]]
    assert page.all("a", href=at("suppressions", "add")) == []
    revealed = await submit(viewer, page.one("form", action=at("suppressions", "reveal")))
    assert rows(parse(revealed.text)) == [["ada@example.com", "E-mail", "Bounced"]]
    acts = await operators.acts.list(environment.id, PageRequest(10))
    assert [act.name for act in acts.entries] == ["suppressions.reveal"]


async def test_an_address_is_found_in_any_spelling(
    editor: httpx.AsyncClient, at: At, suppressions: Suppressions, environment: Environment
) -> None:
    await suppress(suppressions, environment, ADA, Address("email", "bob@example.com"))
    page = await load(editor, at("suppressions", address=" ADA@example.com"))
    assert rows(page) == [["ada@example.com", "E-mail", "Bounced"]]
    missing = await load(editor, at("suppressions", address="<b>@example.com"))
    assert "Nothing stops messages to <b>@example.com here" in missing.text
    assert rows(await load(editor, at("suppressions", kind="email", reason="bounced"))) != []
    assert "No suppressed address fits" in (await load(editor, at("suppressions", reason="manual"))).text


async def test_pages_lead_on_and_back(
    editor: httpx.AsyncClient, at: At, suppressions: Suppressions, environment: Environment
) -> None:
    await suppress(suppressions, environment, *(Address("email", f"user-{n:03}@example.com") for n in range(60)))
    first = await load(editor, at("suppressions"))
    following = await load(editor, first.one("a", rel="next").attributes["href"] or "")
    assert [len(rows(first)), len(rows(following))] == [50, 10]
    assert rows(following)[0][0] == "user-050@example.com"
    back = await load(editor, following.one("a", rel="prev").attributes["href"] or "")
    assert rows(back) == rows(first)


async def test_an_editor_adds_an_address(
    editor: httpx.AsyncClient,
    at: At,
    suppressions: Suppressions,
    environment: Environment,
    operators: Operators,
) -> None:
    form = (await load(editor, at("suppressions", "add"))).one("form", method="post", action=at("suppressions", "add"))
    wrong = await submit(editor, form, address="nobody", details="asked by phone")
    assert wrong.status_code == 422
    again = parse(wrong.text).one("form", action=at("suppressions", "add"))
    assert again.one("input", id="f-details").attributes["value"] == "asked by phone"
    assert again.one("input", id="f-address").attributes["aria-invalid"] == "true"
    added = await submit(editor, again, address="Ada@Example.com")
    assert "Nothing is sent to this address any more." in parse(added.text).one("p", role="status").text
    entry = (await suppressions.find(environment.id, [ADA]))[ADA]
    assert (entry.reason, entry.details) == (Reason.MANUAL, "asked by phone")
    (act,) = (await operators.acts.list(environment.id, PageRequest(10))).entries
    assert (act.name, act.detail) == ("suppressions.add", {"kind": "email", "address": "a••••@example.com"})


async def test_an_editor_lifts_one_after_reading_what_that_means(
    editor: httpx.AsyncClient, at: At, suppressions: Suppressions, environment: Environment, operators: Operators
) -> None:
    await suppress(suppressions, environment, ADA)
    page = await load(editor, at("suppressions"))
    link = page.one("tbody").one("a", href=at("suppressions", "lift", kind="email", address="ada@example.com"))
    question = await load(editor, link.attributes["href"] or "")
    assert "it is enabled again there" in question.text
    form = question.one("form", action=at("suppressions", "lift"))
    lifted = await submit(editor, form)
    assert "The suppression is lifted" in parse(lifted.text).one("p", role="status").text
    assert await suppressions.find(environment.id, [ADA]) == {}
    (act,) = (await operators.acts.list(environment.id, PageRequest(10))).entries
    assert act.detail == {"kind": "email", "address": "a••••@example.com", "reason": "bounced"}
    again = await submit(editor, form)
    assert again.status_code == 404
    assert "This address is not suppressed" in again.text


async def test_nothing_crosses_environments(
    editor: httpx.AsyncClient, at: At, suppressions: Suppressions, other_environment: Environment, pool: Pool
) -> None:
    await suppress(suppressions, other_environment, ADA)
    assert "No address is suppressed" in (await load(editor, at("suppressions"))).text
    answer = await editor.get(at("suppressions", "lift", kind="email", address="ada@example.com"))
    assert answer.status_code == 404
