"""Audiences of recipients: only of the identity that was added, and only living ones."""

from datetime import UTC, datetime

from addressee.database.pool import Pool
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Delete, Identify
from addressee.directory.recipient import USERS, Place, Recipient
from addressee.directory.writing.writes import Write
from addressee.preferences.audiences import AUDIENCES, audiences_asked_for, read_audiences
from tests.conftest import Environment

NOW = datetime(2025, 6, 1, tzinfo=UTC)


async def test_members_are_those_who_were_added(pool: Pool, environment: Environment) -> None:
    directory = Directory(pool)

    async def someone(collection: str, id: str) -> Recipient:
        written = await directory.write(Write(Place(environment.id, collection, id), (Identify(),)))
        assert written.recipient is not None
        return written.recipient

    async def delete(recipient: Recipient) -> None:
        await directory.write(Write(recipient.place, (Delete(),)))

    ada, bob, former = [await someone(USERS, id) for id in ("ada", "bob", "eve")]
    beta, vip, gone = [await someone(AUDIENCES, id) for id in ("beta", "vip", "gone")]
    team = await someone("teams", "beta")
    for object, members in ((beta, [ada, bob, former]), (vip, [ada]), (gone, [ada]), (team, [bob])):
        await directory.subscriptions.add(object, members)
    await delete(gone)
    await delete(former)
    eve = await someone(USERS, "eve")
    assert await read_audiences(pool, environment.id, [ada, bob, eve]) == {
        ada.place: frozenset({"beta", "vip"}),
        bob.place: frozenset({"beta"}),
    }


def test_a_document_asks_for_audiences_when_a_condition_does() -> None:
    asking = {"variable": "recipient", "operator": "is_not_audience_member", "argument": "beta"}
    other = {"variable": "recipient.x", "operator": "exists"}
    document = {"workflows": {"w": {"kinds": {"email": {"conditions": [other, asking]}}}}}
    assert list(audiences_asked_for(document)) == ["beta"]
    assert list(audiences_asked_for({"workflows": {"operator": {"conditions": [other]}}, "enabled": True})) == []
