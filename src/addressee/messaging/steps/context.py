"""The context of a step, besides the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from addressee.channels.channel_data import TenantData
from addressee.conditions.operators import ConditionContext
from addressee.directory.recipient import Identity, Place, Recipient
from addressee.messaging.content.attachments import StoredAttachment
from addressee.messaging.content.links import RecipientLinks
from addressee.messaging.content.scope import Scope, with_data
from addressee.messaging.environment.channels import Channel
from addressee.messaging.messages.model import Collected
from addressee.messaging.steps.run import RecipientRun
from addressee.preferences.decision import PreferenceContext
from addressee.timing.window_forms import TENANT
from addressee.timing.zones import ChosenZone, choose_zone


class StepContext(msgspec.Struct, frozen=True):
    """The context of a step, besides the run. `recipient` is None when the run's recipient has been deleted.

    `preferences` is None for runs to which no preferences apply. `kinds` are the kinds of address that the run is
    limited to, None if it is not. `tenant_id` is that of the run, `tenant` is None if it does not exist.
    `trigger_data` is what the run was triggered with, empty once it goes on for a batch. `audiences` are those of the
    recipient, as far as any condition asks for them. A run whose workflow is not `active` any more takes no further
    step; one whose workflow is `critical` heeds no quiet hours. `attachments` are those of e-mails, by the keys in the
    trigger's data that described them. `actor` is who acted, if anybody who is stored did. `timezone` is the
    environment's. `actors` are the newest ones of the batch that the run goes on for, and `collected` its sizes.
    `links` are those to pages of the recipient, None for one whom only the trigger describes.
    """

    recipient: Recipient | None
    scope: Scope
    channels: Mapping[str, Channel]
    sandbox: bool
    triggered_at: datetime
    now: datetime
    skip_delay: bool = False
    preferences: PreferenceContext | None = None
    kinds: frozenset[str] | None = None
    tenant: Recipient | None = None
    tenant_id: str | None = None
    trigger_data: Mapping[str, Any] = {}
    audiences: frozenset[str] = frozenset()
    active: bool = True
    attachments: Mapping[str, Sequence[StoredAttachment]] = {}
    actor: Place | None = None
    critical: bool = False
    timezone: str | None = None
    actors: tuple[Identity, ...] = ()
    collected: Collected | None = None
    links: RecipientLinks | None = None

    def tenant_data(self, channel: Channel) -> TenantData:
        """Returns the run's tenant with its data for a channel."""
        return TenantData(self.tenant_id, {} if self.tenant is None else channel.data_of(self.tenant))

    def zone(self, fixed: str | None = None, device: Any = None) -> ChosenZone:
        """Returns the zone of local times: a fixed one, or else that of the device, the recipient, the tenant, the
        environment. `fixed` may say `tenant`, for that of the tenant.
        """
        of_tenant = None if self.tenant is None else self.tenant.attributes.get("timezone")
        of_recipient = None if self.recipient is None else self.recipient.attributes.get("timezone")
        return choose_zone(of_tenant if fixed == TENANT else fixed, device, of_recipient, of_tenant, self.timezone)

    @property
    def condition_context(self) -> ConditionContext:
        """The values that conditions of steps compare."""
        return ConditionContext(self.scope, self.audiences, self.now)

    def following(self, run: RecipientRun) -> StepContext:
        """Returns the context of the next step of a run, whose data and results a step may have changed."""
        return self._with(with_data({**self.trigger_data, **run.data})).with_results(run.refs)

    def with_results(self, results: Mapping[str, Mapping[str, Any]]) -> StepContext:
        """Returns the context with more results of steps, by their refs."""
        refs = self.scope.get("refs", {})
        return self._with({"refs": {**refs, **{ref: {**refs.get(ref, {}), **new} for ref, new in results.items()}}})

    def _with(self, changed: Scope) -> StepContext:
        preferences = self.preferences
        if preferences is not None:
            context = preferences.condition_context
            preferences = replace(preferences, condition_context=replace(context, roots={**context.roots, **changed}))
        return replace(self, scope={**self.scope, **changed}, preferences=preferences)
