"""The published example of each type of event is like what is really sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from addressee.dialects.native.wire.webhook_examples import EXAMPLES
from addressee.directory.edits.recipients import DisableAddress, Edit, SetPreferences
from addressee.directory.writing.writes import Write
from addressee.messaging.messages.events import TYPES as MESSAGE_TYPES
from addressee.messaging.messages.events import NewEvent, insert_events
from addressee.messaging.webhooks.event_types import DESCRIPTIONS
from addressee.messaging.webhooks.model import TYPES
from tests.messaging.office import Office
from tests.messaging.webhooks.told import deliver, open_endpoint
from tests.support.webhook_receiver import Receiver

# Documents that differ from one recipient, trigger or event to the other.
FREE = {"attributes", "properties", "preferences", "data", "event"}


def differences(example: Any, sent: Any, path: str) -> list[str]:
    """Returns where fields or types differ. A list may be empty, and anything may be null."""
    if None in (example, sent):
        return []
    if type(example) is not type(sent):
        return [path]
    if isinstance(example, dict):
        unlike = [f"{path}.{name}" for name in example.keys() ^ sent.keys()]
        shared = [name for name in example if name in sent and name not in FREE]
        return unlike + [each for name in shared for each in differences(example[name], sent[name], f"{path}.{name}")]
    if isinstance(example, list) and example:
        return [each for one in sent for each in differences(example[0], one, f"{path}[]")]
    return []


def test_each_type_has_words_and_an_example() -> None:
    assert set(EXAMPLES) == set(DESCRIPTIONS) == set(TYPES)
    assert all(example["type"] == type for type, example in EXAMPLES.items())


async def write(office: Office, id: str, *edits: Edit) -> None:
    await office.directory.write(Write(office.user(id), edits))


async def test_what_is_sent_has_the_fields_of_the_example(office: Office, receiver: Receiver) -> None:
    await open_endpoint(office, url=receiver.url)
    await office.push()
    for id in ("ada", "grace", "bob"):
        await office.identify(id, email=f"{id}@example.com")
    await office.identify("ada", locale="en")
    await write(office, "ada", SetPreferences("default", {"channel_types": {"sms": False}}))
    await write(office, "ada", DisableAddress("email", "ada@example.com"))
    await office.trigger("ada", actor=office.user("bob"))
    await office.work()
    [*_, message] = await office.messages("ada")
    async with office.pool.acquire() as connection, connection.transaction():
        for type in MESSAGE_TYPES:
            office.clock.move(timedelta(seconds=1))
            event = NewEvent(message.id, message.recipient, type)
            await insert_events(connection, office.environment_id, [event], office.clock.now())
    await deliver(office)
    await office.merge("ada", "grace")
    await office.delete("bob")
    await deliver(office)

    sent = {request.type: request.json for request in receiver.received}
    assert set(sent) == set(TYPES)
    wrong = [
        f"{type}: {each}"
        for type, body in sent.items()
        for each in [
            *(["the envelope"] if body.keys() != EXAMPLES[type].keys() else []),
            *differences(EXAMPLES[type]["data"], body["data"], "data"),
        ]
    ]
    assert wrong == []
