"""Searches of messages that look through a bounded number of them, whatever the filter, and go on from there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import asyncpg

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.recipient import Recipient
from addressee.messaging.messages.listing import MessageFilter, access_path, filter_parameters, resolve_ids
from addressee.messaging.messages.model import Message, Position
from addressee.messaging.messages.status import Status

SQL = load(__package__)

# The number of messages that a search looks at, as its statement says.
LOOKED_AT = 10_000


@dataclass(frozen=True, slots=True)
class Search:
    """A part of what a search finds, newest first.

    `counts` are of all that it found among the `looked_at` messages, of any status, by status. `after` is where it goes
    on, None at the end of the list.
    """

    entries: Sequence[Message]
    counts: Mapping[Status, int]
    looked_at: int
    after: Position | None

    @property
    def is_whole(self) -> bool:
        """Returns whether there was nothing more to look at."""
        return self.looked_at < LOOKED_AT


@dataclass(frozen=True, slots=True)
class FoundPositions:
    """The places where a search found messages, and where it stopped; `found` may have one more than the page holds."""

    found: Sequence[Position]
    counts: Mapping[Status, int]
    looked_at: int
    stopped: Position | None

    def next(self, size: int) -> Position | None:
        """Returns where the search goes on after a page of this size."""
        if len(self.found) > size:
            return self.found[size - 1]
        return self.stopped if self.looked_at == LOOKED_AT else None


async def search(
    connection: Connection,
    environment_id: int,
    owners: Sequence[Recipient] | None,
    filter: MessageFilter,
    after: Position | None,
    size: int,
) -> FoundPositions:
    """Looks for `size` messages of `owners`, None: of anybody, past a position."""
    ids = await resolve_ids(connection, environment_id, filter)
    start = min(after or Position(filter.until, ""), Position(filter.until, ""))
    rows = await connection.fetch(
        *SQL["search_messages"](
            environment_id=environment_id,
            path=access_path(filter, ids, owners),
            owners=owners or (),
            start_at=start.inserted_at,
            start_id=start.id,
            wanted=filter.statuses or None,
            limit=size + 1,
            **without_until(filter_parameters(replace(filter, statuses=()), ids)),
        )
    )
    return found_from(rows)


def without_until(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the parameters without the end of the period, at which the search starts."""
    return {name: value for name, value in parameters.items() if name != "until"}


def found_from(rows: Collection[asyncpg.Record]) -> FoundPositions:
    found = [Position(row["inserted_at"], row["name"]) for row in rows if row["kind"] == "found"]
    counts = {Status(row["name"]): row["number"] for row in rows if row["kind"] == "count"}
    stopped = [(Position(row["inserted_at"], row["name"]), row["number"]) for row in rows if row["kind"] == "stopped"]
    position, looked_at = stopped[0] if stopped else (None, 0)
    return FoundPositions(found, counts, looked_at, position)
