"""Reads what the steps of a page of runs depend on, in a few queries for the whole page."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple, Self
from uuid import UUID

from addressee.conditions.operators import ConditionContext
from addressee.database.pool import Pool
from addressee.directory.groups.memberships import overlaid, place_of
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import TENANTS, Document, Identity, Place, Recipient
from addressee.messaging.content.links import LINKS, MessageOrigin, RecipientLinks
from addressee.messaging.content.scope import (
    TIMESTAMP,
    build_scope,
    exposed,
    exposed_subscription,
    with_branding,
)
from addressee.messaging.content.templating.shared_templates import NO_SHARED_TEMPLATES, TEMPLATES, SharedTemplates
from addressee.messaging.content.templating.translations import (
    NO_TEXTS,
    NO_TRANSLATIONS,
    TRANSLATIONS,
    LocaleTexts,
    Translations,
)
from addressee.messaging.environment import channels
from addressee.messaging.environment.channels import Channel
from addressee.messaging.environment.links import LinkUrls, UrlOf, sample_url
from addressee.messaging.environment.variables import read_variables
from addressee.messaging.messages.model import Collected
from addressee.messaging.recipients.identity import TRANSIENT, Subscribed
from addressee.messaging.recipients.people import People, read_people
from addressee.messaging.runs.contexts.audiences import asked_of, read_memberships
from addressee.messaging.runs.contexts.batched import (
    Activities,
    Actor,
    own_activities,
    read_activities,
    shown_activities,
    trigger_actor,
)
from addressee.messaging.runs.contexts.message_states import StatesByRef, read_states
from addressee.messaging.runs.model import common
from addressee.messaging.runs.store import Run
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.run import RecipientRun
from addressee.messaging.workflows.shared_templates.store import read_named_templates
from addressee.messaging.workflows.translations.store import read_texts
from addressee.preferences.audiences import NO_AUDIENCES
from addressee.preferences.decision import PreferenceContext
from addressee.preferences.defaults import EnvironmentDefaults, read_defaults
from addressee.preferences.layers import Effective, effective
from addressee.preferences.policies import Policy, blocked_by, policies_of, with_defaults
from addressee.preferences.set_keys import key_of
from addressee.preferences.sets import DEFAULT


class Exposed(NamedTuple):
    """A recipient with what templates see of them; both None for one who is gone."""

    recipient: Recipient | None
    document: Document | None

    @classmethod
    def of(cls, recipient: Recipient | None) -> Self:
        return cls(recipient, None if recipient is None else exposed(recipient))


NOBODY = Exposed(None, None)


@dataclass(frozen=True)
class PageContext:
    """The data that all runs of a page share; `run` is the trigger of one of them.

    `url_of` makes the URLs of links in messages, None without a public URL. `shared_templates` are the layouts and
    partials that the workflow names, and those that these name. `translations` are the texts that all of them look up.
    """

    run: Run
    people: People
    variables: Document
    channels: Mapping[str, Channel]
    defaults: EnvironmentDefaults
    now: datetime
    collected: Mapping[UUID, Activities]
    states: Mapping[UUID, StatesByRef] = field(default_factory=dict)
    url_of: UrlOf | None = sample_url
    shared_templates: SharedTemplates = NO_SHARED_TEMPLATES
    translations: Translations = NO_TRANSLATIONS
    _exposed: dict[Identity, Exposed] = field(default_factory=dict)
    _texts: dict[str | None, LocaleTexts] = field(default_factory=dict)

    @cached_property
    def exposed_tenant(self) -> Document | None:
        return None if self.tenant is None else exposed(self.tenant)

    @cached_property
    def exposed_workflow(self) -> Document:
        run = self.run
        return {
            "id": run.workflow_key,
            "key": run.workflow_key,
            "name": run.workflow.name,
            "categories": run.categories,
            "commercial": run.workflow.commercial,
            "override_preferences": run.workflow.override_preferences,
        }

    @cached_property
    def exposed_variables(self) -> Document:
        """Returns the variables that templates see: the branding of the tenant stands over that of the variables."""
        return self.variables if self.tenant is None else with_branding(self.variables, self.tenant.attributes)

    @cached_property
    def origin(self) -> MessageOrigin:
        return MessageOrigin(self.run.workflow_key, self.run.categories, self.run.tenant)

    def links_of(self, recipient: Recipient) -> RecipientLinks | None:
        """Returns the links of a recipient; whom only a trigger describes has no pages."""
        if recipient.place.collection == TRANSIENT:
            return None
        return RecipientLinks(recipient.identity, self.origin, self.now, self.url_of)

    def texts_for(self, recipient: Recipient) -> LocaleTexts:
        """Returns the texts of a recipient's locale, made once for the page."""
        if self.translations is NO_TRANSLATIONS:
            return NO_TEXTS
        locale = recipient.locale
        if locale not in self._texts:
            self._texts[locale] = self.translations.of(locale)
        return self._texts[locale]

    def actor(self, actor: Actor | None) -> Exposed:
        """Returns an actor with what templates see of them, made once for the page."""
        if actor is None:
            return NOBODY
        if actor.identity not in self._exposed:
            self._exposed[actor.identity] = Exposed.of(actor.current(self.people))
        return self._exposed[actor.identity]

    def exposed_actor(self, actor: Actor | None) -> Document | None:
        return self.actor(actor).document

    def exposed_object(self, subscribed: Subscribed) -> Document | None:
        """Returns what templates see of the object of a subscription, made once for the page."""
        identity = subscribed.object.within(self.run.environment_id)
        if identity not in self._exposed:
            self._exposed[identity] = Exposed.of(self.people.current(identity))
        return self._exposed[identity].document

    @cached_property
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

    @cached_property
    def preferences_of_most(self) -> Effective:
        """The preferences of whoever has none of their own."""
        return self.effective_preferences({})

    def preferences_of(self, recipient: Recipient) -> Effective:
        own = recipient.preferences
        return self.effective_preferences(own) if own else self.preferences_of_most

    def effective_preferences(self, own: Mapping[str, Document]) -> Effective:
        of_tenant = {} if self.tenant is None else self.tenant.preferences
        found = effective(own, self.set_key, of_tenant, self.defaults.default)
        return with_defaults(found, self.policies)


