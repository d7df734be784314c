"""The context of a run of one recipient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from addressee.conditions.operators import ConditionContext
from addressee.directory.recipient import Document, Place, Recipient
from addressee.messaging.content.links import LINKS
from addressee.messaging.content.scope import TIMESTAMP, Scope, exposed, exposed_subscription, with_data
from addressee.messaging.content.templating.shared_templates import TEMPLATES
from addressee.messaging.content.templating.translations import TRANSLATIONS
from addressee.messaging.messages.model import Collected
from addressee.messaging.recipients.identity import TRANSIENT
from addressee.messaging.runs.contexts.batched import (
    Activities,
    activities_of,
    own_activities,
    shown_activities,
    trigger_actor,
)
from addressee.messaging.runs.contexts.message_states import StatesByRef
from addressee.messaging.runs.contexts.page import PageContext
from addressee.messaging.runs.model import common
from addressee.messaging.runs.store import Run
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.run import RecipientRun
from addressee.preferences.audiences import NO_AUDIENCES
from addressee.preferences.decision import PreferenceContext
from addressee.preferences.layers import Effective


class SharedContext(NamedTuple):
    """The part of a run's context that does not depend on its recipient: what it was triggered with, or what the batch
    for which it goes on has collected.

    `trigger_data` is empty once the run goes on for a batch: what that merged stands in its place. `scope` is what
    templates see of it all.
    """

    trigger_data: Document
    activities: Activities
    actor: Recipient | None
    scope: Scope


class SharedContexts:
    """The shared contexts of a page's runs: one for all runs of a trigger that have no data of their own."""

    def __init__(self, page: PageContext) -> None:
        self._page = page
        self._of_triggers: dict[UUID, SharedContext] = {}

    def of(self, recipient_run: RecipientRun, run: Run, batch: Activities | None) -> SharedContext:
        if batch is not None or recipient_run.data:
            return shared_context(run, recipient_run.data, batch, self._page)
        if run.id not in self._of_triggers:
            self._of_triggers[run.id] = shared_context(run, {}, None, self._page)
        return self._of_triggers[run.id]


def shared_context(run: Run, own_data: Mapping[str, Any], batch: Activities | None, page: PageContext) -> SharedContext:
    trigger_data = {} if batch else run.data
    data = {**trigger_data, **own_data} if own_data else trigger_data
    activities = batch or own_activities(run, data, trigger_actor(run))
    actor, exposed_actor = page.actor(activities.actors[0] if activities.actors else None)
    scope = {
        # Data of this name hide it, as in templates of other services; so with links.
        TIMESTAMP: run.inserted_at.isoformat(),
        **with_data(data),
        "actor": exposed_actor,
        "tenant": page.exposed_tenant,
        "vars": page.exposed_variables,
        "workflow": page.exposed_workflow,
        **shown_activities(activities, page.exposed_actor),
        TEMPLATES: page.shared_templates,
    }
    return SharedContext(trigger_data, activities, actor, scope)


def context_without_recipient(run: Run, page: PageContext) -> StepContext:
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
    run: Run,
    page: PageContext,
    shared: SharedContexts,
    preferences: Effective,
    audiences: Mapping[Place, frozenset[str]],
) -> StepContext:
    batch = page.collected.get(recipient_run.id)
    trigger_data, activities, actor, shared_scope = shared.of(recipient_run, run, batch)
    subscribed = recipient_run.subscription
    exposed_recipient = exposed(recipient)
    if subscribed is not None:
        exposed_recipient |= exposed_subscription(subscribed.properties, page.exposed_object(subscribed))
    links = page.links_of(recipient)
    run_id = str(recipient_run.id)
    scope = {
        LINKS: links,
        **shared_scope,
        "recipient": exposed_recipient,
        "activities": activities_of(shared_scope["activities"], run_id, exposed_recipient),
        TRANSLATIONS: page.texts_for(recipient),
        "refs": refs_of(recipient_run, page.states.get(recipient_run.id, {})),
        "run": {"id": run_id, "total_activities": activities.total, "total_actors": activities.total_actors},
    }
    of_recipient = audiences.get(recipient.place, NO_AUDIENCES)
    context = PreferenceContext(
        preferences,
        page.defaults.rule,
        ConditionContext(scope, of_recipient, page.now),
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
        of_recipient,
        active=run.active,
        attachments=run.attachments_of(recipient_run.recipient),
        actor=None if actor is None or actor.place.collection == TRANSIENT else actor.place,
        critical=run.workflow.critical,
        timezone=page.defaults.timezone,
        actors=tuple(acting.identity for acting in activities.actors if acting.profile is None) if batch else (),
        collected=Collected(activities.total, activities.total_actors) if batch else None,
        links=links,
    )


def refs_of(run: RecipientRun, states: StatesByRef) -> Mapping[str, Mapping[str, Any]]:
    """Returns the results of a run's steps, with the states of their messages."""
    return {**run.refs, **{ref: {**run.refs.get(ref, {}), **each} for ref, each in states.items()}}
