"""The service that reads messages, their contents, events and delivery logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from addressee.database.paging import Page, PageRequest, build_page
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import USERS, Document, Place, Recipient
from addressee.messaging.content.channel_types import AnyContent
from addressee.messaging.messages.activities import Activity, activities_of, is_on, read_items
from addressee.messaging.messages.delivery_logs import DeliveryLog, delivery_log_from
from addressee.messaging.messages.events import MessageEvent, event_from
from addressee.messaging.messages.last_uses import LastUse, UsedAddress, last_uses
from addressee.messaging.messages.listing import (
    MessageFilter,
    access_path,
    entry_page_parameters,
    filter_parameters,
    message_page_parameters,
    resolve_ids,
)
from addressee.messaging.messages.model import (
    Address,
    Message,
    Position,
    assemble,
    read_living_messages,
    read_messages,
)
from addressee.messaging.messages.searching import Search, search, without_until
from addressee.messaging.recipients.people import read_identities, read_people

SQL = load(__package__)


@dataclass(frozen=True, slots=True)
class Contents:
    message_id: str
    inserted_at: datetime
    content: AnyContent


class Messages:
    """Reads messages.

    A message belongs to the recipient that it was sent to. Once that recipient is deleted, no list of its own has it,
    and it is found by its id and among everybody's only if its history was kept.
    """

    def __init__(self, pool: Pool, reader: Reader) -> None:
        self._pool = pool
        self._reader = reader

    async def get(self, environment_id: int, id: str) -> Message | None:
        async with self._pool.acquire() as connection:
            found = await read_messages(connection, environment_id, [id])
        return found[0] if found else None

    async def get_living(self, environment_id: int, id: str, *, user: str | None = None) -> Message | None:
        """Returns a message of a recipient that is not deleted: callers who act for people find no others.

        With `user` only that user's own.
        """
        async with self._pool.acquire() as connection:
            found = await read_living_messages(connection, environment_id, [id])
            if not found or user is None:
                return found[0] if found else None
            owners = await read_identities(connection, Place(environment_id, USERS, user))
        return found[0] if found[0].recipient in owners else None

    async def contents(self, environment_id: int, ids: Sequence[str]) -> list[Contents]:
        """Returns the contents of those messages that there are, in the order asked for."""
        rows = await self._pool.fetch(*SQL["contents"](environment_id=environment_id, ids=ids))
        found = {
            row["id"]: Contents(row["id"], row["inserted_at"], msgspec.json.decode(row["content"], type=AnyContent))
            for row in rows
        }
        return [found[id] for id in dict.fromkeys(ids) if id in found]

    async def events(self, environment_id: int, message_id: str, page: PageRequest[str]) -> Page[MessageEvent] | None:
        """Returns a message's events, oldest first; None when there is no such message."""
        rows = await self._entries("events_of_message", environment_id, message_id, page)
        if rows is None:
            return None
        return build_page([event_from(environment_id, row) for row in rows], page, lambda event: event.id)

    async def latest_events(self, environment_id: int, ids: Sequence[str]) -> dict[str, dict[str, MessageEvent]]:
        """Returns the latest event of each type, by message ids and types."""
        found: dict[str, dict[str, MessageEvent]] = {id: {} for id in ids}
        for row in await self._pool.fetch(*SQL["latest_events"](environment_id=environment_id, message_ids=ids)):
            event = event_from(environment_id, row)
            found[event.message_id][event.type] = event
        return found

    async def delivery_logs(
        self, environment_id: int, message_id: str, page: PageRequest[str]
    ) -> Page[DeliveryLog] | None:
        """Returns a message's delivery logs, oldest first; None when there is no such message."""
        rows = await self._entries("delivery_logs_of_message", environment_id, message_id, page)
        if rows is None:
            return None
        return build_page([delivery_log_from(row) for row in rows], page, lambda log: log.id)

    async def addresses(self, environment_id: int, ids: Sequence[str]) -> dict[str, list[Address]]:
        """Returns the addresses that messages went to, or were to go to, by message ids.

        Messages in a feed or a sandbox have none.
        """
        found: dict[str, list[Address]] = {id: [] for id in ids}
        for row in await self._pool.fetch(
            *SQL["addresses_of_messages"](environment_id=environment_id, message_ids=ids)
        ):
            found[row["message_id"]].append(Address(row["kind"], row["address"]))
        return found

    async def sending_channels(self, environment_id: int, message_id: str) -> set[UUID]:
        """Returns the channels that send a message, or sent it at last: its own one, or stand-ins of that."""
        rows = await self._pool.fetch(*SQL["channels_of_sends"](environment_id=environment_id, message_id=message_id))
        return {row["channel_id"] for row in rows}

    async def last_uses(self, recipient: Recipient) -> Mapping[UsedAddress, LastUse]:
        """Returns when each address was last sent to, as far as the recipient's latest 200 messages tell."""
        return await last_uses(self._pool, recipient)

    async def activities(
        self, environment_id: int, message_id: str, trigger_data: Document, page: PageRequest[str]
    ) -> Page[Activity] | None:
        """Returns those of a message's activities whose data holds `trigger_data` (flat, exact), by their ids.

        None when there is no such message.
        """
        filter = MessageFilter(message_ids=[message_id], trigger_data=trigger_data)
        found = (await self.list(environment_id, None, filter, PageRequest(1))).entries
        if not found and not await self._exists(environment_id, message_id):
            return None
        items = await read_items(self._pool, environment_id, found)
        named = {identity for message in found for identity in (message.recipient, *message.actors)}
        people = await read_people(self._reader, environment_id, {*named, *items.actors})
        activities = [each for message in found for each in activities_of(message, items, people)]
        activities.sort(key=lambda activity: activity.id)
        on_page = [each for each in activities if is_on(page, each.id)]
        return build_page(on_page, page, lambda activity: activity.id)

    async def count(self, environment_id: int, recipients: Sequence[Place] | None, filter: MessageFilter) -> int:
        """Returns how many messages `list` has in all its pages, as far as they are among the newest 10,000.

        Those newest are of what the filter names first: recipients, messages, a run, a topic, a tenant, a workflow, or
        all. Messages of people who were deleted count until they are erased.
        """
        owners = await self._owners(recipients)
        async with self._pool.acquire() as connection:
            ids = await resolve_ids(connection, environment_id, filter)
            count: int = await connection.fetchval(
                *SQL["count_messages"](
                    environment_id=environment_id,
                    path=access_path(filter, ids, owners),
                    owners=owners or (),
                    start_at=filter.until,
                    start_id="",
                    **without_until(filter_parameters(filter, ids)),
                )
            )
        return count

    async def search(
        self,
        environment_id: int,
        recipients: Sequence[Place] | None,
        filter: MessageFilter,
        after: Position | None,
        size: int,
    ) -> Search:
        """Looks for `size` messages to those of `recipients` that are known, None: to anybody. Newest first.

        Unlike `list`, it looks at LOOKED_AT messages at most, so that a filter that matches few takes no longer.
        Messages of deleted people are left out, but count until they are erased.
        """
        owners = await self._owners(recipients)
        async with self._pool.acquire() as connection:
            places = await search(connection, environment_id, owners, filter, after, size)
            entries = await read_messages(connection, environment_id, [id for _, id in places.found[:size]])
        return Search(entries, places.counts, places.looked_at, places.next(size))

    async def list(
        self,
        environment_id: int,
        recipients: Sequence[Place] | None,
        filter: MessageFilter,
        page: PageRequest[Position],
    ) -> Page[Message]:
        """Returns messages to those of `recipients` that are known, None: to anybody. Newest first."""
        owners = await self._owners(recipients)
        async with self._pool.acquire() as connection:
            ids = await resolve_ids(connection, environment_id, filter)
            rows = await connection.fetch(
                *SQL[access_path(filter, ids, owners)](
                    environment_id=environment_id,
                    **message_page_parameters(page, filter.since, filter.until),
                    **filter_parameters(filter, ids),
                    **({} if owners is None else {"owners": owners}),
                )
            )
            messages = await assemble(connection, environment_id, rows)
        return build_page(messages, page, lambda message: message.position)

    async def _owners(self, recipients: Sequence[Place] | None) -> Sequence[Recipient] | None:
        if recipients is None:
            return None
        return list((await self._reader.read_all(dict.fromkeys(recipients))).values())

    async def _entries(
        self, statement: str, environment_id: int, message_id: str, page: PageRequest[str]
    ) -> Sequence[asyncpg.Record] | None:
        """Returns a page of what is stored of a message, None when there is no such message."""
        rows = await self._pool.fetch(
            *SQL[statement](environment_id=environment_id, message_id=message_id, **entry_page_parameters(page))
        )
        return rows if rows or await self._exists(environment_id, message_id) else None

    async def _exists(self, environment_id: int, id: str) -> bool:
        exists: bool = await self._pool.fetchval(*SQL["message_exists"](environment_id=environment_id, id=id))
        return exists
