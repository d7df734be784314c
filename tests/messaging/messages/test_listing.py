"""Lists of messages: of one recipient, and of everybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from addressee.database.paging import PageRequest, page_request
from addressee.directory.recipient import USERS, Place
from addressee.messaging.messages.listing import MessageFilter, access_path
from addressee.messaging.messages.marks.mark import Mark
from addressee.messaging.messages.model import Message, Position
from addressee.messaging.messages.status import Status
from addressee.messaging.triggers.batches import Accepted, Record
from addressee.messaging.triggers.trigger import Trigger
from tests.messaging.office import FILES, WELCOME, Office

BOTH = {**FILES, "workflows/farewell.yaml": WELCOME.replace("onboarding", "leaving")}

ONE, EVERYBODY = ["ada"], None


@pytest.fixture
async def office(office: Office) -> Office:
    """Ada has four messages: two of each of two runs, the second one of a tenant and of another workflow."""
    await office.push(BOTH)
    await office.identify("ada", email="ada@example.com")
    await office.trigger("ada", data={"n": 1})
    await office.work()
    office.clock.move(timedelta(minutes=1))
    await office.trigger("ada", workflow="farewell", data={"n": 2}, tenant="acme")
    await office.work()
    return office


def places(office: Office, ids: list[str] | None) -> list[Place] | None:
    return None if ids is None else [office.user(id) for id in ids]


async def listed(office: Office, recipient: list[str] | None, **filter: Any) -> Sequence[Message]:
    owners = places(office, recipient)
    found = await office.messaging.messages.list(
        office.environment_id, owners, MessageFilter(**filter), PageRequest(50)
    )
    return found.entries


@pytest.mark.parametrize("recipient", [ONE, EVERYBODY], ids=["one", "everybody"])
class TestFilters:
    async def test_by_where_messages_come_from(self, office: Office, recipient: list[str] | None) -> None:
        everything = await listed(office, recipient)
        assert len(everything) == 4
        newest, oldest = everything[0], everything[-1]

        async def count(**filter: Any) -> int:
            return len(await listed(office, recipient, **filter))

        assert await count(tenant="acme") == 2
        assert await count(tenant="other") == 0
        assert await count(channel_ids=[await office.channel_id()]) == 2
        assert await count(channel_ids=[uuid4()]) == 0
        assert await count(source="welcome") == 2
        assert await count(source="other") == 0
        assert await count(source="welcome", tenant="acme") == 0
        assert await count(source="farewell", tenant="acme") == 2
        assert await count(categories=["onboarding"]) == 2
        assert await count(categories=["onboarding", "leaving"]) == 4
        assert await count(categories=["other"]) == 0
        assert await count(run_id=newest.run_id) == 2
        assert await count(run_id=newest.run_id, source="welcome") == 0
        assert await count(run_id=uuid4()) == 0
        assert await count(recipient_run_id=newest.recipient_run_id) == 2
        assert await count(recipient_run_id=newest.recipient_run_id, message_ids=[newest.id, oldest.id]) == 1
        assert await count(recipient_run_id=uuid4()) == 0
        assert await count(collection=USERS) == 4
        assert await count(collection="projects") == 0
        assert await count(topic="news") == 0
        assert await count(trigger_data={"n": 2}) == 2
        assert await count(trigger_data={"n": 2, "m": 1}) == 0
        assert await count(since=oldest.inserted_at + timedelta(seconds=1)) == 2
        assert await count(since=newest.inserted_at) == 1
        assert await count(until=newest.inserted_at) == 3, "the in-app message of the same run is a microsecond older"
        assert await count(until=oldest.inserted_at) == 0

    async def test_by_what_became_of_them(self, office: Office, recipient: list[str] | None) -> None:
        everything = await listed(office, recipient)
        newest, oldest = everything[0], everything[-1]
        await office.messaging.marks.mark(office.environment_id, [newest.id], Mark.SEEN)
        await office.messaging.marks.mark(office.environment_id, [newest.id], Mark.ARCHIVED)
        await office.messaging.marks.mark(office.environment_id, [oldest.id], Mark.INTERACTED)

        async def count(**filter: Any) -> int:
            return len(await listed(office, recipient, **filter))

        assert await count(statuses=[Status.SENT]) == 2
        assert await count(statuses=[Status.SENT, Status.DELIVERED]) == 4
        assert await count(statuses=[Status.BOUNCED]) == 0
        assert await count(engagements=["seen"]) == 1
        assert await count(engagements=["unseen"]) == 3
        assert await count(engagements=["read", "interacted"]) == 1
        assert await count(engagements=["seen", "read"]) == 0
        assert await count(engagements=["archived"]) == 1
        assert await count(engagements=["unread", "unarchived"]) == 2
        assert await count(engagements=["link_clicked"]) == 0

    async def test_by_id(self, office: Office, recipient: list[str] | None) -> None:
        everything = await listed(office, recipient)
        newest, oldest = everything[0], everything[-1]
        assert await listed(office, recipient, message_ids=[oldest.id, newest.id, "none"]) == [newest, oldest]
        assert await listed(office, recipient, message_ids=[]) == []
        assert await listed(office, recipient, message_ids=[newest.id], tenant="other") == []
        assert await listed(office, recipient, message_ids=[newest.id], tenant="acme") == [newest]

    @pytest.mark.parametrize("filter", [{}, {"source": "welcome"}, {"tenant": "acme"}, {"run": True}, {"ids": True}])
    async def test_pages_neither_skip_nor_repeat(
        self, office: Office, recipient: list[str] | None, filter: dict[str, Any]
    ) -> None:
        everything = await listed(office, recipient)
        if "run" in filter:
            filter = {"run_id": everything[0].run_id}
        if "ids" in filter:
            filter = {"message_ids": [message.id for message in everything[1:]]}
        whole = list(await listed(office, recipient, **filter))
        assert len(whole) >= 2
        forth: list[Message] = []
        after = before = None
        for _ in whole:
            part = await office.messaging.messages.list(
                office.environment_id,
                places(office, recipient),
                MessageFilter(**filter),
                page_request(1, after, None, Position),
            )
            forth += part.entries
            after, before = part.after, part.before
        assert (forth, after) == (whole, None)
        back: list[Message] = []
        for _ in whole[1:]:
            part = await office.messaging.messages.list(
                office.environment_id,
                places(office, recipient),
                MessageFilter(**filter),
                page_request(1, None, before, Position),
            )
            back += part.entries
            before = part.before
        assert (back, before) == (whole[-2::-1], None)


async def test_everybodys_messages_are_listed_together(office: Office) -> None:
    await office.identify("bob")
    office.clock.move(timedelta(minutes=1))
    await office.trigger("bob")
    await office.work()
    found = await listed(office, EVERYBODY)
    assert [message.recipient.id for message in found] == ["bob", "ada", "ada", "ada", "ada"]
    assert [message.recipient.id for message in await listed(office, ["bob"])] == ["bob"]


async def test_who_is_gone_is_left_out_of_every_list(office: Office) -> None:
    message, *_ = await listed(office, EVERYBODY)
    filters: list[dict[str, Any]] = [
        {},
        {"tenant": "acme"},
        {"source": "farewell"},
        {"run_id": message.run_id},
        {"recipient_run_id": message.recipient_run_id},
        {"message_ids": [message.id]},
    ]
    for filter in filters:
        assert message in await listed(office, EVERYBODY, **filter)
    await office.delete("ada")
    for filter in filters:
        assert await listed(office, EVERYBODY, **filter) == []
    await office.identify("ada")
    for filter in filters:
        assert await listed(office, EVERYBODY, **filter) == []


async def test_messages_follow_a_merge_in_every_list(office: Office) -> None:
    whole = [message.id for message in await listed(office, EVERYBODY)]
    await office.identify("eve")
    await office.merge("eve", "ada")
    for recipient in (EVERYBODY, ["eve"]):
        found = await listed(office, recipient)
        assert [message.id for message in found] == whole
        assert {message.recipient.id for message in found} == {"eve"}
    assert not await listed(office, ["ada"])


async def test_messages_keep_their_topic_whomever_they_follow(office: Office) -> None:
    await office.subscribe("news", "ada", "bob")
    run_id = await office.tell("news")
    await office.work()
    told = [message.id for message in await listed(office, EVERYBODY, topic="news")]
    assert {message.id for message in await listed(office, EVERYBODY, run_id=run_id)} == set(told)
    assert len(told) == 3, "in the feed of both, and by e-mail to Ada"
    assert len(await listed(office, ONE, topic="news")) == 2
    assert await listed(office, EVERYBODY, topic="other") == []
    await office.merge("bob", "ada")
    found = await listed(office, EVERYBODY, topic="news")
    assert [(message.id, message.recipient.id, message.topic) for message in found] == [
        (id, "bob", "news") for id in told
    ]


async def test_another_environments_messages_are_not_listed(office: Office, other: Office) -> None:
    message, *_ = await listed(office, EVERYBODY)
    for filter in ({}, {"run_id": message.run_id}, {"message_ids": [message.id]}, {"source": "welcome"}):
        assert await listed(other, EVERYBODY, **filter) == []


@pytest.mark.parametrize(
    ("filter", "ids", "statement"),
    [
        (MessageFilter(), None, "messages_in_order"),
        (MessageFilter(source="welcome"), None, "messages_of_workflow"),
        (MessageFilter(source="welcome", tenant="acme"), None, "messages_of_tenant"),
        (MessageFilter(tenant="acme", topic="news"), None, "messages_of_topic"),
        (MessageFilter(topic="news", run_id=uuid4()), None, "messages_of_run"),
        (MessageFilter(run_id=uuid4()), ["a"], "messages_among"),
        (MessageFilter(), [], "messages_among"),
    ],
)
def test_the_narrowest_index_is_used(filter: MessageFilter, ids: list[str] | None, statement: str) -> None:
    assert access_path(filter, ids, None) == statement


async def test_several_peoples_messages_are_listed_together(office: Office) -> None:
    for id in ("bob", "eve"):
        await office.identify(id)
    office.clock.move(timedelta(minutes=1))
    await office.trigger("bob", "eve")
    await office.work()
    people = places(office, ["ada", "bob", "nobody"])
    whole = await listed(office, ["ada", "bob", "nobody"])
    assert {message.recipient.id for message in whole} == {"ada", "bob"}
    assert [message.position for message in whole] == sorted((message.position for message in whole), reverse=True)
    assert await listed(office, ["nobody"]) == await listed(office, []) == []
    found: list[Message] = []
    after = None
    while len(found) < len(whole):
        part = await office.messaging.messages.list(
            office.environment_id, people, MessageFilter(), page_request(2, after, None, Position)
        )
        found += part.entries
        after = part.after
    assert (found, after) == (whole, None)
    back = await office.messaging.messages.list(
        office.environment_id, people, MessageFilter(), PageRequest(2, before=whole[-1].position)
    )
    assert list(back.entries) == list(whole[-3:-1])


@pytest.mark.parametrize("recipients", [ONE, EVERYBODY], ids=["one", "everybody"])
async def test_stages_are_any_of_them(office: Office, recipients: list[str] | None) -> None:
    dismissed, clicked, read, plain = [message.id for message in await listed(office, recipients)]
    for id, mark in ((dismissed, Mark.DISMISSED), (clicked, Mark.INTERACTED), (read, Mark.SEEN), (read, Mark.READ)):
        await office.messaging.marks.mark(office.environment_id, [id], mark)
    await office.messaging.marks.mark(office.environment_id, [plain], Mark.ARCHIVED)

    async def found(*stages: str) -> set[str]:
        return {message.id for message in await listed(office, recipients, stages=stages)}

    assert await found("dismissed") == {dismissed}
    assert await found("interacted", "seen") == {clicked, read}
    assert await found("read") == {clicked, read}
    assert await found("unread") == {dismissed, plain}
    assert await found("archived") == {plain}
    (status,) = {message.status for message in await listed(office, recipients) if message.id == plain}
    assert await found(status) == {plain}


@pytest.mark.parametrize("recipients", [ONE, EVERYBODY], ids=["one", "everybody"])
async def test_messages_are_counted_as_they_are_listed(office: Office, recipients: list[str] | None) -> None:
    await office.subscribe("news", "ada", "bob")
    await office.tell("news")
    await office.work()
    newest = (await listed(office, recipients))[0]
    filters: list[dict[str, Any]] = [
        {},
        {"source": "farewell"},
        {"tenant": "acme"},
        {"run_id": newest.run_id},
        {"message_ids": [newest.id, "none"]},
        {"statuses": ["sent"]},
        {"stages": ["sent"]},
        {"since": newest.inserted_at},
        {"until": newest.inserted_at},
        {"broadcast": True},
        {"broadcast": False},
        {"idempotency_key": "none"},
        {"topic": "news"},
        {"collection": USERS},
        {"collection": "projects"},
    ]
    for filter in filters:
        owners, wanted = places(office, recipients), MessageFilter(**filter)
        count = await office.messaging.messages.count(office.environment_id, owners, wanted)
        assert count == len(await listed(office, recipients, **filter)), filter


async def test_what_started_a_run_is_known_of_its_messages(office: Office) -> None:
    office.clock.move(timedelta(minutes=1))
    what = Trigger("welcome", [office.user("ada")], source="broadcast")
    [accepted] = await office.messaging.triggers.accept_all(office.environment_id, [Record(what, "my key")], "request")
    await office.work()
    assert isinstance(accepted, Accepted)
    broadcast = await listed(office, ONE, broadcast=True)
    assert {message.run_id for message in broadcast} == {accepted.id}
    assert all(message.source == {"type": "broadcast", "idempotency_key": "my key"} for message in broadcast)
    assert await listed(office, EVERYBODY, idempotency_key="my key") == broadcast
    assert await listed(office, ONE, idempotency_key="my key", broadcast=False) == []
    assert len(await listed(office, ONE, broadcast=False)) == 4
