"""The profile: what is stored of one recipient, masked for viewers until they ask, and as it was at a moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from addressee.database.paging import PageRequest
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import AddAddress, DisableAddress, Identify, SetChannelData
from addressee.directory.groups.topics import topic_place
from addressee.directory.recipient import TENANTS, USERS
from addressee.directory.writing.writes import Write
from addressee.messaging.messages.model import Address
from addressee.messaging.messaging import Messaging
from addressee.messaging.suppressions.model import Reason, suppression_of
from addressee.operators.operators import Operators
from tests.conftest import Environment
from tests.dashboard.person.conftest import Add
from tests.support.browsing import load, submit
from tests.support.html import Element, parse

CHANNEL = "6f3c1b9a-0000-4000-8000-000000000001"

ADA = Identify(
    attributes={"name": "Ada", "email": "ada@example.com", "phone_number": "+4915112345617"},
    properties={"plan": "gold", "seats": 12, "contact": {"email": "ada@home.example"}, "note": "see ada@a.example"},
)


def section(page: Element, title: str) -> Element:
    """Returns the section below a heading."""
    (found,) = [each for each in page.all("section") if title in [heading.text for heading in each.all("h2")]]
    return found


async def test_editors_see_everything_but_secrets(editor: httpx.AsyncClient, add: Add, at: Callable[..., str]) -> None:
    await add("ada", ADA)
    await add("ada", AddAddress("email", "ada@example.org"), AddAddress("ios_push", "a-token-of-a-device"))
    await add("ada", AddAddress("slack", {"channel_id": "C123", "access_token": "xoxb-secret-1234"}))
    await add("ada", DisableAddress("email", "ada@example.org"))
    await add("ada", SetChannelData(CHANNEL, {"devices": [{"token": "another-token-of-hers", "locale": "en"}]}))
    page = await load(editor, at("users", "ada"))
    assert "Version 5" in section(page, "Facts").text
    assert section(page, "Attributes").text == ("Attributes name Ada email ada@example.com phone_number +4915112345617")
    assert "contact email ada@home.example" in section(page, "Properties").text
    rows = [row.text for row in section(page, "Addresses").all("li")]
    unused = "no message in the latest 200"
    assert rows == [
        f"email ada@example.com primary active {unused}",
        f"email ada@example.org disabled {unused}",
        f"sms +4915112345617 primary active {unused}",
        f"ios push ********vice active apns · {unused}",
        f"slack channel_id:C123 active {unused}",
    ]
    data = section(page, "Channel data").text
    assert f"{CHANNEL} (no channel of this id)" in data
    assert "token ********hers locale en" in data
    assert "secret" not in page.text


async def test_viewers_see_addresses_once_they_ask_which_is_recorded(
    viewer: httpx.AsyncClient,
    add: Add,
    at: Callable[..., str],
    operators: Operators,
    environment: Environment,
) -> None:
    ada = await add("ada", ADA)
    await add("ada", SetChannelData(CHANNEL, {"connections": [{"user_id": "U123"}]}))
    page = await load(viewer, at("users", "ada"))
    assert "a••••@example.com" in section(page, "Addresses").text
    for secret in ("ada@", "4915112345617", "U123"):
        assert secret not in page.text.replace("see ada@a.example", "")
    answer = await submit(viewer, page.one("form", action=at("users", "ada", "reveal")))
    assert answer.status_code == 200
    revealed = parse(answer.text)
    assert "email ada@example.com" in section(revealed, "Addresses").text
    assert "phone_number +4915112345617" in section(revealed, "Attributes").text
    assert "U123" in section(revealed, "Channel data").text
    assert revealed.all("form", action=at("users", "ada", "reveal")) == []
    page_of_ten: PageRequest[UUID] = PageRequest(10)
    acts = await operators.acts.list_of(environment.id, USERS, ada.place.id, page_of_ten)
    assert [act.name for act in acts.entries] == ["users.reveal"]


async def test_a_suppressed_address_says_why(
    editor: httpx.AsyncClient, add: Add, at: Callable[..., str], directory: Directory, environment: Environment
) -> None:
    await add("ada", ADA)
    entry = suppression_of(Address("email", "ada@example.com"), Reason.BOUNCED, directory.clock.now())
    await Messaging.from_directory(directory).suppressions.add(environment.id, [entry])
    row = section(await load(editor, at("users", "ada")), "Addresses").all("li")[0].text
    assert row.startswith("email ada@example.com primary suppressed: bounced")


async def test_memberships_are_listed_both_ways_ten_of_each(
    viewer: httpx.AsyncClient, add: Add, at: Callable[..., str], directory: Directory, environment: Environment
) -> None:
    ada = await add("ada", Identify(attributes={"name": "Ada"}))
    for number in range(11):
        project = await add(f"p{number}", collection="projects")
        await directory.subscriptions.add(project, [ada])
    await directory.topics.subscribe(topic_place(environment.id, "news"), [ada])
    acme = await add("acme", collection=TENANTS)
    await directory.memberships.write([(Write(ada.place, (Identify(properties={"role": "owner"}),)), "acme")])
    page = await load(viewer, at("users", "ada"))
    shown = section(page, "Subscriptions")
    assert [link.text for link in shown.all("a")] == [
        *(f"p{number}" for number in range(10, 0, -1)),
        "Show all subscriptions",
    ]
    assert section(page, "Topics").one("a").attributes["href"] == at("topics", "news")
    assert section(page, "Tenants").one("a").attributes["href"] == at("tenants", acme.place.id)
    assert section(page, "Lists").text == "Lists In no list."
    everything = await load(viewer, shown.all("a")[-1].attributes["href"] or "")
    assert [row.text for row in everything.one("tbody").all("a")] == [f"p{number}" for number in range(10, -1, -1)]
    project_page = await load(viewer, at("objects", "projects", "p3"))
    assert section(project_page, "Subscribers").one("a").attributes["href"] == at("users", "ada")


async def test_there_is_no_list_of_what_it_cannot_have(
    viewer: httpx.AsyncClient, add: Add, at: Callable[..., str]
) -> None:
    await add("ada")
    assert (await viewer.get(at("users", "ada", "all", "subscribers"))).status_code == 404
    assert "Back to the profile" in (await load(viewer, at("users", "ada", "all", "schedules"))).text


async def test_merges_lead_to_their_pages(
    viewer: httpx.AsyncClient, add: Add, at: Callable[..., str], directory: Directory
) -> None:
    into, other = await add("ada"), await add("ada-2")
    done = await directory.merges.merge(into.place, other.place)
    merges = section(await load(viewer, at("users", "ada")), "Merged into this person")
    assert (merges.one("a").text, merges.one("a").attributes["href"]) == ("ada-2", at("merges", done.merge.id))


async def test_the_profile_of_a_moment_is_that_of_then(
    viewer: httpx.AsyncClient, add: Add, at: Callable[..., str]
) -> None:
    before = await add("ada", ADA)
    await add("ada", Identify(attributes={"name": "Countess"}, properties={"plan": "platinum"}))
    page = await load(viewer, at("users", "ada", at=before.updated_at.isoformat()))
    assert page.one("div", role="status").text.endswith("of then are not known. Back to today")
    assert section(page, "Attributes").text == "Attributes email a••••@example.com phone_number ••••17 name Ada"
    assert "plan gold" in section(page, "Properties").text
    assert "Version 1" in section(page, "Facts").text
    assert page.one("div", role="status").one("a").attributes["href"] == at("users", "ada")


@pytest.mark.parametrize(
    ("moment", "says"),
    [
        ("2001-01-01T12:00", "The history goes back to"),
        ("9999-01-01T12:00", "This time has not come yet"),
        ("yesterday", "Give a date and a time, like"),
    ],
)
async def test_a_moment_that_is_not_known_says_why(
    viewer: httpx.AsyncClient, add: Add, at: Callable[..., str], moment: str, says: str
) -> None:
    await add("ada", ADA)
    answer = await viewer.get(at("users", "ada", at=moment))
    assert answer.status_code == 422
    page = parse(answer.text)
    assert says in page.one("p", role="alert").text
    assert page.one("input", type="datetime-local").attributes["value"] == moment


async def test_a_moment_before_the_recipient_says_so(
    viewer: httpx.AsyncClient, add: Add, at: Callable[..., str]
) -> None:
    created = await add("ada", ADA)
    answer = await viewer.get(at("users", "ada", at=(created.updated_at - timedelta(minutes=1)).isoformat()))
    assert answer.status_code == 422
    assert "At that time, ada was not there yet" in answer.text


async def test_long_values_are_cut_until_all_is_asked_for(
    viewer: httpx.AsyncClient, add: Add, at: Callable[..., str]
) -> None:
    await add("ada", Identify(properties={"<b>big</b>": "y" * 50_000}))
    answer = await viewer.get(at("users", "ada"))
    assert len(answer.content) < 30_000
    page = parse(answer.text)
    assert f"<b>big</b> {'y' * 400}…" in section(page, "Properties").text
    (link,) = [each for each in page.all("a") if each.text == "Show all"]
    assert "y" * 50_000 in (await load(viewer, link.attributes["href"] or "")).text
