"""Reads what the steps of a page of runs depend on, in a few queries for the whole page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from addressee.conditions.operators import ConditionContext
from addressee.database.pool import Pool
from addressee.directory.groups.memberships import overlaid, place_of
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import TENANTS, Document, Place, Recipient
from addressee.messaging.content.scope import Subscription, build_scope
from addressee.messaging.environment import channels
from addressee.messaging.environment.channels import Channel
from addressee.messaging.environment.variables import read_variables
from addressee.messaging.messages.model import Collected
from addressee.messaging.recipients.identity import TRANSIENT, Subscribed
from addressee.messaging.recipients.people import People, read_people
from addressee.messaging.runs.contexts.batched import Activities, own_activities, read_activities, shown_activities
from addressee.messaging.runs.contexts.message_states import StatesByRef, read_states
from addressee.messaging.runs.model import common
from addressee.messaging.runs.store import Run
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.mentions import ask_for_audiences
from addressee.messaging.steps.run import RecipientRun
from addressee.preferences.audiences import NO_AUDIENCES, needs_audiences, read_audiences
from addressee.preferences.decision import PreferenceContext
from addressee.preferences.defaults import EnvironmentDefaults, read_defaults
from addressee.preferences.layers import Effective, effective
from addressee.preferences.policies import Policy, blocked_by, policies_of, with_defaults
from addressee.preferences.set_keys import key_of
from addressee.preferences.sets import DEFAULT


@dataclass(frozen=True)
class PageContext:
    """The data that all runs of a page share."""

    run: Run
    people: People
    variables: Document
    channels: Mapping[str, Channel]
    defaults: EnvironmentDefaults
    now: datetime
    collected: Mapping[UUID, Activities]
    states: Mapping[UUID, StatesByRef] = field(default_factory=dict)

    @property
    def tenant(self) -> Recipient | None:
        run = self.run
        return None if run.tenant is None else self.people.living(Place(run.environment_id, TENANTS, run.tenant))

    @cached_property
    def set_key(self) -> str | None:
        """The key of recipients' preference sets for the run's tenant, whether or not the tenant still exists."""
        tenant = self.run.tenant
        if tenant is None:
            return None
        return key_of(tenant, self.people.found.get(Place(self.run.environment_id, TENANTS, tenant)))

    @cached_property
    def policies(self) -> tuple[Policy, ...]:
        """The policies of the workflow's categories that the environment defines."""
        known = self.defaults.categories
        return tuple(policies_of([known[key] for key in self.run.categories if key in known], self.of_policy))

    @cached_property
    def of_policy(self) -> Mapping[str, Document]:
        """The preferences of the tenant whose policy applies."""
        tenant = self.people.living(policy_maker(self.run))
        return {} if tenant is None else tenant.preferences

    @cached_property
    def blocked(self) -> frozenset[str]:
        return blocked_by(self.of_policy)

    def preferences_of(self, recipient: Recipient) -> Effective:
        of_tenant = {} if self.tenant is None else self.tenant.preferences
        found = effective(recipient.preferences, self.set_key, of_tenant, self.defaults.default)
        return with_defaults(found, self.policies)


@dataclass(frozen=True, slots=True)
class ReadPage:
    """The data read for a page: what all share, and each run's recipient, None for one who is not there any more."""

    shared: PageContext
    recipients: Sequence[Recipient | None]
    preferences: Mapping[Place, Effective]
    audiences: Mapping[Place, frozenset[str]]

    def contexts(self, runs: Sequence[RecipientRun]) -> list[StepContext]:
        """Returns the context of each of the runs that the page was read for, in their order."""
        return [
            context_without_recipient(self.shared)
            if recipient is None
            else context_for(recipient, each, self.shared, self.preferences[recipient.place], self.audiences)
            for recipient, each in zip(self.recipients, runs, strict=True)
        ]


async def read_contexts(
    pool: Pool, reader: Reader, run: Run, runs: Sequence[RecipientRun], now: datetime
) -> list[StepContext]:
    """Returns the context of each of `runs`, in their order."""
    return (await read_page(pool, reader, run, runs, now)).contexts(runs)


async def read_page(pool: Pool, reader: Reader, run: Run, runs: Sequence[RecipientRun], now: datetime) -> ReadPage:
    collected = await read_activities(pool, run, runs)
    page = PageContext(
        run,
        await read_mentioned(reader, run, runs, collected),
        (await read_variables(pool, run.environment_id)).all,
        await channels.by_key(pool, run.environment_id),
        await read_defaults(pool, run.environment_id),
        now,
        collected,
        await read_states(pool, run, runs),
    )
    recipients = await within_tenant(reader, page.tenant, [page.people.current(each.recipient) for each in runs])
    preferences = {recipient.place: page.preferences_of(recipient) for recipient in recipients if recipient is not None}
    for_steps = ask_for_audiences(run.workflow.steps)
    asking = [
        recipient
        for recipient in recipients
        if recipient is not None and (for_steps or needs_audiences(preferences[recipient.place].document))
    ]
    audiences = await read_audiences(pool, run.environment_id, asking) if asking else {}
    return ReadPage(page, recipients, preferences, audiences)


