"""Channel steps: each makes a message on a channel."""

from __future__ import annotations

from typing import Any

import msgspec

from addressee.channels.links import scheme_of
from addressee.channels.provider import ChannelType, Provider
from addressee.directory.recipient import Recipient
from addressee.messaging.content import liquid
from addressee.messaging.content.channel_types import TEMPLATES, AnyTemplate
from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.definitions.sources import Source
from addressee.messaging.environment.channels import Channel
from addressee.messaging.messages.status import Status, StatusChange, undelivered
from addressee.messaging.recipients.identifiers import derived_ksuid
from addressee.messaging.steps.compiler import Compiler, StepFile
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.model import NewMessage, Step, Taken
from addressee.messaging.steps.reach import reach
from addressee.messaging.steps.run import RecipientRun


class ChannelStep(Step, frozen=True, tag="channel", kw_only=True):
    """A step that makes a message on the channel with this key."""

    channel: str
    template: AnyTemplate

    def take(self, run: RecipientRun, recipient: Recipient, context: StepContext) -> Taken:
        run = run.noted(context, "step_started", self)
        after = run.passed
        channel = context.channels[self.channel]
        reached = reach(
            recipient,
            channel,
            context.preferences,
            context.kinds,
            context.tenant_data(channel),
            is_fixed=self.template.is_fixed(channel),
        )
        if reached.obstacle is not None:
            return Taken(after.noted(context, "step_skipped", self, data=reached.obstacle))
        to = [address.value for address in reached.addresses]
        try:
            content, refused = self.template.render(context.scope, channel, to)
        except liquid.TemplateError as error:
            content = self.template.blank(channel, to)
            after = after.noted(context, "error", self, status="error", data={"reason": f"template: {error}"})
            changes = (undelivered("fatal_error", f"template: {error}"),)
        else:
            changes = (StatusChange(first_status(channel, sandbox=context.sandbox)),)
            for reason in refused:
                after = after.noted(context, "link_refused", self, status="error", data={"reason": f"link: {reason}"})
        id = derived_ksuid(context.triggered_at, str(run.id), self.ref)
        after = after.noted(context, "message_enqueued", self, data={"message_id": id, "channel_type": channel.type})
        sending = reached.addresses if changes[-1].status is Status.QUEUED else ()
        return Taken(after, (NewMessage(id, recipient.identity, run, self, channel, content, changes, sending),))


def first_status(channel: Channel, *, sandbox: bool) -> Status:
    if sandbox:
        return Status.NOT_SENT
    return Status.DELIVERED if channel.type is ChannelType.IN_APP_FEED else Status.QUEUED


class ChannelStepFile(StepFile, frozen=True, kw_only=True):
    channel: str
    template: dict[str, Any]

    def compile(self, compiler: Compiler, path: FieldPath) -> None:
        source = compiler.source
        channel = compiler.channels.get(self.channel)
        if channel is None:
            known = ", ".join(compiler.channels) or "none"
            source.problem((*path, "channel"), f"there is no channel {self.channel!r}; there are {known}")
            return
        if channel.provider is None:
            return
        if channel.lacks:
            message = f"the channel {self.channel!r} was stored without {', '.join(channel.lacks)}; give it a file"
            source.problem((*path, "channel"), message)
            return
        template = self._template(source, (*path, "template"), channel.provider)
        if template is None:
            return
        for place, link in template.links():
            scheme = scheme_of(link.partition("{")[0])
            if scheme is not None and channel.link_schemes is not None and scheme not in channel.link_schemes:
                message = f"links of the channel {self.channel!r} do not have the scheme {scheme}; see its link_schemes"
                source.problem((*path, "template", *place), message)
        compiler.add(self.made(ChannelStep(ref=self.ref, channel=self.channel, template=template)))

    def _template(self, source: Source, path: FieldPath, provider: Provider) -> AnyTemplate | None:
        form = TEMPLATES[provider.channel_type]
        if not source.fits(path, self.template, form):
            return None
        template = msgspec.convert(self.template, form)
        for place, message in template.problems(provider):
            source.problem((*path, *place), message)
        for place, text, environment in template.texts():
            try:
                liquid.parse(text, environment)
            except liquid.TemplateError as error:
                source.problem_in_text((*path, *place), error.line or 1, f"this is not Liquid: {error.message}")
        return template
