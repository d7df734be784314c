"""Tracking of a message when it is sent: as its channel asks, or its step, unless its recipient refuses."""

from __future__ import annotations

from dataclasses import dataclass

from addressee.channels.provider import ChannelType
from addressee.directory.access.signed_texts import TextKey
from addressee.messaging.content.chat import ChatTemplate
from addressee.messaging.content.emails.email import EmailTemplate
from addressee.messaging.delivery.sends import ClaimedSend
from addressee.messaging.environment.channels import Channel
from addressee.messaging.steps.channels.channel import ChannelStep
from addressee.messaging.steps.context import StepContext
from addressee.messaging.tracking.urls import Tracking
from addressee.messaging.workflows.model import Workflow
from addressee.preferences.decision import refuses_tracking

# Types of channels whose messages can be tracked: opens of e-mails, and links of both.
TRACKED = frozenset({ChannelType.EMAIL, ChannelType.CHAT})


@dataclass(frozen=True, slots=True)
class Tracker:
    """Says how messages are tracked. Without a `public_url` only channels are that have a URL for it."""

    key: TextKey
    public_url: str | None

    def tracking(
        self, send: ClaimedSend, workflow: Workflow, context: StepContext, channel: Channel
    ) -> Tracking | None:
        """Returns how a message is tracked, None if it is not: whoever has no preferences has not been asked either."""
        if channel.type not in TRACKED:
            return None
        base_url = channel.settings.get("tracking_url", self.public_url)
        opens, links = wanted(send, workflow, channel)
        if base_url is None or not (opens or links):
            return None
        if context.preferences is None or refuses_tracking(context.preferences):
            return None
        environment_id = send.recipient.environment_id
        base_url = base_url.rstrip("/")
        return Tracking(self.key, base_url, self.public_url, environment_id, send.message_id, opens, links)


# For whoever sends without it: nothing is tracked.
NO_TRACKER = Tracker(TextKey(b""), None)


def wanted(send: ClaimedSend, workflow: Workflow, channel: Channel) -> tuple[bool, bool]:
    """Returns whether opens and links are to be tracked: what the step says counts, then the channel."""
    opens, links = (channel.settings.get(name, False) for name in ("open_tracking", "link_tracking"))
    template = next(
        (step.template for step in workflow.steps if isinstance(step, ChannelStep) and step.ref == send.step_ref), None
    )
    if isinstance(template, EmailTemplate):
        opens = opens if template.open_tracking is None else template.open_tracking
    if isinstance(template, EmailTemplate | ChatTemplate):
        links = links if template.link_tracking is None else template.link_tracking
    return opens, links
