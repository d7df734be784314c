"""The face of the messaging room."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Self
from uuid import UUID

from addressee.database.jobs.queue import Wakeup
from addressee.database.paging import Page, PageRequest
from addressee.database.pool import Pool
from addressee.directory.clock import Clock
from addressee.directory.directory import Directory
from addressee.directory.merges.merges import Merge
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import Document, Identity, Place, Recipient
from addressee.directory.writing.history import NO_ORIGIN, Origin
from addressee.directory.writing.planned_writes import PlannedWrites
from addressee.directory.writing.receipts import Receipt
from addressee.messaging.environment import channels
from addressee.messaging.environment.channels import Channel
from addressee.messaging.feeds.feed import Feeds
from addressee.messaging.lifecycle.export import export
from addressee.messaging.lifecycle.merge_mover import WhatFollows, follow_at_once, what_follows
from addressee.messaging.lifecycle.purge import purge
from addressee.messaging.lifecycle.retained import forget
from addressee.messaging.messages.marks import Marks
from addressee.messaging.messages.messages import Messages
from addressee.messaging.recipients.people import People, read_people
from addressee.messaging.runs import listing as reading_runs
from addressee.messaging.runs.cancellation import cancel
from addressee.messaging.runs.explanation import Explanation, explain
from addressee.messaging.runs.listing import RunDetails, RunFilter, RunPosition
from addressee.messaging.schedules.schedules import Schedules
from addressee.messaging.triggers.batches import Outcome, Record, accept_all
from addressee.messaging.triggers.trigger import Trigger, read_versions, trigger
from addressee.messaging.workflows.listing import NamedWorkflow, named_workflows


class Messaging:
    """Accepts triggers, and reads and marks what came of them. Workers do what lies between."""

    def __init__(self, pool: Pool, reader: Reader, wakeup: Wakeup, clock: Clock | None = None) -> None:
        self._pool = pool
        self._reader = reader
        self._wakeup = wakeup
        self._clock = clock or Clock()
        self.messages = Messages(pool, reader)
        self.marks = Marks(pool, reader, wakeup, self._clock)
        self.feeds = Feeds(pool, reader, self._clock)
        self.schedules = Schedules(pool, reader, self._clock)

    @classmethod
    def beside(cls, directory: Directory) -> Self:
        """On the connections and the clock of a directory."""
        return cls(directory.pool, directory.reader, Wakeup(directory.pool), directory.clock)

    async def trigger(
        self,
        environment_id: int,
        what: Trigger,
        planned: PlannedWrites | None = None,
        *,
        receipt: Receipt | None = None,
    ) -> UUID:
        """Accepts a run and returns its id; when this returns it is committed.

        `planned` are the writes of those whom the trigger describes: they are carried out if it is accepted.

        Raises MessagingError: WorkflowMissingError, WorkflowInactiveError, ActorMissingError or DataInvalidError.
        """
        run_id = await trigger(
            self._pool, self._reader, environment_id, what, planned, receipt=receipt, now=self._clock.now()
        )
        self._wakeup.notify()
        return run_id

    async def accept_all(
        self,
        environment_id: int,
        records: Sequence[Record],
        request_id: str = "",
        planned: PlannedWrites | None = None,
        *,
        receipt: Receipt | None = None,
    ) -> list[Outcome]:
        """Accepts triggers and events, each with its own outcome, in their order; those accepted are committed.

        An outcome that is an exception is what `trigger` would raise. `request_id` is kept with the records' keys.
        `planned` takes the writes of the records that describe somebody; it knows all whom they name.
        """
        outcomes = await accept_all(
            self._pool,
            self._reader,
            environment_id,
            records,
            request_id,
            planned,
            receipt=receipt,
            now=self._clock.now(),
        )
        self._wakeup.notify()
        return outcomes

    async def workflows_among(self, environment_id: int, keys: Iterable[str]) -> frozenset[str]:
        """Those of these keys that workflows have, switched off or not."""
        async with self._pool.acquire() as connection:
            found = await read_versions(connection, [(environment_id, key) for key in keys])
        return frozenset(key for _, key in found)

    async def explain(
        self,
        recipient: Place,
        workflow: str,
        *,
        tenant: str | None = None,
        actor: Place | None = None,
        data: Document | None = None,
    ) -> Explanation:
        """Whether a workflow would reach this recipient now, step by step, on which addresses, and what stops it."""
        return await explain(
            self._pool,
            self._reader,
            recipient,
            workflow,
            tenant=tenant,
            actor=actor,
            data=data or {},
            now=self._clock.now(),
        )

    async def cancel(
        self,
        environment_id: int,
        workflow: str,
        cancellation_key: str,
        recipients: Sequence[Place] | None = None,
        *,
        receipt: Receipt | None = None,
    ) -> None:
        """Stops the unfinished runs of a workflow under a key: of `recipients`, or of all."""
        await cancel(
            self._pool,
            environment_id,
            workflow,
            cancellation_key,
            recipients,
            receipt=receipt,
            now=self._clock.now(),
        )

    async def runs(self, environment_id: int, filter: RunFilter, page: PageRequest[RunPosition]) -> Page[RunDetails]:
        """Newest first."""
        return await reading_runs.list_runs(self._pool, self._reader, environment_id, filter, page)

    async def recipient_run(self, environment_id: int, id: UUID) -> RunDetails | None:
        return await reading_runs.read_run(self._pool, self._reader, environment_id, id)

    async def people(self, environment_id: int, identities: Iterable[Identity]) -> People:
        """Whom messages and runs name, as they are now."""
        return await read_people(self._reader, environment_id, identities)

    async def workflows(self, environment_id: int) -> list[NamedWorkflow]:
        """By key, also those that are switched off."""
        return await named_workflows(self._pool, environment_id)

    async def channels(self, environment_id: int) -> list[Channel]:
        return await channels.all_channels(self._pool, environment_id)

    async def channel(self, environment_id: int, id: UUID) -> Channel | None:
        return (await channels.by_id(self._pool, environment_id)).get(id)

    async def follow(self, merge: Merge) -> None:
        """Moves a merge's first messages, so that whoever merged finds them moved; a job moves the rest.

        To be called after a merge, and after its undoing.
        """
        await follow_at_once(self._pool, merge.primary.environment_id, merge.id)
        self._wakeup.notify()

    async def what_follows(self, secondary: Recipient) -> WhatFollows:
        """What would follow if this recipient were merged into another now."""
        return await what_follows(self._pool, secondary, self._clock.now())

    def export(self, recipient: Recipient) -> AsyncIterator[bytes]:
        """Everything known of a recipient as one JSON document, in pieces: its row, history, messages and runs."""
        return export(self._pool, recipient)

    async def forget(
        self, directory: Directory, place: Place, *, origin: Origin = NO_ORIGIN, receipt: Receipt | None = None
    ) -> bool:
        """Deletes a recipient, and erases what was kept of anybody who lived there before.

        Nothing of it is found from now on, and jobs erase it within minutes. False when nobody lives there and nothing
        was kept; then there is no receipt either.
        """
        return await forget(directory, place, origin, receipt=receipt)

    async def purge(
        self, directory: Directory, place: Place, *, origin: Origin = NO_ORIGIN, receipt: Receipt | None = None
    ) -> None:
        """Deletes a recipient, and erases what anybody who lived there left: messages, runs, values in the history.

        When this returns nothing is left but who changed something and when. One that was deleted before is purged
        too, history kept or not.
        """
        await purge(self._pool, directory, place, origin, receipt=receipt)
