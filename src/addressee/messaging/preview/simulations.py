"""Simulations: what a workflow would do for a recipient, from now on, with nothing stored and nothing sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from addressee.database.pool import Pool
from addressee.directory.clock import Clock
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import Document, Place
from addressee.messaging.errors import DataInvalidError, WorkflowMissingError
from addressee.messaging.preview.model import PreviewedEvent, PreviewedMessage, PreviewRequest
from addressee.messaging.preview.preview import contexts_of
from addressee.messaging.preview.walk import walk
from addressee.messaging.runs.contexts.reading import read_page
from addressee.messaging.runs.explanations.explanation import obstacle_of
from addressee.messaging.runs.explanations.hypothetical import read_hypothetical
from addressee.messaging.runs.versions import as_of
from addressee.messaging.workflows.schemas import failures


@dataclass(frozen=True, slots=True)
class Simulation:
    """A trigger to simulate. `items`, `answers` and `events` are those of `preview.model.PreviewRequest`.

    `version` is the id of another version of the workflow than the current one.
    """

    recipient: Place
    workflow: str
    items: Sequence[Document] = ({},)
    tenant: str | None = None
    actor: Place | None = None
    answers: Mapping[str, Any] | None = None
    events: Sequence[str] = ()
    version: UUID | None = None


@dataclass(frozen=True, slots=True)
class Simulated:
    """The events that would happen, in their order. `obstacle` is that of `Explanation`."""

    happened: Sequence[PreviewedMessage | PreviewedEvent] = ()
    obstacle: Document | None = None


class Simulations:
    """Simulates runs on people, preferences and channels as they are now; time passes as a run waits for it.

    No other run is looked at: a batch is opened by the run, and no throttle has let anybody pass.
    """

    def __init__(self, pool: Pool, reader: Reader, clock: Clock) -> None:
        self._pool = pool
        self._reader = reader
        self._clock = clock

    async def simulate(self, wanted: Simulation) -> Simulated:
        """Raises WorkflowMissingError, or DataInvalidError for data that a trigger could not have."""
        now = self._clock.now()
        hypothetical = await read_hypothetical(
            self._pool,
            self._reader,
            wanted.recipient,
            wanted.workflow,
            tenant=wanted.tenant,
            actor=wanted.actor,
            data=wanted.items[0],
            now=now,
        )
        if hypothetical is None:
            raise WorkflowMissingError(wanted.workflow)
        run, recipient_run = hypothetical
        if wanted.version is not None:
            versions = await as_of(self._pool, run, [wanted.version])
            if wanted.version not in versions:
                raise WorkflowMissingError(wanted.workflow)
            run = versions[wanted.version]
        schema = run.workflow.trigger_data_schema
        if schema is not None and (unfit := [each for item in wanted.items for each in failures(schema, item)]):
            raise DataInvalidError(tuple(unfit))
        read = await read_page(self._pool, self._reader, run, [recipient_run], now)
        (recipient,) = read.recipients
        (context,) = read.contexts([recipient_run])
        obstacle = obstacle_of(run, context, active=run.active)
        if recipient is None or obstacle is not None:
            return Simulated(obstacle=obstacle)
        asked = PreviewRequest(recipient, wanted.items, answers=wanted.answers or {}, events=wanted.events)
        return Simulated(list(walk(recipient_run, run.workflow, contexts_of(read, asked), asked, now)))
