"""Carries out runs: starts them page by page, and takes each page through its steps in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
import structlog

from addressee.database.jobs import Hint, enqueue
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.reader import Reader
from addressee.directory.recipient import TENANTS, Document, Recipient
from addressee.messaging import channels, content
from addressee.messaging.reference import Reference
from addressee.messaging.runs import PAGE_SIZE, Identity, RunPage, WaitingRecipient
from addressee.messaging.stepping import Facts, NewMessage, RecipientRun, RunStatus, run_through
from addressee.messaging.storing import Run, insert_messages, insert_recipient_runs, move
from addressee.messaging.variables import read_variables
from addressee.messaging.workflow import Channel, Workflow

SQL = load(__package__)

log = structlog.get_logger()

People = Mapping[Reference, Recipient | None]


class Runner:
    """The handlers of the jobs `start` and `advance`. Both may run twice, and at once: the second changes nothing."""

    def __init__(self, pool: Pool, reader: Reader, hint: Hint, clock: Clock) -> None:
        self._pool = pool
        self._reader = reader
        self._hint = hint
        self._clock = clock

    async def start(self, page: RunPage) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            run = await connection.fetchrow(SQL["lock_run"], page.environment_id, page.run_id)
            if run is None or run["pages_started"] != page.page:
                return
            waiting = msgspec.json.decode(run["recipients"], type=list[WaitingRecipient])
            starting, rest = waiting[:PAGE_SIZE], waiting[PAGE_SIZE:]
            await insert_recipient_runs(connection, page, run, starting, RunStatus.QUEUED, [], self._clock.now())
            await connection.execute(
                SQL["update_waiting_recipients"],
                page.environment_id,
                page.run_id,
                msgspec.json.encode(rest),
                page.following.page,
            )
            await enqueue(
                connection,
                [page.job("advance"), *([page.following.job("start")] if rest else [])],
            )
        self._hint.give()

    async def advance(self, page: RunPage) -> None:
        run = await self._run(page)
        if run is None:
            return
        runs = await self._waiting_runs(page)
        if not runs:
            return
        people = await self._people(run, runs)
        variables = await read_variables(self._pool, page.environment_id)
        channels_by_key = await channels.by_key(self._pool, page.environment_id)
        now = self._clock.now()
        facts = [facts_for(each, run, people, variables, channels_by_key, now) for each in runs]
        # Rendering takes the processor for long; heartbeats and other pages go on meanwhile.
        results = await asyncio.to_thread(advance_all, runs, run.workflow, facts)
        async with self._pool.acquire() as connection, connection.transaction():
            moved = await move(connection, page, runs, [after for after, _ in results], now)
            messages = [message for after, made in results if after.id in moved for message in made]
            await insert_messages(connection, page, run, messages, now)
            if any(message.address is not None for message in messages):
                await enqueue(connection, [page.job("send")])
        self._hint.give()
        log.info("page of a run advanced", run_id=str(run.id), page=page.page, recipients=len(moved))

    async def _run(self, page: RunPage) -> Run | None:
        row = await self._pool.fetchrow(SQL["run"], page.environment_id, page.run_id)
        if row is None:
            return None
        return Run(
            page.environment_id,
            page.run_id,
            row["workflow"],
            row["version_id"],
            msgspec.json.decode(row["content"], type=Workflow),
            row["tenant"],
            row["actor"] and msgspec.json.decode(row["actor"], type=Identity),
            msgspec.json.decode(row["data"]),
            row["sandbox"],
            row["inserted_at"],
        )

    async def _waiting_runs(self, page: RunPage) -> list[RecipientRun]:
        rows = await self._pool.fetch(SQL["waiting_recipient_runs"], *msgspec.structs.astuple(page))
        return [
            RecipientRun(
                row["id"],
                Reference(row["collection"], row["recipient_id"]),
                row["uid"],
                msgspec.json.decode(row["data"]),
                RunStatus(row["status"]),
                row["step"],
            )
            for row in rows
        ]

    async def _people(self, run: Run, runs: Iterable[RecipientRun]) -> People:
        """Whoever lives now at each place that the page mentions."""
        named = {each.recipient for each in runs}
        named |= {actor.reference for actor in run.actors}
        if run.tenant is not None:
            named.add(Reference(TENANTS, run.tenant))
        found = await self._reader.read_all([reference.at(run.environment_id) for reference in named])
        return {reference: found.get(reference.at(run.environment_id)) for reference in named}


def facts_for(
    recipient_run: RecipientRun,
    run: Run,
    people: People,
    variables: Document,
    channels_by_key: Mapping[str, Channel],
    now: datetime,
) -> Facts:
    meant = Identity(*recipient_run.recipient, recipient_run.uid)
    recipient = meant.found_in(people[recipient_run.recipient])
    scope: content.Scope = {}
    if recipient is not None:
        scope = content.scope(
            recipient=recipient,
            actor=None if run.actor is None else run.actor.found_in(people[run.actor.reference]),
            tenant=None if run.tenant is None else people[Reference(TENANTS, run.tenant)],
            data={**run.data, **recipient_run.data},
            variables=variables,
            workflow={
                "id": run.workflow_key,
                "key": run.workflow_key,
                "name": run.workflow.name,
                "categories": run.workflow.categories,
            },
        )
    return Facts(recipient, scope, channels_by_key, run.sandbox, run.inserted_at, now)


def advance_all(
    runs: Sequence[RecipientRun], workflow: Workflow, facts: Sequence[Facts]
) -> list[tuple[RecipientRun, list[NewMessage]]]:
    return [run_through(run, workflow.steps, known) for run, known in zip(runs, facts, strict=True)]
