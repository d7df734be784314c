"""Puts applied edits into the database, with their history and what else hangs on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from addressee.database.jobs import Job
from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory import rows
from addressee.directory.applying import Applied
from addressee.directory.history import Change
from addressee.directory.recipient import Place, Recipient

SQL = load(__package__)


@dataclass(frozen=True, slots=True)
class Effect:
    """A recipient that becomes another, with what the history keeps of it."""

    before: Recipient | None
    after: Recipient
    changes: Sequence[Change]


async def store_recipients(connection: Connection, effects: Sequence[Effect]) -> set[Place]:
    """The guarded write (DESIGN §3): one statement, sorted by key so that writers cannot deadlock."""
    if not effects:
        return set()
    written = [
        (
            *effect.after.place,
            effect.after.uid,
            effect.after.version,
            effect.after.updated_at,
            *(rows.changed_document(effect.before, effect.after, name) for name in rows.DOCUMENTS),
            effect.after.deleted_at,
            effect.after.format,
        )
        for effect in effects
    ]
    changes = [
        (
            *effect.after.place,
            ordinal,
            change.uid,
            change.edit,
            change.origin.key_id,
            change.origin.request_id,
            None if change.before is None else rows.encode(change.before),
            None if change.after is None else rows.encode(change.after),
        )
        for effect in effects
        for ordinal, change in enumerate(effect.changes)
    ]
    arguments: list[Any] = [*zip(*written, strict=True), *zip(*changes, strict=True)]
    won = await connection.fetch(SQL["write_recipients"], *arguments)
    return {Place(*row) for row in won}


def erasure(deleted: list[Applied]) -> Job:
    """The job that erases what deleted identities leave behind: messages, runs, values in the history."""
    return Job("erase", {"people": [[*one.group.place, str(uid)] for one in deleted for uid in one.ended]})
