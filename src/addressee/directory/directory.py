"""The directory as one object, which the dialects call and which applications use as a library."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from addressee.database.errors import SetupError
from addressee.database.installation import Installation
from addressee.database.migrate import check
from addressee.database.paging import Page, PageRequest
from addressee.database.pool import Pool, open_pool
from addressee.database.sealing import Sealer
from addressee.directory.access.environments import Environments
from addressee.directory.access.links import Links
from addressee.directory.clock import Clock
from addressee.directory.documents import check_id
from addressee.directory.edits.recipients import Edit
from addressee.directory.errors import RefusedError
from addressee.directory.groups import bulk_subscriptions
from addressee.directory.groups.bulk_subscriptions import Subscribing, Unsubscribing
from addressee.directory.groups.lists import Lists
from addressee.directory.groups.memberships import Memberships
from addressee.directory.groups.subscriptions import Subscriptions
from addressee.directory.groups.topics import Topics
from addressee.directory.merges.merge import DEFAULT_RULES, MergeRules
from addressee.directory.merges.merges import Done, Merges, Preview, Undone
from addressee.directory.reading.collections import CountedCollection, list_collections
from addressee.directory.reading.history import History
from addressee.directory.reading.listing import (
    EVERYBODY,
    Order,
    Selection,
    count_kinds,
    count_recipients,
    list_by_id,
    list_by_prefix,
    list_named,
    list_recipients,
)
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import USERS, Place, Recipient
from addressee.directory.search.search import Search
from addressee.directory.writing import bulk, receipts
from addressee.directory.writing.bulk import BulkOperation, Failure, ListedOperation
from addressee.directory.writing.notices import Notices
from addressee.directory.writing.planned_writes import PlannedWrites, plan
from addressee.directory.writing.receipts import Receipt
from addressee.directory.writing.token_transfers import TokenReleaser
from addressee.directory.writing.writer import Writer
from addressee.directory.writing.writes import Write, Written
from addressee.traffic.counting import counting


class Directory:
    """Recipients of all environments, on one pool of connections."""

    def __init__(self, pool: Pool, clock: Clock | None = None, sealer: Callable[[], Sealer] | None = None) -> None:
        """`sealer` returns the Sealer of merges' journals and of links; it is called when these are first used."""
        self.clock = clock or Clock()
        self._sealer = sealer
        self.writer = Writer(pool, self.clock)
        self._releasing = TokenReleaser(pool, self.clock)
        self.reader = Reader(pool)
        self.history = History(pool)
        self.search = Search(pool, self.reader)
        self.environments = Environments(pool)
        self.lists = Lists(pool, self.reader, self.writer, self.clock)
        self.topics = Topics(pool, self.reader, self.writer, self.clock)
        self.subscriptions = Subscriptions(pool, self.clock)
        self.memberships = Memberships(pool, self.reader, self.writer)
        self.notices = Notices(pool, self.clock)
        self.pool = pool

    @classmethod
    @asynccontextmanager
    async def connect(cls, url: str | None = None, *, data_dir: str | Path | None = None) -> AsyncIterator[Self]:
        """Opens a directory on the database at `url`, or on the embedded one that a service runs in `data_dir`.

        Without either, the service's environment variables decide. The database must have been set up by
        `addressee serve` or `addressee migrate`: a library never migrates it. Raises SetupError, which says what
        to do, when it is not set up or has a schema version that this code does not support.
        """
        installation = Installation.from_environment()
        if url is not None or data_dir is not None:
            installation = Installation(Path(data_dir or installation.data_dir), url)
        pool = await open_pool(installation.target())
        try:
            await check(pool)
            directory = cls(pool, sealer=lambda: Sealer(installation.master_key()))
            async with counting(pool):
                yield directory
                await directory.writer.drain()
        finally:
            await pool.close()

    @cached_property
    def merges(self) -> Merges:
        """Raises SetupError when there is no usable master key."""
        return Merges(self.pool, self.sealer(), self.clock)

    @cached_property
    def links(self) -> Links:
        """Raises SetupError when there is no usable master key."""
        return Links(self.pool, self.sealer(), self.clock)

    def sealer(self) -> Sealer:
        """Raises SetupError when there is no usable master key."""
        if self._sealer is None:
            raise SetupError("Journals of merges are sealed, and links are signed: pass a sealer to the directory.")
        return self._sealer()

    async def users(self, environment: str) -> Collection:
        """The users of an environment. Raises LookupError when there is no such environment."""
        found = await self.environments.named(environment)
        return Collection(self, found.id, USERS, MergeRules(keeps_nulls=found.settings.keeps_nulls))

    async def write(self, write: Write) -> Written:
        """Like `Writer.write`; also takes the recipient's new push tokens away from their previous owners."""
        written = await self.writer.write(write)
        if written.transfers:
            await self._releasing.release_now(written.transfers)
        return written

    async def write_all(self, writes: Sequence[Write]) -> Sequence[Written | RefusedError]:
        """Like `Writer.write_all`; push tokens as in `write`."""
        results = await self.writer.write_all(writes)
        transfers = [transfer for result in results if isinstance(result, Written) for transfer in result.transfers]
        if transfers:
            await self._releasing.release_now(transfers)
        return results

    async def plan(self, places: Iterable[Place], writes: Sequence[Write] = ()) -> PlannedWrites:
        """Applies a request's writes in memory, without storing them; `places` are those it names besides.

        Raises RefusedError for the first write that would be refused.
        """
        return await plan(self.reader, places, writes, self.clock.now(), self.write_all)

    def read(self, place: Place) -> Coroutine[Any, Any, Recipient | None]:
        return self.reader.read(place)

    async def read_all(self, places: Iterable[Place]) -> dict[Place, Recipient]:
        return await self.reader.read_all(places)

    async def list(
        self,
        environment_id: int,
        collection: str,
        page: PageRequest[UUID],
        order: Order = Order.OLDEST_FIRST,
        selection: Selection = EVERYBODY,
    ) -> Page[Recipient]:
        """Returns a page of the selected recipients. Raises RefusedError for an `id_prefix` that no id can have."""
        return await list_recipients(self.pool, environment_id, collection, page, order, selection)

    async def count(self, environment_id: int, collection: str) -> int:
        """Returns the number of living recipients in a collection.

        Recipients stored before the schema kept counts are included once its upgrade has finished (docs/upgrade.md).
        """
        return await count_recipients(self.pool, environment_id, collection)

    async def count_kinds(self, environment_id: int) -> Mapping[str | None, int]:
        """Returns the numbers of living recipients by our own collections; under None that in callers' collections."""
        return await count_kinds(self.pool, environment_id)

    async def list_by_id(self, environment_id: int, collection: str, size: int, start: int) -> Sequence[Recipient]:
        """Returns up to `size` recipients of a small collection by id, past the first `start`."""
        return await list_by_id(self.pool, environment_id, collection, size, start)

    async def list_by_prefix(
        self, environment_id: int, collection: str, prefix: str, page: PageRequest[str]
    ) -> Page[Recipient]:
        """Returns a page of the recipients whose ids start with a prefix, by id.

        Raises RefusedError for a prefix that no id can have.
        """
        return await list_by_prefix(self.pool, environment_id, collection, prefix, page)

    async def collections(self, environment_id: int, page: PageRequest[str]) -> Page[CountedCollection]:
        """Returns a page of the callers' own collections that have recipients, by name, with their kept counts."""
        return await list_collections(self.pool, environment_id, page)

    async def list_named(
        self, environment_id: int, collection: str, name: str, page: PageRequest[UUID]
    ) -> Page[Recipient]:
        """Returns a page of the recipients of a small collection that have exactly this name, oldest first."""
        return await list_named(self.pool, environment_id, collection, name, page)

    async def run_bulk(
        self,
        environment_id: int,
        name: str,
        writes: Sequence[Write | Failure],
        request: Receipt | None = None,
    ) -> BulkOperation:
        return await bulk.run_bulk(self.pool, self.writer, self.clock, environment_id, name, writes, request)

    async def run_bulk_subscriptions(
        self,
        environment_id: int,
        name: str,
        rows: Sequence[Subscribing | Unsubscribing | Failure],
        request: Receipt | None = None,
    ) -> BulkOperation:
        return await bulk_subscriptions.run(
            self.pool, self.reader, self.clock, environment_id, name, rows, self.write_all, request
        )

    async def refuse_repetition(self, environment_id: int, key: str, fingerprint: bytes) -> None:
        """Raises RepeatedError or ReceiptMismatchError when the idempotency key was used before."""
        await receipts.refuse_repetition(self.pool, environment_id, key, fingerprint, self.clock.now())

    async def keep(self, receipt: Receipt | None, result: object) -> None:
        """Stores the receipt of a request once its writes, which have receipts of their own, are all done."""
        await receipts.keep_alone(self.pool, receipt, result, self.clock.now())

    async def find_bulk_operation(self, environment_id: int, id: UUID) -> BulkOperation | None:
        return await bulk.find_bulk_operation(self.pool, environment_id, id)

    async def list_bulk_operations(self, environment_id: int, page: PageRequest[UUID]) -> Page[ListedOperation]:
        """Returns a page of bulk calls, newest first. Only `after` of the request counts."""
        return await bulk.list_bulk_operations(self.pool, environment_id, page)


