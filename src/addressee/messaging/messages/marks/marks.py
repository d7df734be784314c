"""The service that marks messages: by their ids, or all that have something in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from addressee.database.jobs.queue import Wakeup
from addressee.database.pool import Pool
from addressee.directory.clock import Clock
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import USERS, Document, Place
from addressee.directory.writing.bulk import BulkOperation
from addressee.directory.writing.receipts import Receipt, keep
from addressee.messaging.messages.marks.bulk import Action, BulkMarks, Selection
from addressee.messaging.messages.marks.mark import Mark, MarkResult, has_mark, mark_result, set_mark
from addressee.messaging.messages.model import Message, lock_messages_and_heads, read_living_messages
from addressee.messaging.realtime.announcer import Announcer
from addressee.messaging.realtime.changes import FeedChange
from addressee.messaging.recipients.people import read_identities


class Marks:
    """Marks messages of recipients that are not deleted. A mark that a message has already keeps its time."""

    def __init__(self, pool: Pool, reader: Reader, wakeup: Wakeup, announcer: Announcer, clock: Clock) -> None:
        self._pool = pool
        self._reader = reader
        self._wakeup = wakeup
        self._announcer = announcer
        self._clock = clock
        self._bulk = BulkMarks(pool, announcer, clock)

    async def mark(
        self,
        environment_id: int,
        ids: Sequence[str],
        mark: Mark,
        *,
        user: str | None = None,
        metadata: Document | None = None,
        receipt: Receipt | None = None,
    ) -> list[Message]:
        """Marks messages, with `user` only that user's own, and returns them in the order asked for.

        A mark that a message has already changes nothing, nor does taking away one that it does not have.
        `metadata` that differs from that of the last interaction is another one.
        """
        now = self._clock.now()
        async with self._pool.acquire() as connection, connection.transaction():
            owners = None if user is None else await read_identities(connection, Place(environment_id, USERS, user))
            changes = await set_mark(connection, environment_id, ids, mark, owners=owners, metadata=metadata, now=now)
            messages = await read_living_messages(connection, environment_id, ids)
            if owners is not None:
                messages = [message for message in messages if message.recipient in owners]
            await keep(connection, receipt, messages, now)
        self._announcer.announce(changes)
        return messages

    async def mark_each(
        self, environment_id: int, marks: Mapping[str, Mark], *, receipt: Receipt | None = None
    ) -> dict[str, MarkResult]:
        """Marks messages by their ids, each in its own way, and returns what became of each.

        Raises what `receipts.keep` does for the receipt of the result.
        """
        now = self._clock.now()
        async with self._pool.acquire() as connection, connection.transaction():
            await lock_messages_and_heads(connection, environment_id, list(marks))
            found = {
                message.id: message for message in await read_living_messages(connection, environment_id, list(marks))
            }
            outcomes = {id: mark_result(found.get(id), mark) for id, mark in marks.items()}
            changing = [
                id
                for id, outcome in outcomes.items()
                if outcome is MarkResult.DONE and not has_mark(found[id], marks[id])
            ]
            changes: list[FeedChange] = []
            for mark in Mark:
                if ids := [id for id in changing if marks[id] is mark]:
                    changes += await set_mark(connection, environment_id, ids, mark, now=now)
            await keep(connection, receipt, outcomes, now)
        self._announcer.announce(changes)
        return outcomes

    async def mark_all(
        self,
        environment_id: int,
        action: Action,
        selection: Selection,
        recipients: Sequence[Place] | None = None,
        *,
        receipt: Receipt | None = None,
    ) -> BulkOperation:
        """Marks or deletes messages of `recipients`, None: of everybody. The newest are done when this returns."""
        owners = None
        if recipients is not None:
            found = await self._reader.read_all(set(recipients))
            owners = [person.identity for _, person in sorted(found.items())]
        operation = await self._bulk.begin(environment_id, action, selection, owners, receipt)
        self._wakeup.notify()
        return operation
