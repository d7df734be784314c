"""Renders messages (suprsend.md §2.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from addressee.channels.provider import ChannelType
from addressee.dialects.suprsend.mapping.profile_rendering import inbox_value, instant
from addressee.dialects.suprsend.shapes import messages as shapes
from addressee.dialects.suprsend.wire.channel_names import NAME_OF
from addressee.directory.recipient import USERS, Identity
from addressee.messaging.environment.channels import Channel
from addressee.messaging.messages.events import MessageEvent
from addressee.messaging.messages.model import Address, Message
from addressee.messaging.recipients.identity import TRANSIENT

# The statuses of this dialect, by the stage that a message has reached.
STATUSES: Mapping[str, str] = {
    "queued": "to_be_triggered",
    "delivery_attempted": "to_be_triggered",
    "not_sent": "not_to_be_triggered",
    "sent": "triggered",
    "undelivered": "trigger_failed",
    "bounced": "delivery_failure",
    "delivered": "delivered",
    "seen": "seen",
    "dismissed": "dismissed",
    "interacted": "clicked",
}

# Events of a failure, and the names that their data may give its reason.
FAILURES = ("message.bounced", "message.undelivered", "message.not_sent")
REASONS = ("failure_details", "reason", "failure_reason")


def channel_name(channel: Channel) -> str:
    """Returns what this dialect calls a channel, by the kind of addresses that it sends to."""
    kind = channel.served_by.kind
    return NAME_OF.get(kind, kind)


def rendered(
    message: Message, events: Mapping[str, MessageEvent], addresses: Sequence[Address], inbox_secret: str
) -> shapes.Message:
    """A message in full; `events` are its latest ones, by type."""
    delivered = time_of(events, "delivered")
    channel = channel_name(message.channel)
    return shapes.Message(
        message_id=message.id,
        status=STATUSES[message.stage],
        channel=channel,
        channel_identity={channel: identity(message, addresses, inbox_secret)},
        category=next(iter(message.categories), None),
        recipient=recipient(message.recipient),
        tenant_id=message.tenant,
        idempotency_key=message.source.get("idempotency_key"),
        is_campaign=message.source.get("type") == "broadcast",
        is_read=message.read_at is not None,
        is_archived=message.archived_at is not None,
        failure_reason=failure(message, events),
        workflow=shapes.MessageWorkflow(
            slug=message.workflow, version_id=str(message.version_id), name=None, node_ref=message.step_ref
        ),
        template=shapes.MessageTemplate(name=None, slug=None, version_no=None),
        vendor=shapes.Vendor(message.channel.provider, message.channel.name),
        execution_id=str(message.run_id),
        parent_execution_id=None,
        parent_entity_id=None,
        parent_entity_type=None,
        created_at=zulu(message.inserted_at),
        updated_at=zulu(message.updated_at),
        triggered_at=zulu_or_none(time_of(events, "sent") or delivered),
        delivered_at=zulu_or_none(delivered),
        seen_at=zulu_or_none(message.seen_at),
        clicked_at=zulu_or_none(message.link_clicked_at or message.interacted_at),
        dismissed_at=zulu_or_none(message.dismissed_at),
        read_at=zulu_or_none(message.read_at),
        unread_at=zulu_or_none(time_of(events, "unread")),
        archived_at=zulu_or_none(message.archived_at),
        unarchived_at=zulu_or_none(time_of(events, "unarchived")),
    )


def identity(message: Message, addresses: Sequence[Address], inbox_secret: str) -> str | list[str] | None:
    """Returns the address that a message went to, or a list of several; secrets are masked.

    It is None for an address of the channel's own.
    """
    if message.channel.type is ChannelType.IN_APP_FEED:
        return inbox_value(inbox_secret, message.recipient.id)
    shown = [address.shown for address in addresses if address.value != str(message.channel.id)]
    return shown if len(shown) > 1 else next(iter(shown), message.email)


def recipient(identity: Identity) -> shapes.UserRecipient | shapes.ObjectRecipient:
    if identity.collection in (USERS, TRANSIENT):
        return shapes.UserRecipient(identity.id if identity.collection == USERS else None)
    return shapes.ObjectRecipient(identity.collection, identity.id)


def failure(message: Message, events: Mapping[str, MessageEvent]) -> str | None:
    """Returns the reason that was stored of a failure; None for a message that has not failed."""
    event = events.get(f"message.{message.status}")
    if event is None or event.type not in FAILURES or event.data is None:
        return None
    return next((str(event.data[name]) for name in REASONS if event.data.get(name)), None)


def time_of(events: Mapping[str, MessageEvent], word: str) -> datetime | None:
    event = events.get(f"message.{word}")
    return None if event is None else event.inserted_at


def zulu(moment: datetime) -> str:
    """Returns a time in the form that messages show, in milliseconds."""
    return instant(moment)[:23] + "Z"


def zulu_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else zulu(moment)
