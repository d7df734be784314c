"""Archiving what is live in an environment, while nobody publishes what may name it."""

from __future__ import annotations

from collections.abc import Sequence

from addressee.database.pool import Connection
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Delete
from addressee.directory.recipient import Place
from addressee.directory.writing.history import Origin
from addressee.directory.writing.receipts import Receipt, keep
from addressee.directory.writing.writes import Write
from addressee.messaging.environment.channel_groups import delete_channel_group
from addressee.messaging.workflows.audiences.store import delete_audience
from addressee.messaging.workflows.commits.model import ResourceKey, ResourceKind
from addressee.messaging.workflows.commits.store import forget, read_drafts
from addressee.messaging.workflows.deploying.publishing import Publishing
from addressee.preferences.audiences import AUDIENCES


async def archive_audience(
    publishing: Publishing,
    directory: Directory,
    environment_id: int,
    key: str,
    origin: Origin,
    *,
    receipt: Receipt | None = None,
) -> bool:
    """Deletes an audience with its members, who stay users. Returns whether there was one; it may be repeated."""
    place = Place(environment_id, AUDIENCES, key)
    had_members = await directory.read(place) is not None
    if had_members:
        await directory.write(Write(place, (Delete(),), origin))
    async with publishing.changing(environment_id) as connection:
        was_there = await delete_pushed(connection, environment_id, key) or had_members
        if was_there:
            await keep(connection, receipt, None, directory.clock.now())
        return was_there


async def delete_pushed(connection: Connection, environment_id: int, key: str) -> bool:
    """Deletes what was pushed of an audience, and returns whether there was anything."""
    resource = ResourceKey(ResourceKind.AUDIENCE, key)
    had_draft = bool(await read_drafts(connection, environment_id, [resource]))
    await forget(connection, environment_id, [resource])
    return await delete_audience(connection, environment_id, key) or had_draft


async def archive_channel_group(
    publishing: Publishing,
    directory: Directory,
    environment_ids: Sequence[int],
    key: str,
    *,
    receipt: Receipt | None = None,
) -> bool:
    """Deletes a channel group in environments, and returns whether there was one; only then a receipt is kept.

    Workflows keep the channels that they took from it.
    """
    async with publishing.changing(*environment_ids) as connection:
        deleted = [await delete_channel_group(connection, id, key) for id in environment_ids]
        was_there = any(deleted)
        if was_there:
            await keep(connection, receipt, None, directory.clock.now())
        return was_there
