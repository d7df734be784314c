"""The context of a run of one recipient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addressee.conditions.operators import ConditionContext
from addressee.directory.recipient import Place, Recipient
from addressee.messaging.content.links import LINKS
from addressee.messaging.content.scope import (
    TIMESTAMP,
    build_scope,
    exposed,
    exposed_subscription,
)
from addressee.messaging.content.templating.shared_templates import TEMPLATES
from addressee.messaging.content.templating.translations import (
    TRANSLATIONS,
)
from addressee.messaging.messages.model import Collected
from addressee.messaging.recipients.identity import TRANSIENT
from addressee.messaging.runs.contexts.batched import (
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
    preferences: Effective,
    audiences: Mapping[Place, frozenset[str]],
) -> StepContext:
    batch = page.collected.get(recipient_run.id)
    # What a batch merged stands in place of what its first run was triggered with.
    trigger_data = {} if batch else run.data
    data = {**trigger_data, **recipient_run.data} if recipient_run.data else trigger_data
    activities = batch or own_activities(run, recipient_run, data, trigger_actor(run))
    actor, exposed_actor = page.actor(activities.actors[0] if activities.actors else None)
    subscribed = recipient_run.subscription
    reason = exposed_subscription(subscribed.properties, page.exposed_object(subscribed)) if subscribed else {}
    exposed_recipient = {**exposed(recipient), **reason}
    links = page.links_of(recipient)
    scope = {
        # Data of these names hide them, as in templates of other services.
        LINKS: links,
        TIMESTAMP: run.inserted_at.isoformat(),
        **build_scope(
            recipient=exposed_recipient,
            actor=exposed_actor,
            tenant=page.exposed_tenant,
            data=data,
            variables=page.exposed_variables,
            workflow=page.exposed_workflow,
        ),
        **shown_activities(activities, exposed_recipient, page.exposed_actor),
        TEMPLATES: page.shared_templates,
        TRANSLATIONS: page.texts_for(recipient),
        "refs": refs_of(recipient_run, page.states.get(recipient_run.id, {})),
        "run": {
            "id": str(recipient_run.id),
            "total_activities": activities.total,
            "total_actors": activities.total_actors,
        },
    }
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
        links=links,
    )


def refs_of(run: RecipientRun, states: StatesByRef) -> Mapping[str, Mapping[str, Any]]:
    """Returns the results of a run's steps, with the states of their messages."""
    return {**run.refs, **{ref: {**run.refs.get(ref, {}), **each} for ref, each in states.items()}}