@dataclass(frozen=True, slots=True)
class ReadPage:
    """The data read for a page: what all share, and each run's recipient, None for one who is not there any more."""

    shared: PageContext
    recipients: Sequence[Recipient | None]
    preferences: Mapping[Place, Effective]
    audiences: Mapping[Place, frozenset[str]]

    def contexts(self, runs: Sequence[RecipientRun], triggers: Sequence[Run] = ()) -> list[StepContext]:
        """Returns the context of each of the runs that the page was read for, in their order.

        `triggers` are those of the runs, where they are of several.
        """
        triggers = triggers or [self.shared.run] * len(runs)
        return [
            context_without_recipient(trigger, self.shared)
            if recipient is None
            else context_for(recipient, each, trigger, self.shared, self.preferences[recipient.place], self.audiences)
            for recipient, each, trigger in zip(self.recipients, runs, triggers, strict=True)
        ]


async def read_contexts(
    pool: Pool,
    reader: Reader,
    run: Run,
    runs: Sequence[RecipientRun],
    now: datetime,
    links: LinkUrls | None = None,
) -> list[StepContext]:
    """Returns the context of each of `runs`, in their order."""
    return (await read_page(pool, reader, run, runs, now, links=links)).contexts(runs)


async def read_contexts_of_several(
    pool: Pool,
    reader: Reader,
    triggers: Sequence[Run],
    runs: Sequence[RecipientRun],
    now: datetime,
    links: LinkUrls | None = None,
) -> list[StepContext]:
    """Returns the context of each of `runs`, in their order. Their triggers, one for each, are of one kind."""
    actors = {actor for trigger in triggers for actor in trigger.actors}
    return (await read_page(pool, reader, triggers[0], runs, now, actors, links)).contexts(runs, triggers)


async def read_page(
    pool: Pool,
    reader: Reader,
    run: Run,
    runs: Sequence[RecipientRun],
    now: datetime,
    actors: Collection[Identity] = (),
    links: LinkUrls | None = None,
) -> ReadPage:
    """Reads what the steps of a page depend on. Without `links`, messages show samples: nobody gets them."""
    collected = await read_activities(pool, run, runs)
    page = PageContext(
        run,
        await read_mentioned(reader, run, runs, collected, actors),
        (await read_variables(pool, run.environment_id)).all,
        await channels.by_key(pool, run.environment_id),
        await read_defaults(pool, run.environment_id),
        now,
        collected,
        await read_states(pool, run, runs),
        sample_url if links is None else await links.of(run.environment_id),
        await read_named_templates(pool, run.environment_id, run.workflow.layouts, run.workflow.partials),
    )
    found = [page.people.current(each.recipient) for each in runs]
    recipients = await within_tenant(reader, page.tenant, found)
    page = await with_translations(pool, page, recipients)
    preferences = {recipient.place: page.preferences_of(recipient) for recipient in recipients if recipient is not None}
    asked = asked_of(run.workflow.steps, preferences)
    living = [recipient for recipient in found if recipient is not None]
    audiences = await read_memberships(pool, run.environment_id, living, asked, now)
    return ReadPage(page, recipients, preferences, audiences)


async def with_translations(pool: Pool, page: PageContext, recipients: Sequence[Recipient | None]) -> PageContext:
    """Returns a page with the texts that its templates look up, in the locales of its recipients."""
    namespaces = {*page.run.workflow.namespaces, *page.shared_templates.namespaces}
    if not namespaces:
        return page
    locales = {recipient.locale for recipient in recipients if recipient is not None}
    texts = await read_texts(pool, page.run.environment_id, page.defaults.locale, locales, namespaces)
    return replace(page, translations=texts)


def policy_maker(run: Run) -> Place:
    """Returns the tenant whose policy applies to a run."""
    return Place(run.environment_id, TENANTS, run.tenant or DEFAULT)


async def read_mentioned(
    reader: Reader,
    run: Run,
    runs: Sequence[RecipientRun],
    collected: Mapping[UUID, Activities],
    actors: Collection[Identity],
) -> People:
    """Reads all recipients that the page mentions."""
    named = {each.recipient for each in runs}
    named |= {*run.actors, *actors}
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
