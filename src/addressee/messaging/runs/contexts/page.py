"""The data that all runs of a page share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple, Self
from uuid import UUID

from addressee.directory.recipient import TENANTS, Document, Identity, Place, Recipient
from addressee.messaging.content.links import MessageOrigin, RecipientLinks
from addressee.messaging.content.scope import (
    exposed,
    with_branding,
)
from addressee.messaging.content.templating.shared_templates import NO_SHARED_TEMPLATES, SharedTemplates
from addressee.messaging.content.templating.translations import (
    NO_TEXTS,
    NO_TRANSLATIONS,
    LocaleTexts,
    Translations,
)
from addressee.messaging.environment.channels import Channel
from addressee.messaging.environment.links import UrlOf, sample_url
from addressee.messaging.recipients.identity import TRANSIENT, Subscribed
from addressee.messaging.recipients.people import People
from addressee.messaging.runs.contexts.batched import (
    Activities,
    Actor,
)
from addressee.messaging.runs.contexts.message_states import StatesByRef
from addressee.messaging.runs.store import Run
from addressee.preferences.defaults import EnvironmentDefaults
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


def policy_maker(run: Run) -> Place:
    """Returns the tenant whose policy applies to a run."""
    return Place(run.environment_id, TENANTS, run.tenant or DEFAULT)
