"""One run: a trigger with its recipients, the journal of one of them, and cancelling what waits."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.errors import PageMissingError
from addressee.dashboard.messages.filters import PAGE_SIZE, chosen_recipient, chosen_start
from addressee.dashboard.messages.shortened import FEW_BYTES, shortened
from addressee.dashboard.messages.wording import (
    CHANNEL_TYPES,
    RUN_EVENTS,
    RUN_STATUSES,
    STATUSES,
    source_in_words,
    why,
)
from addressee.dashboard.rendering import page, see_other
from addressee.dashboard.routes import EDITOR, VIEWER, Routes
from addressee.dashboard.urls import ENVIRONMENT
from addressee.dashboard.visits import EnvironmentVisit
from addressee.database.paging import PageRequest
from addressee.messaging.messages.listing import MessageFilter
from addressee.messaging.messages.model import Message, Position
from addressee.messaging.runs.listing import RunDetails, RunFilter, RunPosition
from addressee.messaging.runs.triggered import COUNTED, UNFINISHED, TriggeredRun
from addressee.operators.model import Role

routes = Routes("run")

# The number of entries of a journal, and of its messages, that a page shows.
MOST_ENTRIES = 300
MOST_MESSAGES = 100


@routes.get(f"{ENVIRONMENT}/runs/{{id}}", VIEWER)
async def show_run(visit: EnvironmentVisit) -> Answer:
    """Shows a trigger, or with `recipient` in the query what happened for that one."""
    id = run_id(visit)
    trigger = await visit.services.messaging.runs.trigger(visit.environment.id, id)
    if trigger is None:
        return await lead_to_trigger(visit, id)
    return await run_or_journal(visit, trigger, is_open=visit.may(Role.EDITOR))


@routes.post(f"{ENVIRONMENT}/runs/{{id}}/reveal", VIEWER)
async def reveal_run(visit: EnvironmentVisit, form: Form) -> Answer:
    """Shows a viewer a run with its data, once that is recorded."""
    trigger = await require_trigger(visit)
    run = await chosen_run(visit, trigger.id)
    if run is None:
        await visit.record("runs.reveal", run=str(trigger.id))
    else:
        await visit.record("runs.reveal", run.recipient.collection, run.recipient.id, run=str(trigger.id))
    return await run_or_journal(visit, trigger, is_open=True)


@routes.post(f"{ENVIRONMENT}/runs/{{id}}/cancel", EDITOR)
async def cancel_run(visit: EnvironmentVisit, form: Form) -> Answer:
    """Stops what is not finished of a trigger: for the recipient that the query names, or for all."""
    trigger = await require_trigger(visit)
    run = await chosen_run(visit, trigger.id)
    runs = visit.services.messaging.runs
    if run is None:
        await visit.record("runs.cancel", run=str(trigger.id), workflow=trigger.workflow)
        await runs.cancel_run(visit.environment.id, trigger.id)
        return see_other(visit.url("runs", trigger.id, notice="run-cancelled"))
    place = run.recipient.place
    await visit.record("runs.cancel", place.collection, place.id, run=str(trigger.id), workflow=trigger.workflow)
    await runs.cancel_run(visit.environment.id, trigger.id, [place])
    return see_other(visit.url("runs", trigger.id, recipient=run.id, notice="run-cancelled"))


def run_id(visit: EnvironmentVisit) -> UUID:
    """Raises PageMissingError for what can be no run's id."""
    try:
        return UUID(visit.path["id"])
    except ValueError:
        raise missing() from None


def missing() -> PageMissingError:
    return PageMissingError("There is no such run in this environment. It may have been erased.")


async def require_trigger(visit: EnvironmentVisit) -> TriggeredRun:
    trigger = await visit.services.messaging.runs.trigger(visit.environment.id, run_id(visit))
    if trigger is None:
        raise missing()
    return trigger


async def lead_to_trigger(visit: EnvironmentVisit, id: UUID) -> Answer:
    """Leads from the id of a recipient's run, as the API tells it, to the trigger's page."""
    run = await visit.services.messaging.runs.get(visit.environment.id, id)
    if run is None:
        raise missing()
    return see_other(visit.url("runs", run.run_id, recipient=run.id))


async def chosen_run(visit: EnvironmentVisit, trigger_id: UUID) -> RunDetails | None:
    """Returns the recipient's run that the query names, by its id or by the recipient's; None: none is named.

    Raises PageMissingError.
    """
    text = visit.query.text("recipient")
    if text is None:
        return None
    runs, environment_id = visit.services.messaging.runs, visit.environment.id
    try:
        run = await runs.get(environment_id, UUID(text))
    except ValueError:
        run = None
    if run is None:
        filter = RunFilter(recipient=chosen_recipient(visit), run_id=trigger_id)
        run = next(iter((await runs.list(environment_id, filter, PageRequest(1))).entries), None)
    if run is None or run.run_id != trigger_id:
        raise PageMissingError("This run was not for that recipient, or it has yet to begin for them.")
    return run


async def run_or_journal(visit: EnvironmentVisit, trigger: TriggeredRun, *, is_open: bool) -> Answer:
    run = await chosen_run(visit, trigger.id)
    if run is not None:
        return await journal_page(visit, trigger, run, is_open=is_open)
    return await trigger_page(visit, trigger, is_open=is_open)


async def trigger_page(visit: EnvironmentVisit, trigger: TriggeredRun, *, is_open: bool) -> Answer:
    runs, environment_id = visit.services.messaging.runs, visit.environment.id
    after = chosen_start(visit, RunPosition)
    found = await runs.list(environment_id, RunFilter(run_id=trigger.id), PageRequest(PAGE_SIZE, after))
    return page(
        visit,
        "messages/run.html",
        trigger=trigger,
        runs=found.entries,
        data=shortened(await runs.data(environment_id, trigger.id)) if is_open else None,
        open=is_open,
        counted=COUNTED,
        words=RUN_STATUSES,
        source=source_in_words(trigger.source),
        older=None if found.after is None else visit.url("runs", trigger.id, after=found.after),
        newest=None if after is None else visit.url("runs", trigger.id),
    )


async def journal_page(visit: EnvironmentVisit, trigger: TriggeredRun, run: RunDetails, *, is_open: bool) -> Answer:
    return page(
        visit,
        "messages/journal.html",
        trigger=trigger,
        run=run,
        entries=run.events[:MOST_ENTRIES],
        more_entries=len(run.events) > MOST_ENTRIES,
        data=shortened(run.data) if is_open else None,
        messages={message.id: message for message in await messages_of(visit, run)},
        open=is_open,
        is_unfinished=run.status in UNFINISHED,
        words=RUN_STATUSES,
        message_words=STATUSES,
        types=CHANNEL_TYPES,
        event_words=RUN_EVENTS,
        source=source_in_words(trigger.source),
        why=why,
        shortened=shortened,
        few=FEW_BYTES,
    )


async def messages_of(visit: EnvironmentVisit, run: RunDetails) -> Sequence[Message]:
    ids = run.message_ids[:MOST_MESSAGES]
    if not ids:
        return ()
    filter = MessageFilter(message_ids=ids)
    request: PageRequest[Position] = PageRequest(MOST_MESSAGES)
    return (await visit.services.messaging.messages.list(visit.environment.id, None, filter, request)).entries