def policy_maker(run: Run) -> Place:
    """Returns the tenant whose policy applies to a run."""
    return Place(run.environment_id, TENANTS, run.tenant or DEFAULT)


async def read_mentioned(
    reader: Reader, run: Run, runs: Sequence[RecipientRun], collected: Mapping[UUID, Activities]
) -> People:
    """Reads all recipients that the page mentions."""
    named = {each.recipient for each in runs}
    named |= set(run.actors)
    named |= {actor for activities in collected.values() for actor in activities.named}
    named |= {each.subscription.object.within(run.environment_id) for each in runs if each.subscription is not None}
    tenants = [policy_maker(run)]
    described = [
        each.profile.at(each.recipient.place, each.recipient.uid, run.inserted_at)
        for each in runs
        if each.profile is not None and each.recipient.uid is not None
    ]
    return await read_people(reader, run.environment_id, named, places=tenants, known=described)


async def within_tenant(
    reader: Reader, tenant: Recipient | None, recipients: Sequence[Recipient | None]
) -> Sequence[Recipient | None]:
    """Returns recipients with what they are within the tenant of their run laid over, read in one query."""
    if tenant is None:
        return recipients
    found = await reader.read_all([place_of(each, tenant) for each in recipients if each is not None])

    def within(recipient: Recipient) -> Recipient:
        membership = found.get(place_of(recipient, tenant))
        return recipient if membership is None else overlaid(recipient, membership)

    return [None if each is None else within(each) for each in recipients]


def context_without_recipient(page: PageContext) -> StepContext:
    run = page.run
    return StepContext(
        None,
        {},
        page.channels,
        run.sandbox,
        run.inserted_at,
        page.now,
        run.skip_delay,
        tenant=page.tenant,
        tenant_id=run.tenant,
    )


def context_for(
    recipient: Recipient,
    recipient_run: RecipientRun,
    page: PageContext,
    preferences: Effective,
    audiences: Mapping[Place, frozenset[str]],
) -> StepContext:
    run = page.run
    batch = page.collected.get(recipient_run.id)
    activities = batch or own_activities(run, recipient_run)
    # What a batch merged stands in place of what its first run was triggered with.
    trigger_data = {} if batch else run.data
    actor = activities.actors[0].current(page.people) if activities.actors else None
    scope = build_scope(
        recipient=recipient,
        subscription=subscription_for(recipient_run.subscription, page),
        actor=actor,
        tenant=page.tenant,
        data={**trigger_data, **recipient_run.data},
        variables=page.variables,
        workflow={
            "id": run.workflow_key,
            "key": run.workflow_key,
            "name": run.workflow.name,
            "categories": run.categories,
        },
    )
    shown = shown_activities(activities, scope["recipient"], page.people)
    counts = {
        "id": str(recipient_run.id),
        "total_activities": activities.total,
        "total_actors": activities.total_actors,
    }
    scope = {**scope, **shown, "refs": refs_of(recipient_run, page.states.get(recipient_run.id, {})), "run": counts}
    context = PreferenceContext(
        preferences,
        page.defaults.rule,
        ConditionContext(scope, audiences.get(recipient.place, NO_AUDIENCES), page.now),
        run.workflow_key,
        run.categories,
        commercial=run.workflow.commercial,
        overrides=run.workflow.override_preferences,
        policies=page.policies,
        blocked=page.blocked,
    )
    return StepContext(
        recipient,
        scope,
        page.channels,
        run.sandbox,
        run.inserted_at,
        page.now,
        run.skip_delay,
        context,
        common(run.terms.kinds, recipient_run.kinds),
        page.tenant,
        run.tenant,
        trigger_data,
        audiences.get(recipient.place, NO_AUDIENCES),
        active=run.active,
        attachments=run.attachments_of(recipient_run.recipient),
        actor=None if actor is None or actor.place.collection == TRANSIENT else actor.place,
        critical=run.workflow.critical,
        timezone=page.defaults.timezone,
        actors=tuple(acting.identity for acting in activities.actors if acting.profile is None) if batch else (),
        collected=Collected(activities.total, activities.total_actors) if batch else None,
    )


def refs_of(run: RecipientRun, states: StatesByRef) -> Mapping[str, Mapping[str, Any]]:
    """Returns the results of a run's steps, with the states of their messages."""
    return {**run.refs, **{ref: {**run.refs.get(ref, {}), **each} for ref, each in states.items()}}


def subscription_for(subscribed: Subscribed | None, page: PageContext) -> Subscription | None:
    if subscribed is None:
        return None
    return Subscription(subscribed.properties, page.people.current(subscribed.object.within(page.run.environment_id)))
