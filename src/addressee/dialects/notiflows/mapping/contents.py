"""The contents of messages, in the words of this dialect's templates (notiflows.md §5.8), without addresses."""

from __future__ import annotations

from addressee.directory.recipient import Document
from addressee.messaging.content.channel_types import AnyContent
from addressee.messaging.content.chat import ChatContent
from addressee.messaging.content.emails.content import EmailContent
from addressee.messaging.content.http import WebhookContent
from addressee.messaging.content.in_app import InAppContent
from addressee.messaging.content.push import PushContent
from addressee.messaging.content.sms import SmsContent
from addressee.messaging.content.whatsapp import WhatsAppContent


def render(content: AnyContent) -> Document:
    match content:
        case EmailContent():
            is_html = content.html is not None
            return {
                "subject": content.subject,
                "body": (content.html if is_html else content.text) or "",
                "content_type": "html" if is_html else "plaintext",
            }
        case InAppContent():
            blocks = {block.name: block.rendered for block in content.blocks}
            actions = {f"{each.name}_action": {"label": each.label, "url": each.action} for each in content.buttons[:2]}
            return {"body": blocks.get("body", ""), "action_url": blocks.get("action_url"), **actions}
        case PushContent():
            data = {name: text for name, text in content.data.items() if name != "action_url"}
            return {
                "title": content.title,
                "body": content.body,
                "action_url": content.data.get("action_url"),
                "data": data,
            }
        case ChatContent():
            parts = {"blocks": content.blocks, "card": content.card, "embeds": content.embeds}
            return {"body": content.text, **{name: part for name, part in parts.items() if part}}
        case SmsContent():
            return {"body": content.body}
        case WhatsAppContent():
            return {"body": content.body} if content.template is None else {"body": "", "template": content.template}
        case WebhookContent():
            return {
                "url": content.url,
                "method": content.method,
                "headers": content.headers,
                "body": content.shown_body,
            }
