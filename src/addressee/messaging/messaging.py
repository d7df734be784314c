"""The face of the messaging room."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from addressee.database.jobs import Hint
from addressee.database.paging import Page, Slice
from addressee.database.pool import Pool
from addressee.directory.clock import Clock
from addressee.directory.reader import Reader
from addressee.directory.recipient import Document
from addressee.messaging import channels, reading
from addressee.messaging.cancelling import cancel
from addressee.messaging.feed import Feed, FeedFilter, read_feed
from addressee.messaging.marking import Mark, mark_messages
from addressee.messaging.message import Message, Position
from addressee.messaging.reading import Contents, MessageEvent, MessageFilter
from addressee.messaging.reference import Reference
from addressee.messaging.triggering import Accepted, Receipt, Trigger, foresee, trigger
from addressee.messaging.workflow import Channel


class Messaging:
    """Accepts triggers, and reads and marks what came of them. Workers do what lies between."""

    def __init__(self, pool: Pool, reader: Reader, hint: Hint, clock: Clock | None = None) -> None:
        self._pool = pool
        self._reader = reader
        self._hint = hint
        self._clock = clock or Clock()

    async def trigger(
        self, environment_id: int, what: Trigger, *, request_id: str, receipt: Receipt | None = None
    ) -> Accepted:
        """Accepts a run; when this returns it is committed.

        A request under the same receipt key within 24 hours is answered as the first one was. Raises MessagingError:
        WorkflowMissingError, WorkflowInactiveError, ActorMissingError, DataInvalidError or ReceiptMismatchError.
        """
        accepted = await trigger(
            self._pool,
            self._reader,
            environment_id,
            what,
            request_id=request_id,
            receipt=receipt,
            now=self._clock.now(),
        )
        self._hint.give()
        return accepted

    async def foresee(self, environment_id: int, what: Trigger, *, receipt: Receipt | None = None) -> Accepted | None:
        """What `trigger` would answer to a repeated request, None for a first one; starts nothing.

        Raises what `trigger` would, but for a missing actor: for callers who write recipients first.
        """
        return await foresee(self._pool, environment_id, what, receipt, self._clock.now())

    async def cancel(
        self,
        environment_id: int,
        workflow: str,
        cancellation_key: str,
        recipients: Sequence[Reference] | None = None,
    ) -> None:
        """Stops the unfinished runs of a workflow under a key: of `recipients`, or of all."""
        await cancel(self._pool, environment_id, workflow, cancellation_key, recipients, self._clock.now())

    async def messages(
        self, environment_id: int, recipient: Reference, filter: MessageFilter, page: Page[Position]
    ) -> Slice[Message]:
        """Newest first; empty for a recipient that is not known."""
        return await reading.list_messages(self._pool, self._reader, environment_id, recipient, filter, page)

    async def message(self, environment_id: int, id: str) -> Message | None:
        async with self._pool.acquire() as connection:
            found = await reading.read_messages(connection, environment_id, [id])
        return found[0] if found else None

    async def contents(self, environment_id: int, ids: Sequence[str]) -> list[Contents]:
        """Of those messages that there are, in the order asked for."""
        return await reading.read_contents(self._pool, environment_id, ids)

    async def events(self, environment_id: int, message_id: str, page: Page[str]) -> Slice[MessageEvent] | None:
        """Oldest first; None when there is no such message."""
        return await reading.list_events(self._pool, environment_id, message_id, page)

    async def feed(
        self,
        environment_id: int,
        recipient: Reference,
        channel_id: UUID,
        filter: FeedFilter,
        page: Page[Position],
    ) -> Feed:
        """Newest first; empty for a recipient or a channel that is not known."""
        return await read_feed(self._pool, self._reader, environment_id, recipient, channel_id, filter, page)

    async def mark(
        self,
        environment_id: int,
        ids: Sequence[str],
        mark: Mark,
        *,
        user: str | None = None,
        metadata: Document | None = None,
    ) -> list[Message]:
        """Marks messages, with `user` only that user's own, and returns them in the order asked for."""
        return await mark_messages(
            self._pool, environment_id, ids, mark, user=user, metadata=metadata, now=self._clock.now()
        )

    async def channel(self, environment_id: int, id: UUID) -> Channel | None:
        return (await channels.by_id(self._pool, environment_id)).get(id)
