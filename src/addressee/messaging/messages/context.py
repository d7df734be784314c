"""The context that messages refer to: the data of their runs, and the current identities of the people in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.recipient import Document, Identity
from addressee.messaging.recipients.identity import MOVED_AGE

SQL = load(__package__)


@dataclass(frozen=True, slots=True)
class MessageContext:
    """The runs and merges that some messages name.

    `successors` are the identities into which others were merged, by the uid of the latter. `undone` are the identities
    that came back from merges that were undone, by the merge."""

    environment_id: int
    runs: Mapping[UUID, asyncpg.Record]
    successors: Mapping[UUID, asyncpg.Record]
    undone: Mapping[UUID, asyncpg.Record]

    def run_data(self, run_id: UUID) -> tuple[Document, Mapping[str, str]]:
        """Returns the data that a run was triggered with, and its source."""
        run = self.runs.get(run_id)
        return ({}, {}) if run is None else (msgspec.json.decode(run["data"]), msgspec.json.decode(run["source"]))

    def recipient(self, row: asyncpg.Record) -> Identity:
        """Returns the recipient of a message, which may have yet to follow a merge, or to come back from one."""
        identity = Identity(self.environment_id, row["collection"], row["recipient_id"], row["uid"])
        merge_id = last_merge(row)
        if merge_id is not None and (parted := self.undone.get(merge_id)) is not None:
            identity = identity._replace(id=parted["recipient_id"], uid=parted["uid"])
        return self.resolve(identity, row["inserted_at"])

    def resolve(self, identity: Identity, when: datetime) -> Identity:
        """Returns the current identity of a recipient of a message of `when`; older messages keep the one they name."""
        successor = None if identity.uid is None else self.successors.get(identity.uid)
        if successor is None or when < successor["merged_at"] - MOVED_AGE:
            return identity
        return identity._replace(id=successor["recipient_id"], uid=successor["uid"])


async def read_context(
    connection: Connection, environment_id: int, rows: Sequence[asyncpg.Record], actors: Sequence[Identity]
) -> MessageContext:
    found: dict[str, dict[UUID, Any]] = defaultdict(dict)
    named = {row["uid"] for row in rows} | {actor.uid for actor in actors if actor.uid is not None}
    for row in await connection.fetch(
        *SQL["message_context"](
            environment_id=environment_id,
            run_ids={row["run_id"] for row in rows},
            uids=named,
            merge_ids={merge_id for row in rows if (merge_id := last_merge(row)) is not None},
        )
    ):
        found[row["kind"]][row["id"]] = row
    return MessageContext(environment_id, found["run"], found["successor"], found["undone"])


def last_merge(row: asyncpg.Record) -> UUID | None:
    """Returns the last of the merges that a message followed, None if it followed none."""
    merges = row["merge_ids"]
    return merges[-1] if merges else None
