"""The events that a message is born with are stored with it, and are read and told of like all others."""

from datetime import datetime
from typing import Any

import msgspec
import pytest

from addressee.channels.provider import ChannelType
from addressee.database.paging import PageRequest
from addressee.database.queries import load
from addressee.messaging.messages.events import MessageEvent
from addressee.messaging.messages.marks.mark import Mark
from addressee.messaging.messages.model import Message
from addressee.messaging.webhooks.delivering.events import ToldMessage, read_events
from tests.messaging.office import IN_APP, Office
from tests.messaging.webhooks.told import open_endpoint, told

SQL = {**load("addressee.messaging.runs"), **load("addressee.messaging.lifecycle")}

NOTE = "steps: [{ref: note, channel: in-app, template: {body: Hello}}]"
BROKEN = """steps: [{ref: note, channel: in-app, template: {body: "{{ 1 | divided_by: 0 }}"}}]"""
WAITING = """
steps:
  - ref: wait
    type: wait_for_event
    settings:
      event: {{event_type: message, event_key: {event}, source_key: note}}
  - ref: end
    channel: in-app
    template: {{body: The note has come.}}
"""

STORED_AS_BEFORE = """
WITH had AS (
  SELECT *
  FROM addressee.events_of_messages
  WHERE environment_id = $1
),
events AS (
  INSERT INTO addressee.message_events
  SELECT *
  FROM had
  ON CONFLICT DO NOTHING
)
UPDATE addressee.messages
SET first_events = NULL,
    first_events_at = NULL
WHERE environment_id = $1
"""


@pytest.fixture
async def office(office: Office) -> Office:
    await office.push()
    await office.push({"channels/in-app.yaml": IN_APP, "workflows/note.yaml": NOTE})
    await office.identify("ada", email="ada@example.com")
    return office


async def noted(office: Office, id: str = "ada") -> Message:
    await office.trigger(id, workflow="note")
    await office.work()
    return (await office.messages(id))[0]


async def events_of(office: Office, message: Message) -> list[MessageEvent]:
    found = await office.messaging.messages.events(office.environment_id, message.id, PageRequest(50))
    assert found is not None
    return list(found.entries)


async def rows(office: Office) -> list[tuple[str, str]]:
    found = await office.pool.fetch(
        "SELECT recipient_id, type FROM addressee.message_events WHERE environment_id = $1 ORDER BY id",
        office.environment_id,
    )
    return [tuple(row) for row in found]


async def everything_read(office: Office, message: Message) -> list[Any]:
    """Returns what all who read events find."""
    latest = await office.messaging.messages.latest_events(office.environment_id, [message.id])
    ada = await office.directory.read(office.user("ada"))
    assert ada is not None
    exported = msgspec.json.decode(b"".join([piece async for piece in office.messaging.lifecycle.export(ada)]))
    return [await events_of(office, message), latest, exported]


async def test_only_what_happens_later_is_a_row(office: Office) -> None:
    message = await noted(office)
    assert [type for type, _ in await office.events(message)] == ["created", "delivered"]
    assert await rows(office) == []
    await office.messaging.marks.mark(office.environment_id, [message.id], Mark.SEEN)
    assert [type for type, _ in await office.events(message)] == ["created", "delivered", "seen"]
    assert await rows(office) == [("ada", "message.seen")]


async def test_events_have_the_time_at_which_the_message_was_made(office: Office) -> None:
    now = office.clock.now()
    times: set[datetime] = {event.inserted_at for event in await events_of(office, await noted(office))}
    assert all(now <= time <= office.clock.now() for time in times)
    assert len(times) == 1


async def test_a_message_that_the_version_before_stored_is_read_the_same(office: Office) -> None:
    await office.trigger("ada")
    await office.work()
    message = next(each for each in await office.messages("ada") if each.channel.type is ChannelType.EMAIL)
    await office.messaging.marks.mark(office.environment_id, [message.id], Mark.SEEN)
    found = await everything_read(office, message)
    await office.pool.execute(STORED_AS_BEFORE, office.environment_id)
    assert [type for _, type in await rows(office)].count("message.created") == 2
    assert await everything_read(office, message) == found


