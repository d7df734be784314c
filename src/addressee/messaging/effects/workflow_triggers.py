"""Runs that steps start: stored with the jobs that carry them out, in the transaction in which the step is taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import asyncpg

from addressee.database.pool import Connection
from addressee.directory.documents import check_id
from addressee.directory.errors import RefusedError
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import Identity, Place, Recipient
from addressee.messaging.errors import MessagingError
from addressee.messaging.runs.effects import Answers, Asked, AskingPage
from addressee.messaging.runs.model import MAX_DEPTH, Terms, WaitingRecipient
from addressee.messaging.steps.flow.trigger_workflow import Triggered, TriggerRequest
from addressee.messaging.steps.model import Request
from addressee.messaging.triggers.trigger import NewRun, check_data, read_versions, start_runs, version_for


class WorkflowTriggers:
    """The effect of `TriggerRequest`. Recipients who are not known are told by their runs, as of any trigger."""

    request: ClassVar[type[Request]] = TriggerRequest

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def carry_out(self, connection: Connection, page: AskingPage, asked: Sequence[Asked]) -> Answers:
        depth = page.run.terms.depth + 1
        if depth > MAX_DEPTH:
            refused = Triggered(refused=f"workflows trigger each other at most {MAX_DEPTH} deep")
            return Answers({each.run.id: refused for each in asked})
        requests: list[TriggerRequest] = [each.request for each in asked]
        keys = {(page.environment_id, request.workflow) for request in requests}
        versions = await read_versions(connection, keys)
        people = await self._reader.read_all(list({place for request in requests for place in named(request)}))
        answers, runs = {}, []
        for each in asked:
            try:
                run = run_for(page, each, versions, people, depth)
            except (MessagingError, RefusedError) as error:
                reason = error.reason if isinstance(error, MessagingError) else error.message
                answers[each.run.id] = Triggered(refused=reason)
            else:
                answers[each.run.id] = Triggered(run.id, workflow=run.workflow)
                runs.append(run)
        await start_runs(connection, runs, page.now)
        return Answers(answers)


def named(request: TriggerRequest) -> list[Place]:
    return [*request.recipients, *([request.actor] if request.actor else [])]


def run_for(
    page: AskingPage,
    asked: Asked,
    versions: Mapping[tuple[int, str], asyncpg.Record],
    people: Mapping[Place, Recipient],
    depth: int,
) -> NewRun:
    """Raises MessagingError or RefusedError when the workflow cannot be triggered so."""
    request: TriggerRequest = asked.request
    check_data(request.data, "data")
    for field, rendered in (("tenant", request.tenant), ("cancellation_key", request.cancellation_key)):
        if rendered is not None:
            check_id(rendered, field)
    version = versions.get((page.environment_id, request.workflow))
    version_id = version_for(version, request.workflow, [request.data])

    def identity(place: Place) -> Identity:
        person = people.get(place)
        return Identity(*place, None if person is None else person.uid)

    return NewRun(
        page.environment_id,
        request.workflow,
        version_id,
        [WaitingRecipient(each.collection, each.id, identity(each).uid, {}) for each in request.recipients],
        request.data,
        {"type": "workflow_step", "workflow": page.run.workflow_key, "recipient_run_id": str(asked.run.id)},
        tenant=request.tenant,
        actor=None if request.actor is None else identity(request.actor),
        cancellation_key=request.cancellation_key,
        sandbox=page.run.sandbox,
        terms=Terms(depth=depth),
    )
