"""Single messages, what they said, and what happened to them.

A message belongs to whom it was sent to: once that recipient is deleted, nothing here finds it, unless the history was
kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg
import msgspec

from addressee.database.paging import Page, PageRequest, build_page
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.recipient import Document, Place
from addressee.messaging.content.channel_types import AnyContent
from addressee.messaging.messages.model import Address, Message, assemble

SQL = load(__package__)


@dataclass(frozen=True, slots=True)
class MessageEvent:
    """`type` as in knock.md §2.0: `message.queued` and so on. Ids sort by time."""

    id: str
    type: str
    message_id: str
    recipient: Place
    data: Document | None
    inserted_at: datetime


@dataclass(frozen=True, slots=True)
class Contents:
    message_id: str
    inserted_at: datetime
    content: AnyContent


async def read_messages(connection: Connection, environment_id: int, ids: Sequence[str]) -> list[Message]:
    """Those of `ids` that there are, in that order."""
    return await read_in_order(connection, "messages", environment_id, ids)


async def read_living_messages(connection: Connection, environment_id: int, ids: Sequence[str]) -> list[Message]:
    """Like `read_messages`, without those that are kept of people who are gone: nobody does anything with them."""
    return await read_in_order(connection, "living_messages", environment_id, ids)


async def read_in_order(
    connection: Connection, statement: str, environment_id: int, ids: Sequence[str]
) -> list[Message]:
    rows = await connection.fetch(SQL[statement], environment_id, list(ids))
    found = {message.id: message for message in await assemble(connection, environment_id, rows)}
    return [found[id] for id in dict.fromkeys(ids) if id in found]


async def read_contents(pool: Pool, environment_id: int, ids: Sequence[str]) -> list[Contents]:
    """Of those of `ids` that there are, in that order."""
    rows = await pool.fetch(SQL["contents"], environment_id, list(ids))
    found = {
        row["id"]: Contents(row["id"], row["inserted_at"], msgspec.json.decode(row["content"], type=AnyContent))
        for row in rows
    }
    return [found[id] for id in dict.fromkeys(ids) if id in found]


async def list_events(
    pool: Pool, environment_id: int, message_id: str, page: PageRequest[str]
) -> Page[MessageEvent] | None:
    """Oldest first. None when there is no such message."""
    rows = await pool.fetch(
        SQL["events_of_message"],
        environment_id,
        message_id,
        not page.backwards,
        page.before if page.backwards else (page.after or ""),
        page.size + 1,
    )
    if not rows and not await pool.fetchval(SQL["message_exists"], environment_id, message_id):
        return None
    return build_page([event_from(environment_id, row) for row in rows], page, lambda event: event.id)


async def latest_events(pool: Pool, environment_id: int, ids: Sequence[str]) -> dict[str, dict[str, MessageEvent]]:
    """What happened to messages, by their ids and the type of the event: of each type the latest one."""
    found: dict[str, dict[str, MessageEvent]] = {id: {} for id in ids}
    for row in await pool.fetch(SQL["latest_events"], environment_id, list(ids)):
        event = event_from(environment_id, row)
        found[event.message_id][event.type] = event
    return found


async def read_addresses(pool: Pool, environment_id: int, ids: Sequence[str]) -> dict[str, list[Address]]:
    """Where messages went, or were to go, by their ids; nowhere in a feed or a sandbox."""
    found: dict[str, list[Address]] = {id: [] for id in ids}
    for row in await pool.fetch(SQL["addresses_of_messages"], environment_id, list(ids)):
        found[row["message_id"]].append(Address(row["kind"], row["address"]))
    return found


def event_from(environment_id: int, row: asyncpg.Record) -> MessageEvent:
    return MessageEvent(
        row["id"],
        row["type"],
        row["message_id"],
        Place(environment_id, row["collection"], row["recipient_id"]),
        row["data"] and msgspec.json.decode(row["data"]),
        row["inserted_at"],
    )
