"""The face of the messaging room."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from typing import Self
from uuid import UUID

from addressee.database.jobs.queue import Wakeup
from addressee.database.paging import Page, PageRequest
from addressee.database.pool import Pool
from addressee.directory.access.environments import Environment
from addressee.directory.clock import Clock
from addressee.directory.directory import Directory
from addressee.directory.merges.merges import Merge
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import USERS, Document, Identity, Place, Recipient
from addressee.directory.writing.bulk import BulkOperation, Failure
from addressee.directory.writing.history import NO_ORIGIN, Origin
from addressee.directory.writing.planned_writes import PlannedWrites
from addressee.directory.writing.receipts import Receipt
from addressee.messaging.delivery.logs import DeliveryLog, list_delivery_logs
from addressee.messaging.environment import channels
from addressee.messaging.environment.channels import Channel
from addressee.messaging.feeds.feed import Feed, FeedFilter, FeedItem, mark_items, read_feed
from addressee.messaging.lifecycle.export import export
from addressee.messaging.lifecycle.merge_mover import WhatFollows, follow_at_once, what_follows
from addressee.messaging.lifecycle.purge import purge
from addressee.messaging.lifecycle.retained import forget
from addressee.messaging.messages import listing
from addressee.messaging.messages import reader as reading
from addressee.messaging.messages.activities import Activity, list_activities
from addressee.messaging.messages.bulk_marks import Action, Selection, mark_all
from addressee.messaging.messages.listing import MessageFilter
from addressee.messaging.messages.marks import Mark, Marked, mark_each, mark_messages
from addressee.messaging.messages.model import Address, Message, Position
from addressee.messaging.messages.reader import Contents, MessageEvent
from addressee.messaging.recipients.people import People, read_identities, read_people
from addressee.messaging.runs import listing as reading_runs
from addressee.messaging.runs.cancellation import cancel
from addressee.messaging.runs.explanation import Explanation, explain
from addressee.messaging.runs.listing import RunDetails, RunFilter, RunPosition
from addressee.messaging.schedules import changes as rescheduling
from addressee.messaging.schedules import creation as scheduling
from addressee.messaging.schedules import listing as schedules
from addressee.messaging.schedules.changes import ScheduleChange
from addressee.messaging.schedules.creation import NewSchedule
from addressee.messaging.schedules.model import ScheduleEntry
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

    async def messages(
        self,
        environment_id: int,
        recipients: Sequence[Place] | None,
        filter: MessageFilter,
        page: PageRequest[Position],
    ) -> Page[Message]:
        """Newest first, of `recipients` that are known, None: anybody's."""
        owners = await self._owners(environment_id, recipients)
        return await listing.list_messages(self._pool, environment_id, filter, page, owners)

    async def count_messages(
        self, environment_id: int, recipients: Sequence[Place] | None, filter: MessageFilter
    ) -> int:
        """How many `messages` has in all its pages, as far as they are among the newest 10,000."""
        owners = await self._owners(environment_id, recipients)
        return await listing.count_messages(self._pool, environment_id, filter, owners)

    async def _owners(self, environment_id: int, recipients: Sequence[Place] | None) -> list[Recipient] | None:
        if recipients is None:
            return None
        found = await self._reader.read_all(dict.fromkeys(recipients))
        return list(found.values())

    async def message(self, environment_id: int, id: str) -> Message | None:
        async with self._pool.acquire() as connection:
            found = await reading.read_messages(connection, environment_id, [id])
        return found[0] if found else None

    async def living_message(self, environment_id: int, id: str, *, user: str | None = None) -> Message | None:
        """Like `message`, but for one that is kept of somebody who is gone: for callers who act for people.

        With `user` only that user's own.
        """
        async with self._pool.acquire() as connection:
            found = await reading.read_living_messages(connection, environment_id, [id])
            if not found or user is None:
                return found[0] if found else None
            owners = await read_identities(connection, Place(environment_id, USERS, user))
        return found[0] if found[0].recipient in owners else None

    async def contents(self, environment_id: int, ids: Sequence[str]) -> list[Contents]:
        """Of those messages that there are, in the order asked for."""
        return await reading.read_contents(self._pool, environment_id, ids)

    async def events(self, environment_id: int, message_id: str, page: PageRequest[str]) -> Page[MessageEvent] | None:
        """Oldest first; None when there is no such message."""
        return await reading.list_events(self._pool, environment_id, message_id, page)

    async def latest_events(self, environment_id: int, ids: Sequence[str]) -> dict[str, dict[str, MessageEvent]]:
        """What happened to messages, by their ids and the type of the event: of each type the latest one."""
        return await reading.latest_events(self._pool, environment_id, ids)

    async def addresses(self, environment_id: int, ids: Sequence[str]) -> dict[str, list[Address]]:
        """Where messages went, or were to go, by their ids; nowhere in a feed or a sandbox."""
        return await reading.read_addresses(self._pool, environment_id, ids)

    async def activities(
        self, environment_id: int, message_id: str, trigger_data: Document, page: PageRequest[str]
    ) -> Page[Activity] | None:
        """Those whose data holds `trigger_data` (flat, exact); None when there is no such message."""
        return await list_activities(self._pool, self._reader, environment_id, message_id, trigger_data, page)

    async def delivery_logs(
        self, environment_id: int, message_id: str, page: PageRequest[str]
    ) -> Page[DeliveryLog] | None:
        """Oldest first; None when there is no such message."""
        return await list_delivery_logs(self._pool, environment_id, message_id, page)

    async def runs(self, environment_id: int, filter: RunFilter, page: PageRequest[RunPosition]) -> Page[RunDetails]:
        """Newest first."""
        return await reading_runs.list_runs(self._pool, self._reader, environment_id, filter, page)

    async def recipient_run(self, environment_id: int, id: UUID) -> RunDetails | None:
        return await reading_runs.read_run(self._pool, self._reader, environment_id, id)

    async def people(self, environment_id: int, identities: Iterable[Identity]) -> People:
        """Whom messages and runs name, as they are now."""
        return await read_people(self._reader, environment_id, identities)

    async def feed(
        self,
        recipient: Place,
        channel_id: UUID,
        filter: FeedFilter,
        page: PageRequest[Position],
        counted: FeedFilter | None = None,
    ) -> Feed:
        """Newest first; empty for a recipient or a channel that is not known.

        The counts are over what `counted` finds, None: the same as `filter`.
        """
        return await read_feed(self._pool, self._reader, recipient, channel_id, filter, page, counted)

    async def mark_items(
        self,
        owner: Recipient,
        channel_id: UUID,
        ids: Sequence[str],
        marks: Collection[Mark],
        *,
        receipt: Receipt | None = None,
    ) -> list[FeedItem]:
        """Items of a feed, each marked in all of these ways, in the order asked for. What they are already stays.

        All of them or none: raises FeedItemMissingError when one is not in this feed.
        """
        return await mark_items(
            self._pool, self._reader, owner, channel_id, ids, marks, receipt=receipt, now=self._clock.now()
        )

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
        """Marks messages, with `user` only that user's own, and returns them in the order asked for."""
        return await mark_messages(
            self._pool,
            environment_id,
            ids,
            mark,
            user=user,
            metadata=metadata,
            receipt=receipt,
            now=self._clock.now(),
        )

    async def mark_each(
        self, environment_id: int, marks: Mapping[str, Mark], *, receipt: Receipt | None = None
    ) -> dict[str, Marked]:
        """Marks messages by their ids, each in its own way, and says what became of each."""
        return await mark_each(self._pool, environment_id, marks, receipt=receipt, now=self._clock.now())

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
        operation = await mark_all(self._pool, self._clock, environment_id, action, selection, owners, receipt)
        self._wakeup.notify()
        return operation

    async def create_schedules(
        self,
        environment: Environment,
        wanted: Sequence[NewSchedule],
        planned: PlannedWrites | None = None,
        *,
        receipt: Receipt | None = None,
    ) -> list[ScheduleEntry]:
        """Creates all of them or none; `planned` as in `trigger`.

        Raises RefusedError for a recipient that is not known or a schedule that never falls due, and what `trigger`
        would raise now.
        """
        return await scheduling.create(
            self._pool, self._reader, environment, wanted, planned, receipt=receipt, now=self._clock.now()
        )

    async def create_schedules_in_bulk(
        self,
        environment: Environment,
        rows: Sequence[NewSchedule | Failure],
        planned: PlannedWrites | None = None,
        *,
        receipt: Receipt | None = None,
    ) -> BulkOperation:
        """Creates what can be created. A `Failure` is a row that was refused before.

        `planned` takes the writes of the rows that describe somebody; it knows all whom they name.
        """
        return await scheduling.create_in_bulk(
            self._pool, self._reader, environment, rows, planned, receipt=receipt, clock=self._clock
        )

    async def update_schedules(
        self,
        environment: Environment,
        ids: Sequence[UUID],
        change: ScheduleChange,
        planned: PlannedWrites | None = None,
        *,
        receipt: Receipt | None = None,
    ) -> list[ScheduleEntry]:
        """Changes those that there are, all or none, and returns them in the order asked for.

        `planned` as in `trigger`. Raises ActorMissingError, DataInvalidError, RefusedError for schedules that would
        never fall due, and OverloadedError when others keep changing them.
        """
        return await rescheduling.update(
            self._pool, self._reader, environment, ids, change, planned, receipt=receipt, now=self._clock.now()
        )

    async def delete_schedules(
        self, environment_id: int, ids: Sequence[UUID], *, receipt: Receipt | None = None
    ) -> list[ScheduleEntry]:
        """Deletes those that there are, and returns them in the order asked for. Runs that have started go on."""
        return await rescheduling.delete(
            self._pool, self._reader, environment_id, ids, receipt=receipt, now=self._clock.now()
        )

    async def schedules_of_workflow(
        self,
        environment_id: int,
        workflow: str,
        page: PageRequest[UUID],
        *,
        recipients: Sequence[Place] | None = None,
        tenant: str | None = None,
    ) -> Page[ScheduleEntry]:
        """Newest first: of `recipients` (None: of all), and of a tenant if one is given."""
        return await schedules.list_of_workflow(
            self._pool, self._reader, environment_id, workflow, page, recipients=recipients, tenant=tenant
        )

    async def schedules_of(
        self,
        recipient: Place,
        page: PageRequest[UUID],
        *,
        workflow: str | None = None,
        tenant: str | None = None,
    ) -> Page[ScheduleEntry]:
        """Newest first; empty for a recipient that is not known."""
        return await schedules.list_of_recipient(
            self._pool, self._reader, recipient, page, workflow=workflow, tenant=tenant
        )

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
