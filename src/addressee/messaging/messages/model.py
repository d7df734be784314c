"""Messages as they are read from their rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import NamedTuple
from uuid import UUID

import asyncpg
import msgspec

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.addresses import entries
from addressee.directory.addresses.forms import mask, masked_key
from addressee.directory.recipient import Document, Identity
from addressee.messaging.environment import channels
from addressee.messaging.environment.channels import Channel
from addressee.messaging.messages.context import MessageContext, read_context
from addressee.messaging.messages.status import Status
from addressee.messaging.recipients.identity import StoredIdentity

SQL = load(__package__)


MAX_FILTER_TEXT = 256


class Position(NamedTuple):
    """The position of a message in a list, newest first."""

    inserted_at: datetime
    id: str


class Address(NamedTuple):
    """An address that a message goes to; `kind` is one of `directory.kinds.KINDS`."""

    kind: str
    value: str

    @property
    def shown(self) -> str:
        """The value as shown to operators: of a device's token and of a webhook's URL, only the end."""
        return mask(self.value) if self.kind in entries.PUSH else masked_key(self.value)


class Addressed(msgspec.Struct, frozen=True):
    """The part of a message's content that names the address of an e-mail."""

    to: str | None = None


class Collected(msgspec.Struct, frozen=True):
    """The numbers of activities and actors of a batch that a message tells of, shown or not."""

    total_activities: int
    total_actors: int


@dataclass(frozen=True, slots=True)
class Message:
    """A message. `recipient` and `actors` are current identities: merged ones are those into whom they were merged.

    `data` is that of the trigger with the recipient's own laid over it, or what a batch merged. `email` is where an
    e-mail goes to.

    `source` says what started the run: a `type` (api, broadcast, …), and the `idempotency_key` that its caller chose.
    `topic` is the one through which the recipient was notified, if any.
    """

    id: str
    channel: Channel
    recipient: Identity
    actors: tuple[Identity, ...]
    tenant: str | None
    topic: str | None
    status: Status
    workflow: str
    version_id: UUID
    categories: tuple[str, ...]
    step_ref: str
    run_id: UUID
    recipient_run_id: UUID
    data: Document
    total_activities: int
    total_actors: int
    is_of_batch: bool
    source: Mapping[str, str]
    email: str | None
    seen_at: datetime | None
    read_at: datetime | None
    interacted_at: datetime | None
    link_clicked_at: datetime | None
    archived_at: datetime | None
    dismissed_at: datetime | None
    inserted_at: datetime
    updated_at: datetime

    @property
    def position(self) -> Position:
        return Position(self.inserted_at, self.id)

    @property
    def stage(self) -> str:
        """The furthest stage that it reached: interacted, dismissed, seen, or the status of its delivery."""
        if self.interacted_at or self.link_clicked_at:
            return "interacted"
        if self.dismissed_at:
            return "dismissed"
        return "seen" if self.seen_at else self.status


async def read_messages(connection: Connection, environment_id: int, ids: Collection[str]) -> list[Message]:
    """Returns those messages that there are, in the order of `ids`."""
    return await read_in_order(connection, "messages", environment_id, ids)


async def read_living_messages(connection: Connection, environment_id: int, ids: Collection[str]) -> list[Message]:
    """Returns messages like `read_messages`, without those that are retained of deleted recipients."""
    return await read_in_order(connection, "living_messages", environment_id, ids)


async def read_in_order(
    connection: Connection, statement: str, environment_id: int, ids: Collection[str]
) -> list[Message]:
    rows = await connection.fetch(*SQL[statement](environment_id=environment_id, ids=ids))
    found = {message.id: message for message in await assemble(connection, environment_id, rows)}
    return [found[id] for id in dict.fromkeys(ids) if id in found]


async def assemble(connection: Connection, environment_id: int, rows: Sequence[asyncpg.Record]) -> list[Message]:
    """Returns messages from rows of `addressee.messages`; what they share is read once."""
    if not rows:
        return []
    channels_by_id = await channels.by_id(connection, environment_id)
    actors = [
        [each.within(environment_id) for each in msgspec.json.decode(row["actors"], type=list[StoredIdentity])]
        for row in rows
    ]
    context = await read_context(connection, environment_id, rows, list(chain.from_iterable(actors)))
    return [
        message_from(row, channels_by_id[row["channel_id"]], acting, context)
        for row, acting in zip(rows, actors, strict=True)
    ]


def message_from(row: asyncpg.Record, channel: Channel, actors: Sequence[Identity], context: MessageContext) -> Message:
    run_data, source = context.run_data(row["run_id"])
    collected = row["collected"] and msgspec.json.decode(row["collected"], type=Collected)
    return Message(
        id=row["id"],
        channel=channel,
        recipient=context.recipient(row),
        actors=tuple(context.resolve(actor, row["inserted_at"]) for actor in actors),
        tenant=row["tenant"],
        topic=row["topic"],
        status=Status(row["status"]),
        workflow=row["workflow"],
        version_id=row["version_id"],
        categories=tuple(row["categories"]),
        step_ref=row["step_ref"],
        run_id=row["run_id"],
        recipient_run_id=row["recipient_run_id"],
        data={**({} if collected else run_data), **msgspec.json.decode(row["data"])},
        total_activities=collected.total_activities if collected else 1,
        total_actors=collected.total_actors if collected else len(actors),
        is_of_batch=bool(collected),
        source=source,
        email=msgspec.json.decode(row["content"], type=Addressed).to,
        seen_at=row["seen_at"],
        read_at=row["read_at"],
        interacted_at=row["interacted_at"],
        link_clicked_at=row["link_clicked_at"],
        archived_at=row["archived_at"],
        dismissed_at=row["dismissed_at"],
        inserted_at=row["inserted_at"],
        updated_at=row["updated_at"],
    )


async def lock_messages(connection: Connection, environment_id: int, ids: Collection[str]) -> None:
    """Locks messages until the transaction ends.

    To be called before changing several messages, or any of their sends: locks are taken in one order, so that
    transactions do not deadlock, and the statement that follows sees what the last holder of the locks committed.

    The order is: messages by their ids, once in a transaction, which guards their sends too; then the states of
    channels by theirs (`lock_states`). Whoever claims sends holds no message, and so waits for no lock.
    """
    await connection.execute(*SQL["lock_messages"](environment_id=environment_id, ids=ids))


async def lock_messages_and_heads(connection: Connection, environment_id: int, ids: Collection[str]) -> None:
    """Locks messages and then their recipients' heads until the transaction ends.

    To be called before several statements that move the counts of feeds: each of them holds the heads that it needs, in
    one order, but all of them together do not.
    """
    await lock_messages(connection, environment_id, ids)
    await connection.execute(*SQL["lock_heads"](environment_id=environment_id, ids=ids))


def flattened(data: Document) -> Document:
    """Returns the data that lists can be filtered by: one level, texts cut to 256 characters (knock.md §3.9)."""
    return {
        name: value[:MAX_FILTER_TEXT] if isinstance(value, str) else value
        for name, value in data.items()
        if not isinstance(value, (dict, list))
    }