async def test_they_follow_a_merge_and_come_back_from_it(office: Office) -> None:
    message = await noted(office)
    await office.identify("lovelace")
    merge = await office.merge("lovelace", "ada")
    await office.work()
    assert {event.recipient.id for event in await events_of(office, message)} == {"lovelace"}
    await office.undo(merge)
    await office.work()
    assert {event.recipient.id for event in await events_of(office, message)} == {"ada"}


async def test_what_they_say_is_read_and_told(office: Office) -> None:
    await office.push({"workflows/note.yaml": BROKEN})
    endpoint = await open_endpoint(office, ["message.*"])
    message = await noted(office)
    (created, undelivered) = await events_of(office, message)
    assert created.data is None
    assert undelivered.type == "message.undelivered"
    assert undelivered.data is not None
    assert undelivered.data["failure_reason"] == "fatal_error"
    deliveries = await told(office, endpoint)
    assert [each.subject for each in deliveries] == [
        {"message_id": message.id, "event_id": event.id} for event in (created, undelivered)
    ]
    assert {each.occurred_at for each in deliveries} == {created.inserted_at}
    read = await read_events(office.pool, office.directory.reader, office.environment_id, deliveries)
    data = [event.data for each in deliveries if isinstance(event := read[each.id], ToldMessage)]
    assert data == [None, undelivered.data]


async def test_what_they_say_may_have_to_be_erased(office: Office) -> None:
    await office.push({"workflows/note.yaml": BROKEN})
    message, other = await noted(office), await noted(office)
    kept = await events_of(office, other)
    await office.pool.execute(*SQL["redact_events"](environment_id=office.environment_id, message_ids=[message.id]))
    assert await office.events(message) == [
        ("created", None),
        ("undelivered", {"failure_reason": "fatal_error", "failure_details": ""}),
    ]
    assert await events_of(office, other) == kept


@pytest.mark.parametrize(("event", "bodies"), [("created", 2), ("delivered", 2), ("seen", 1)])
async def test_they_end_the_waits_of_their_recipient(office: Office, event: str, bodies: int) -> None:
    await office.identify("bob")
    await office.push({"workflows/waiting.yaml": WAITING.format(event=event)})
    await office.trigger("ada", "bob", workflow="waiting")
    await office.work()
    await noted(office, "ada")
    assert len(await office.messages("ada")) == bodies
    assert await office.messages("bob") == []


async def test_where_nobody_listens_none_of_them_is_looked_at(office: Office) -> None:
    message = await noted(office)
    looked_at = await looked_at_while_storing(office, message)
    await open_endpoint(office, ["message.*"])
    assert (looked_at, await looked_at_while_storing(office, message)) == (0, 1)


async def looked_at_while_storing(office: Office, message: Message) -> int:
    """Returns how often events of a message like this one are looked at when it is stored."""
    row = await office.pool.fetchrow(
        "SELECT * FROM addressee.messages WHERE environment_id = $1", office.environment_id
    )
    assert row is not None
    made = {**row, "id": message.id[::-1], "ends_run": True}
    text, *arguments = SQL["insert_messages"](
        environment_id=office.environment_id,
        workflow=row["workflow"],
        version_id=row["version_id"],
        categories=row["categories"],
        tenant=None,
        messages=[Row(made)],
        position=0,
        now=row["first_events_at"],
    )
    async with office.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        found = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {text}", *arguments)
        await transaction.rollback()
    return sum(loops(msgspec.json.decode(found)[0]["Plan"]))


class Row:
    def __init__(self, cells: dict[str, Any]) -> None:
        self.__dict__.update(cells)


def loops(node: dict[str, Any]) -> list[int]:
    own = [node["Actual Loops"]] if node.get("Function Name") == "jsonb_to_recordset" else []
    return [*own, *(each for child in node.get("Plans", []) for each in loops(child))]
