"""Makes the messages of a workflow that a folder defines, for somebody who is described in a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import uuid5

from addressee.directory.recipient import Recipient
from addressee.messaging.content.templating.shared_templates import NO_SHARED_TEMPLATES
from addressee.messaging.environment.channels import Channel
from addressee.messaging.errors import DataFailure
from addressee.messaging.preview.model import ENVIRONMENT, NAMESPACE, PreviewedEvent, PreviewedMessage, PreviewRequest
from addressee.messaging.preview.walk import ContextOf, walk
from addressee.messaging.recipients.identifiers import recipient_run_id
from addressee.messaging.recipients.people import People
from addressee.messaging.runs.contexts.audiences import asked_of, memberships
from addressee.messaging.runs.contexts.batched import Activities, Actor, Item
from addressee.messaging.runs.contexts.message_states import states_without_messages
from addressee.messaging.runs.contexts.page import PageContext
from addressee.messaging.runs.contexts.reading import ReadPage
from addressee.messaging.runs.store import Run
from addressee.messaging.steps.batches.batch import BatchStep, ClosingStep
from addressee.messaging.steps.batches.digest import DigestStep
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.mentions import mentioned_channel_steps
from addressee.messaging.steps.model import Step
from addressee.messaging.steps.run import RecipientRun, RunStatus
from addressee.messaging.workflows.configuration import Configuration
from addressee.messaging.workflows.files.workflows import WorkflowDefinition
from addressee.messaging.workflows.schemas import failures
from addressee.messaging.workflows.translations.files import translations_of
from addressee.preferences.defaults import EnvironmentDefaults


def channels_in(configuration: Configuration, now: datetime) -> dict[str, Channel]:
    """Returns the channels of a folder as if they were stored."""
    return {
        each.key: Channel(
            each.id or uuid5(NAMESPACE, each.key),
            each.key,
            each.name,
            each.type,
            each.provider,
            each.settings,
            now,
            now,
            each.failover,
        )
        for each in configuration.channels
    }


def unfit(workflow: WorkflowDefinition, asked: PreviewRequest) -> tuple[DataFailure, ...]:
    """Returns what is wrong with the data by the workflow's schema: a trigger with it would be refused."""
    schema = workflow.workflow.trigger_data_schema
    return () if schema is None else tuple(failure for item in asked.items for failure in failures(schema, item))


def preview(
    configuration: Configuration,
    defined: WorkflowDefinition,
    asked: PreviewRequest,
    channels: Mapping[str, Channel],
    now: datetime,
) -> Iterator[PreviewedMessage | PreviewedEvent]:
    """Yields the messages of a workflow, and what else happens in its runs: more than one, if one leads a batch."""
    leads = any(map(may_lead, defined.workflow.steps))
    parts = [replace(asked, items=asked.items[:1], leads=True)] if leads else []
    if len(asked.items) > len(parts):
        parts.append(replace(asked, items=asked.items[len(parts) :]))
    for part in parts:
        yield from walked(configuration, defined, part, channels, now)


def may_lead(step: Step) -> bool:
    """Returns whether the first run that comes to a step goes on alone."""
    return (isinstance(step, BatchStep) and step.leads) or (isinstance(step, DigestStep) and step.look_back is not None)


def walked(
    configuration: Configuration,
    defined: WorkflowDefinition,
    asked: PreviewRequest,
    channels: Mapping[str, Channel],
    now: datetime,
) -> Iterator[PreviewedMessage | PreviewedEvent]:
    """Yields what happens in one run."""
    run = run_of(defined, asked, now)
    place = asked.recipient.place
    recipient_run = RecipientRun(
        recipient_run_id(run.id, place.collection, place.id), asked.recipient.identity, {}, RunStatus.QUEUED
    )
    page = PageContext(
        run,
        People({each.place: each for each in people_of(asked)}, {}),
        {**(configuration.variables or {}), **(configuration.public_variables or {})},
        channels,
        EnvironmentDefaults(default=configuration.preferences or {}, sections=configuration.sections or ()),
        now,
        {},
        shared_templates=NO_SHARED_TEMPLATES.with_all({each.key: each.template for each in configuration.templates}),
        translations=translations_of(configuration.translations, EnvironmentDefaults().locale),
    )

    preferences = {place: page.preferences_of(asked.recipient)}
    dynamic = {each.key: each.audience for each in configuration.audiences if each.audience.is_dynamic}
    asked_for = asked_of(run.workflow.steps, preferences)
    members = [asked.recipient] if asked_for else []
    read = ReadPage(page, [asked.recipient], preferences, memberships(members, {}, dynamic, asked_for, now))
    return walk(recipient_run, defined.workflow, contexts_of(read, asked), asked, now)


def contexts_of(read: ReadPage, asked: PreviewRequest) -> ContextOf:
    """Returns the function that makes the context of the run, wherever it stands by then."""
    page = read.shared

    def context_of(moved: RecipientRun, at: datetime) -> StepContext:
        collected = collected_by(moved, page.run, asked)
        states = {moved.id: states_without_messages(mentioned_channel_steps(page.run.workflow.steps, moved.step))}
        here = replace(page, now=at, collected={} if collected is None else {moved.id: collected}, states=states)
        (context,) = replace(read, shared=here).contexts([moved])
        return context

    return context_of


def collected_by(moved: RecipientRun, run: Run, asked: PreviewRequest) -> Activities | None:
    """Returns what the last batch that a run has closed gave it, None without one."""
    closed = [
        step
        for step in run.workflow.steps[: moved.step]
        if isinstance(step, ClosingStep) and "total_activities" in moved.refs.get(step.ref, {})
    ]
    if not closed:
        return None
    actors = [] if run.actor is None else [Actor(run.actor)]
    items = [Item(moved.id, dict(data), actors[0] if actors else None, run.inserted_at) for data in asked.items]
    limit = closed[-1].render_limit
    shown = items[-limit:] if closed[-1].newest else items[:limit]
    return Activities(shown, len(items), actors, len(actors))


def people_of(asked: PreviewRequest) -> list[Recipient]:
    return [each for each in (asked.recipient, asked.actor, asked.tenant) if each is not None]


def run_of(defined: WorkflowDefinition, asked: PreviewRequest, now: datetime) -> Run:
    id = uuid5(NAMESPACE, f"run/{defined.key}")
    return Run(
        environment_id=ENVIRONMENT,
        id=id,
        workflow_key=defined.key,
        version_id=id,
        workflow=defined.workflow,
        tenant=None if asked.tenant is None else asked.tenant.place.id,
        actor=None if asked.actor is None else asked.actor.identity,
        data=dict(asked.data),
        sandbox=False,
        skip_delay=False,
        inserted_at=now,
    )
