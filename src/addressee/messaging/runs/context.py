"""Gathers what a page of runs depends on, in a few queries for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from addressee.conditions.operators import ConditionContext
from addressee.database.pool import Pool
from addressee.directory.groups.memberships import overlaid, place_of
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import TENANTS, Document, Place, Recipient
from addressee.messaging.content.scope import Subscription, build_scope
from addressee.messaging.environment import channels
from addressee.messaging.environment.channels import Channel
from addressee.messaging.environment.variables import read_variables
from addressee.messaging.recipients.identity import TRANSIENT, Subscribed
from addressee.messaging.recipients.people import People, read_people
from addressee.messaging.runs.model import common
from addressee.messaging.runs.store import Run
from addressee.messaging.steps.model import RecipientRun, StepContext
from addressee.preferences.audiences import NO_AUDIENCES, needs_audiences, read_audiences
from addressee.preferences.decision import PreferenceContext
from addressee.preferences.defaults import EnvironmentDefaults, read_defaults
from addressee.preferences.layers import Effective, effective
from addressee.preferences.policies import Policy, blocked_by, policies_of, with_defaults
from addressee.preferences.set_keys import key_of
from addressee.preferences.sets import DEFAULT


@dataclass(frozen=True)
class Surroundings:
    """What all runs of a page have in common."""

    run: Run
    people: People
    variables: Document
    channels: Mapping[str, Channel]
    defaults: EnvironmentDefaults
    now: datetime

    @property
    def tenant(self) -> Recipient | None:
        run = self.run
        return None if run.tenant is None else self.people.living(Place(run.environment_id, TENANTS, run.tenant))

    @cached_property
    def set_key(self) -> str | None:
        """The key of recipients' preference sets for the tenant, whether or not it still exists."""
        tenant = self.run.tenant
        if tenant is None:
            return None
        return key_of(tenant, self.people.found.get(Place(self.run.environment_id, TENANTS, tenant)))

    @cached_property
    def policies(self) -> tuple[Policy, ...]:
        """Those of the workflow's categories that the environment defines."""
        known = self.defaults.categories
        return tuple(policies_of([known[key] for key in self.run.categories if key in known], self.of_policy))

    @cached_property
    def of_policy(self) -> Mapping[str, Document]:
        """The preferences that the tenant keeps whose policy holds."""
        tenant = self.people.living(policy_maker(self.run))
        return {} if tenant is None else tenant.preferences

    @cached_property
    def blocked(self) -> frozenset[str]:
        return blocked_by(self.of_policy)

    @property
    def actor(self) -> Recipient | None:
        run = self.run
        if run.terms.actor is not None:
            return run.terms.actor.at(Place(run.environment_id, TRANSIENT, str(run.id)), run.id, run.inserted_at)
        return None if run.actor is None else self.people.current(run.actor)

    def preferences_of(self, recipient: Recipient) -> Effective:
        of_tenant = {} if self.tenant is None else self.tenant.preferences
        found = effective(recipient.preferences, self.set_key, of_tenant, self.defaults.default)
        return with_defaults(found, self.policies)


async def read_facts(
    pool: Pool, reader: Reader, run: Run, runs: Sequence[RecipientRun], now: datetime
) -> list[StepContext]:
    """What each of `runs` depends on, in their order."""
    around = Surroundings(
        run,
        await read_mentioned(reader, run, runs),
        (await read_variables(pool, run.environment_id)).all,
        await channels.by_key(pool, run.environment_id),
        await read_defaults(pool, run.environment_id),
        now,
    )
    recipients = await within_tenant(reader, around.tenant, [around.people.current(each.recipient) for each in runs])
    preferences = {
        recipient.place: around.preferences_of(recipient) for recipient in recipients if recipient is not None
    }
    asking = [
        recipient
        for recipient in recipients
        if recipient is not None and needs_audiences(preferences[recipient.place].document)
    ]
    audiences = await read_audiences(pool, run.environment_id, asking) if asking else {}
    return [
        facts_of_nobody(around)
        if recipient is None
        else facts_for(recipient, each, around, preferences[recipient.place], audiences)
        for recipient, each in zip(recipients, runs, strict=True)
    ]


def policy_maker(run: Run) -> Place:
    """The tenant whose policy holds for a run."""
    return Place(run.environment_id, TENANTS, run.tenant or DEFAULT)


async def read_mentioned(reader: Reader, run: Run, runs: Sequence[RecipientRun]) -> People:
    """Everybody whom the page mentions."""
    named = {each.recipient for each in runs}
    named |= set(run.actors)
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
    """Recipients as they are to be reached within the tenant of their run, read in one query."""
    if tenant is None:
        return recipients
    found = await reader.read_all([place_of(each, tenant) for each in recipients if each is not None])

    def within(recipient: Recipient) -> Recipient:
        membership = found.get(place_of(recipient, tenant))
        return recipient if membership is None else overlaid(recipient, membership)

    return [None if each is None else within(each) for each in recipients]


def facts_of_nobody(around: Surroundings) -> StepContext:
    run = around.run
    return StepContext(None, {}, around.channels, run.sandbox, run.inserted_at, around.now, run.skip_delay)


def facts_for(
    recipient: Recipient,
    recipient_run: RecipientRun,
    around: Surroundings,
    preferences: Effective,
    audiences: Mapping[Place, frozenset[str]],
) -> StepContext:
    run = around.run
    scope = build_scope(
        recipient=recipient,
        subscription=subscription_for(recipient_run.subscription, around),
        actor=around.actor,
        tenant=around.tenant,
        data={**run.data, **recipient_run.data},
        variables=around.variables,
        workflow={
            "id": run.workflow_key,
            "key": run.workflow_key,
            "name": run.workflow.name,
            "categories": run.categories,
        },
    )
    counts = {"total_activities": 1, "total_actors": len(run.actors)}
    context = PreferenceContext(
        preferences,
        around.defaults.rule,
        ConditionContext({**scope, "run": counts}, audiences.get(recipient.place, NO_AUDIENCES), around.now),
        run.workflow_key,
        run.categories,
        commercial=run.workflow.commercial,
        overrides=run.workflow.override_preferences,
        policies=around.policies,
        blocked=around.blocked,
    )
    return StepContext(
        recipient,
        scope,
        around.channels,
        run.sandbox,
        run.inserted_at,
        around.now,
        run.skip_delay,
        context,
        common(run.terms.kinds, recipient_run.kinds),
    )


def subscription_for(subscribed: Subscribed | None, around: Surroundings) -> Subscription | None:
    if subscribed is None:
        return None
    return Subscription(
        subscribed.properties, around.people.current(subscribed.object.within(around.run.environment_id))
    )
