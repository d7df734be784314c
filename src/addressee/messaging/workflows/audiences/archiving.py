"""Archiving an audience: nobody is a member of it any more, and its key is free."""

from __future__ import annotations

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Delete
from addressee.directory.recipient import Place
from addressee.directory.writing.history import Origin
from addressee.directory.writing.receipts import Receipt, keep
from addressee.directory.writing.writes import Write
from addressee.messaging.workflows.commits.model import ResourceKey, ResourceKind
from addressee.messaging.workflows.commits.store import forget, read_drafts
from addressee.preferences.audiences import AUDIENCES

SQL = load(__package__)


async def archive_audience(
    directory: Directory, environment_id: int, key: str, origin: Origin, *, receipt: Receipt | None = None
) -> bool:
    """Deletes an audience with its members, who stay users. Returns whether there was one; it may be repeated."""
    place = Place(environment_id, AUDIENCES, key)
    had_members = await directory.read(place) is not None
    if had_members:
        await directory.write(Write(place, (Delete(),), origin))
    async with directory.pool.acquire() as connection, connection.transaction():
        was_there = await is_deleted(connection, environment_id, key) or had_members
        if was_there:
            await keep(connection, receipt, None, directory.clock.now())
        return was_there


async def is_deleted(connection: Connection, environment_id: int, key: str) -> bool:
    """Deletes what was pushed of an audience, and returns whether there was anything."""
    resource = ResourceKey(ResourceKind.AUDIENCE, key)
    had_draft = bool(await read_drafts(connection, environment_id, [resource]))
    await forget(connection, environment_id, [resource])
    deleted = await connection.fetchval(*SQL["delete_audience"](environment_id=environment_id, key=key))
    return had_draft or deleted is not None
