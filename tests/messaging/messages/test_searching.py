"""Searches of messages, which look through a bounded number of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from addressee.messaging.messages import searching
from addressee.messaging.messages.listing import MessageFilter
from addressee.messaging.messages.model import Position
from addressee.messaging.messages.searching import Search
from addressee.messaging.messages.status import Status
from tests.messaging.office import Office


@pytest.fixture
async def office(office: Office) -> Office:
    """Three people have a message in the feed and an e-mail each; Cora's e-mail has no address to go to."""
    await office.push()
    for id in ("ada", "bob"):
        await office.identify(id, email=f"{id}@example.com")
        await office.trigger(id, tenant="acme" if id == "bob" else None)
        await office.work()
        office.clock.move(timedelta(minutes=1))
    await office.identify("cora")
    await office.trigger("cora")
    await office.work()
    return office


async def search(
    office: Office, after: Position | None = None, size: int = 50, owners: list[str] | None = None, **filter: Any
) -> Search:
    places = None if owners is None else [office.user(id) for id in owners]
    return await office.messaging.messages.search(office.environment_id, places, MessageFilter(**filter), after, size)


def told(found: Search) -> list[str]:
    return [f"{message.recipient.id} {message.step_ref}" for message in found.entries]


async def test_it_finds_the_newest_first_and_goes_on_where_a_page_ends(office: Office) -> None:
    first = await search(office, size=3)
    assert told(first) == ["cora in-app", "bob email", "bob in-app"] or told(first) == [
        "cora in-app",
        "bob in-app",
        "bob email",
    ]
    assert first.counts == {Status.DELIVERED: 3, Status.SENT: 2}
    assert (first.looked_at, first.is_whole) == (5, True)
    rest = await search(office, first.after, size=3)
    assert sorted(told(rest)) == ["ada email", "ada in-app"]
    assert rest.after is None


async def test_a_status_limits_what_is_found_and_not_what_is_counted(office: Office) -> None:
    found = await search(office, statuses=[Status.SENT])
    assert told(found) == ["bob email", "ada email"]
    assert found.counts == {Status.DELIVERED: 3, Status.SENT: 2}


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        ({"owners": ["ada"]}, ["ada email", "ada in-app"]),
        ({"owners": ["nobody"]}, []),
        ({"tenant": "acme"}, ["bob email", "bob in-app"]),
        ({"source": "welcome", "statuses": [Status.SENT]}, ["ada email", "bob email"]),
        ({"source": "farewell"}, []),
    ],
)
async def test_it_finds_what_a_filter_matches(office: Office, filter: dict[str, Any], expected: list[str]) -> None:
    found = await search(office, **filter)
    assert sorted(told(found)) == expected
    assert found.after is None


async def test_it_stops_after_so_many_messages_and_says_where_it_goes_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if it looked at no more than these five: the statement's own number would take 10,000 messages."""
    monkeypatch.setattr(searching, "LOOKED_AT", 5)
    found = await search(office, statuses=[Status.BOUNCED])
    assert (told(found), found.is_whole) == ([], False)
    assert found.after is not None
    assert (await search(office, found.after, statuses=[Status.BOUNCED])).after is None


async def test_messages_of_the_deleted_are_left_out(office: Office) -> None:
    await office.delete("bob")
    assert "bob email" not in told(await search(office))


async def test_nothing_crosses_environments(office: Office, other: Office) -> None:
    assert (await search(other)).entries == []
