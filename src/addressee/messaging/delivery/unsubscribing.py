"""The URL by which the recipient of an e-mail unsubscribes (RFC 8058), if the message may be refused."""

from __future__ import annotations

from addressee.channels.provider import ChannelType
from addressee.messaging.environment.channels import Channel
from addressee.messaging.steps.context import StepContext
from addressee.messaging.workflows.model import Workflow
from addressee.preferences.decision import may_refuse

# A line of a header has at most 998 bytes (RFC 5322), and a URL cannot be folded. Very long keys may make longer ones.
MAX_URL = 950


def unsubscribe_url(workflow: Workflow, context: StepContext, channel: Channel) -> str | None:
    """Returns the URL, None for messages that have none: what is no e-mail, or cannot be refused; and if the channel or
    the workflow wants none. What is critical has none either: mail programs offer it beside the report of spam.
    """
    if channel.type is not ChannelType.EMAIL or context.links is None or context.preferences is None:
        return None
    wanted = workflow.list_unsubscribe and channel.settings.get("list_unsubscribe", True)
    if not wanted or workflow.critical or not may_refuse(context.preferences, ChannelType.EMAIL.value):
        return None
    url = context.links.unsubscribe_url
    return url if url is not None and len(url) <= MAX_URL else None
