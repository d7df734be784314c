"""Reads what the steps of a page of runs depend on, in a few queries for the whole page."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from addressee.database.pool import Pool
from addressee.directory.groups.memberships import overlaid, place_of
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import Identity, Place, Recipient
from addressee.messaging.environment import channels
from addressee.messaging.environment.links import LinkUrls, sample_url
from addressee.messaging.environment.variables import read_variables
from addressee.messaging.recipients.people import People, read_people
from addressee.messaging.runs.contexts.audiences import asked_of, read_memberships
from addressee.messaging.runs.contexts.batched import (
    Activities,
    read_activities,
)
from addressee.messaging.runs.contexts.context import SharedContexts, context_for, context_without_recipient
from addressee.messaging.runs.contexts.message_states import read_states
from addressee.messaging.runs.contexts.page import PageContext, policy_maker
from addressee.messaging.runs.store import Run
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.run import RecipientRun
from addressee.messaging.workflows.shared_templates.store import read_named_templates
from addressee.messaging.workflows.translations.store import read_texts
from addressee.preferences.defaults import read_defaults
from addressee.preferences.layers import Effective


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
        shared = SharedContexts(self.shared)
        return [
            context_without_recipient(trigger, self.shared)
            if recipient is None
            else context_for(
                recipient, each, trigger, self.shared, shared, self.preferences[recipient.place], self.audiences
            )
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
