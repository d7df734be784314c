"""The requests that have Microsoft Teams show a message: activities of a bot, and Adaptive Cards. Pure."""

from __future__ import annotations

from addressee.channels.chat.message import ChatMessage
from addressee.channels.sender import Failed, Failure
from addressee.channels.texts import cut
from addressee.directory.documents import merged_deep
from addressee.directory.recipient import Document

CARD_TYPE = "application/vnd.microsoft.card.adaptive"

# The part of a text that leaves room for the rest of a message, of which Teams takes 28 KB.
MAX_TEXT = 6_000
MAX_BYTES = 28_000


def opening(to: Document, app_id: str) -> Document:
    """Returns the request for the conversation of the bot with one person."""
    return {
        "isGroup": False,
        "bot": {"id": f"28:{app_id}"},
        "members": [{"id": to["user_id"]}],
        "tenantId": to["tenant_id"],
        "channelData": {"tenant": {"id": to["tenant_id"]}},
    }


def activity_of(message: ChatMessage, app_id: str) -> Document:
    """Returns the activity for a message: its text is shown, unless there is a card, whose summary it then is."""
    shown = {"text": cut(message.text, MAX_TEXT)} if message.card is None else carded(message)
    activity = {"type": "message", "from": {"id": f"28:{app_id}"}, **shown}
    if "tenant_id" in message.to:
        activity["channelData"] = {"tenant": {"id": message.to["tenant_id"]}}
    return merged_deep(activity, message.overrides)


def carded(message: ChatMessage) -> Document:
    return {"summary": cut(message.text, MAX_TEXT), "attachments": [card_of(message)]}


def card_of(message: ChatMessage) -> Document:
    """Returns the attachment with the message's card, or with one that shows its text."""
    text = {"type": "TextBlock", "text": cut(message.text, MAX_TEXT), "wrap": True}
    plain = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [text],
    }
    return {"contentType": CARD_TYPE, "content": plain if message.card is None else message.card}


def too_large(content: bytes) -> Failed:
    reason = f"ms_teams: a message has at most {MAX_BYTES:,} bytes with its card; this one has {len(content):,}"
    return Failed(Failure.PERMANENT, reason)
