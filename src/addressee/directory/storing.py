"""Puts applied edits into the database, with their history and what else hangs on them."""

from __future__ import annotations

from typing import Any

from addressee.database.jobs import Job
from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory import rows
from addressee.directory.applying import Applied
from addressee.directory.recipient import Place

SQL = load(__package__)


async def store_recipients(connection: Connection, effective: list[Applied]) -> set[Place]:
    """The guarded write (DESIGN §3): one statement, sorted by key so that writers cannot deadlock."""
    if not effective:
        return set()
    written = [
        (
            *after.place,
            after.uid,
            after.version,
            after.updated_at,
            *(rows.changed_document(outcome.before, after, name) for name in rows.DOCUMENTS),
            after.deleted_at,
            after.format,
        )
        for outcome in effective
        if (after := outcome.after)
    ]
    changes = [
        (
            *outcome.group.place,
            ordinal,
            change.uid,
            change.edit,
            change.origin.key_id,
            change.origin.request_id,
            None if change.before is None else rows.encode(change.before),
            None if change.after is None else rows.encode(change.after),
        )
        for outcome in effective
        for ordinal, change in enumerate(outcome.changes)
    ]
    arguments: list[Any] = [*zip(*written, strict=True), *zip(*changes, strict=True)]
    won = await connection.fetch(SQL["write_recipients"], *arguments)
    return {Place(*row) for row in won}


def erasure(deleted: list[Applied]) -> Job:
    """The job that erases what deleted identities leave behind: messages, runs, values in the history."""
    return Job("erase", {"people": [[*one.group.place, str(uid)] for one in deleted for uid in one.ended]})