class Collection:
    """The recipients of one collection of one environment, for use by an application."""

    def __init__(
        self, directory: Directory, environment_id: int, name: str, merge_rules: MergeRules = DEFAULT_RULES
    ) -> None:
        self._directory = directory
        self._merge_rules = merge_rules
        self.environment_id = environment_id
        self.name = name

    async def edit(self, id: str, *edits: Edit) -> Recipient | None:
        """Applies edits in order, all or none, and returns the recipient; None when it is missing or deleted.

        Raises RefusedError when the id or an edit is not valid.
        """
        written = await self._directory.write(Write(self.place(id), edits))
        recipient = written.recipient
        return recipient if recipient is not None and recipient.lives else None

    async def get(self, id: str) -> Recipient | None:
        return await self._directory.read(self.place(id))

    async def preview_merge(self, into: str, other: str) -> Preview:
        """Returns both recipients and what `merge` would make of them. Raises what `merge` raises."""
        return await self._directory.merges.preview(self.place(into), self.place(other), self._merge_rules)

    async def merge(self, into: str, other: str) -> Done:
        """Merges `other` into `into`. A worker moves the messages; `undo_merge` reverts a merge within 30 days.

        Raises MissingError when one of them does not exist, RefusedError when they cannot be merged.
        """
        return await self._directory.merges.merge(self.place(into), self.place(other), rules=self._merge_rules)

    async def undo_merge(self, merge_id: UUID) -> Undone:
        """Reverts a merge. Raises MergeMissingError, or RefusedError when it cannot be undone."""
        return await self._directory.merges.undo(self.environment_id, merge_id)

    async def all(self, page_size: int = 200) -> AsyncIterator[Recipient]:
        """Yields all recipients, oldest first, reading `page_size` at a time."""
        page: PageRequest[UUID] = PageRequest(page_size)
        while True:
            part = await self._directory.list(self.environment_id, self.name, page)
            for recipient in part.entries:
                yield recipient
            if part.after is None:
                return
            page = PageRequest(page_size, after=part.entries[-1].uid)

    def place(self, id: str) -> Place:
        """Returns the place of an id in the collection. Raises RefusedError for an invalid id."""
        return Place(self.environment_id, self.name, check_id(id))
