"""The types of events, in words."""

from __future__ import annotations

from collections.abc import Mapping

DESCRIPTIONS: Mapping[str, str] = {
    "message.created": "A workflow has made a message for a recipient, on one channel.",
    "message.queued": "The message waits to be sent.",
    "message.delivery_attempted": "An attempt to send the message failed, and another one follows.",
    "message.sent": "The provider has taken the message.",
    "message.delivered": "The message has arrived, as the provider says, or stands in the feed.",
    "message.not_sent": "The message was kept back: by preferences, a suppression, or as nobody is there any more.",
    "message.undelivered": "The message could not be delivered, and is not tried again.",
    "message.bounced": "The address does not exist any more, or takes nothing.",
    "message.seen": "The recipient has seen the message.",
    "message.unseen": "The message counts as not seen again.",
    "message.read": "The recipient has read the message.",
    "message.unread": "The message counts as not read again.",
    "message.interacted": "The recipient has clicked on the message, or on a button of it.",
    "message.archived": "The recipient has archived the message.",
    "message.unarchived": "The message is out of the archive again.",
    "message.dismissed": "The recipient has dismissed the message.",
    "message.link_clicked": "The recipient has followed a link in the message.",
    "workflow_recipient_run.started": "A workflow has begun for a recipient.",
    "workflow_recipient_run.completed": "A workflow has ended for a recipient, also by being cancelled.",
    "recipient.created": "A user, tenant or object was written for the first time, or anew after it was deleted.",
    "recipient.updated": "Attributes, addresses or channel data of a recipient have changed.",
    "recipient.preferences_updated": "Preferences of a recipient have changed.",
    "recipient.address_disabled": "An address of a recipient is not sent to any more, as it bounced.",
    "recipient.merged": "A user was merged into another one, and does not exist by its own id any more.",
    "recipient.deleted": "A recipient was deleted.",
}
