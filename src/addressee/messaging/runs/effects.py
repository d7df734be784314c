"""Carries out what the runs of a page ask of the database and of others: each kind of request for all of them.

The effects themselves are in `messaging/effects`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, NamedTuple, Protocol
from uuid import UUID

from msgspec.structs import replace

from addressee.database.jobs.queue import Job, Later
from addressee.database.pool import Connection
from addressee.messaging.runs.model import RunPage
from addressee.messaging.runs.store import Run
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.machine import Pass
from addressee.messaging.steps.model import Request, Step
from addressee.messaging.steps.run import RecipientRun


class Asked(NamedTuple):
    """The request of a recipient's run, and the step that made it."""

    run: RecipientRun
    context: StepContext
    step: Step
    request: Any


@dataclass(frozen=True, slots=True)
class AskingPage:
    """The page whose runs ask."""

    page: RunPage
    run: Run
    now: datetime

    @property
    def environment_id(self) -> int:
        return self.page.environment_id


@dataclass(frozen=True, slots=True)
class Answers:
    """The answer to each request by the id of its run, and the jobs to queue with them."""

    by_run: Mapping[UUID, Any]
    jobs: Sequence[Job | Later] = ()


class Effect(Protocol):
    """Carries out one kind of request within the transaction in which the runs move on: exactly once."""

    request: ClassVar[type[Request]]

    async def carry_out(self, connection: Connection, page: AskingPage, asked: Sequence[Asked]) -> Answers:
        """Returns an answer to each request. Rows are locked in one order, so that no two pages wait in a circle."""
        ...


class OutsideEffect(Protocol):
    """Carries out one kind of request before the transaction. A repetition of it must change nothing."""

    request: ClassVar[type[Request]]

    async def carry_out(self, page: AskingPage, asked: Sequence[Asked]) -> Mapping[UUID, Any]:
        """Returns an answer to each request, by the id of its run."""
        ...


@dataclass(frozen=True, slots=True)
class Effects:
    """The effects that there are. Those in the transaction are carried out in their order here, on every page alike, so
    that no two pages wait for each other in a circle.
    """

    outside: Sequence[OutsideEffect] = ()
    within: Sequence[Effect] = ()

    async def before(self, page: AskingPage, passes: Sequence[Pass], contexts: Sequence[StepContext]) -> Sequence[Pass]:
        """Returns passes with the requests answered that are carried out before the transaction."""
        for effect in self.outside:
            if asked := asked_of(effect.request, page, passes, contexts):
                answers = await effect.carry_out(page, asked)
                passes = answered(passes, asked, answers)
        return passes

    async def carry_out(
        self,
        connection: Connection,
        page: AskingPage,
        passes: Sequence[Pass],
        contexts: Sequence[StepContext],
    ) -> tuple[Sequence[Pass], list[Job | Later]]:
        """Returns passes with all requests answered, and the jobs to queue."""
        jobs: list[Job | Later] = []
        for effect in self.within:
            if asked := asked_of(effect.request, page, passes, contexts):
                answers = await effect.carry_out(connection, page, asked)
                passes = answered(passes, asked, answers.by_run)
                jobs += answers.jobs
        return passes, jobs


def asked_of(
    request: type[Request], page: AskingPage, passes: Sequence[Pass], contexts: Sequence[StepContext]
) -> list[Asked]:
    """Returns the requests of one kind, in the order of the page."""
    steps = page.run.workflow.steps
    return [
        Asked(each.run, context, steps[each.run.step], each.request)
        for each, context in zip(passes, contexts, strict=True)
        if isinstance(each.request, request)
    ]


def answered(passes: Sequence[Pass], asked: Sequence[Asked], answers: Mapping[UUID, Any]) -> Sequence[Pass]:
    """Returns passes in which the runs that asked have gone on with their answers."""
    gone_on = {each.run.id: each.step.answered(each.run, answers[each.run.id], each.context) for each in asked}
    return [
        replace(each, run=gone_on[each.run.id], request=None) if each.run.id in gone_on else each for each in passes
    ]
