"""Channel steps: each makes a message on a channel."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from addressee.channels.provider import ChannelType
from addressee.directory.recipient import Recipient
from addressee.messaging.content.channel_types import AnyTemplate
from addressee.messaging.content.templating import liquid
from addressee.messaging.definitions.model import Name
from addressee.messaging.environment.channels import Channel
from addressee.messaging.messages.status import Status, StatusChange, undelivered
from addressee.messaging.recipients.identifiers import derived_ksuid
from addressee.messaging.steps.channels.holds import held, hold_of
from addressee.messaging.steps.channels.reach import Reach, reach
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.model import NewMessage, Step, Taken
from addressee.messaging.steps.run import RecipientRun
from addressee.timing.windows import Windows


class ChannelStep(Step, frozen=True, tag="channel", kw_only=True):
    """A step that makes a message on the channel with this key, while its windows are open if it has any.

    `route` is the ref of the step that it is a part of, if it is one of several; `group` is the channel group that this
    names, if it names one.
    """

    channel: str
    template: AnyTemplate
    windows: Windows | None = None
    route: Name | None = None
    group: Name | None = None

    @property
    def refs(self) -> tuple[Name, ...]:
        """The refs that conditions know its message by."""
        return (self.ref,) if self.route is None else (self.ref, self.route)

    def message_id(self, run_id: UUID, triggered_at: datetime) -> str:
        """Returns the id of the message that this step makes in a recipient's run."""
        return derived_ksuid(triggered_at, str(run_id), self.ref)

    def reach(
        self, recipient: Recipient, channel: Channel, context: StepContext, kinds: frozenset[str] | None = None
    ) -> Reach:
        """Returns the reach of its message; `kinds` are the kinds of address that the run may use, None for all."""
        try:
            named = self.template.addressees(context.scope)
        except liquid.TemplateError as error:
            return Reach(obstacle={"reason": "addresses_invalid", "details": f"template: {error}"})
        return reach(
            recipient,
            channel,
            context.preferences,
            kinds,
            context.tenant_data(channel),
            is_fixed=self.template.is_fixed(channel),
            named=named,
            by_email=self.template.finds_by_email,
        )

    def take(self, run: RecipientRun, recipient: Recipient, context: StepContext) -> Taken:
        channel = context.channels[self.channel]
        reached = self.reach(recipient, channel, context, context.kinds)
        hold = None if reached.obstacle else hold_of(channel, self.windows, context)
        if hold is not None:
            return Taken(held(run, self, hold, context))
        run = run.noted(context, "step_started", self)
        after = run.passed
        if reached.obstacle is not None:
            return Taken(after.noted(context, "step_skipped", self, data=reached.obstacle))
        to = [address.value for address in reached.addresses]
        try:
            content, refused = self.template.rendered(context.scope, channel, to)
        except liquid.TemplateError as error:
            content = self.template.blank(channel, to)
            after = after.noted(context, "error", self, status="error", data={"reason": f"template: {error}"})
            changes = (undelivered("fatal_error", f"template: {error}"),)
        else:
            content = self.template.attach(content, context.attachments)
            changes = (StatusChange(first_status(channel, sandbox=context.sandbox)),)
            for reason in refused:
                after = after.noted(context, "link_refused", self, status="error", data={"reason": f"link: {reason}"})
        id = self.message_id(run.id, context.triggered_at)
        after = after.noted(context, "message_enqueued", self, data={"message_id": id, "channel_type": channel.type})
        sending = reached.addresses if changes[-1].status is Status.QUEUED else ()
        message = NewMessage(
            id,
            recipient.identity,
            run,
            self,
            channel,
            content,
            changes,
            sending,
            context.actors,
            context.collected,
        )
        return Taken(after, (message,))


def first_status(channel: Channel, *, sandbox: bool) -> Status:
    if sandbox:
        return Status.NOT_SENT
    return Status.DELIVERED if channel.type is ChannelType.IN_APP_FEED else Status.QUEUED
