"""Renders messages, what became of them, and runs in Knock's shapes (knock.md §2.0)."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from addressee.channels.provider import ChannelType
from addressee.database.paging import write_cursor
from addressee.dialects.knock.mapping.rendering import mention, microseconds, optional, reference
from addressee.dialects.knock.shapes import feeds, messages, runs
from addressee.directory.access.environments import Environment
from addressee.directory.addresses.forms import URL_KEY, WEBHOOK
from addressee.directory.recipient import Document
from addressee.messaging.content.channel_types import AnyContent
from addressee.messaging.content.chat import ChatContent
from addressee.messaging.content.emails.content import EmailContent
from addressee.messaging.content.http import WebhookContent
from addressee.messaging.content.in_app import Block, InAppContent
from addressee.messaging.content.push import PushContent
from addressee.messaging.content.sms import SmsContent
from addressee.messaging.content.whatsapp import WhatsAppContent
from addressee.messaging.environment.channels import Channel
from addressee.messaging.feeds.feed import FeedItem
from addressee.messaging.messages.activities import Activity
from addressee.messaging.messages.delivery_logs import DeliveryLog
from addressee.messaging.messages.events import MessageEvent
from addressee.messaging.messages.messages import Contents
from addressee.messaging.messages.model import Message
from addressee.messaging.runs.listing import RunDetails, RunEvent

MAX_ACTORS = 10


def message(message: Message) -> messages.Message:
    return messages.Message(
        cursor=write_cursor(message.position),
        id=message.id,
        channel_id=str(message.channel.id),
        channel=channel(message.channel),
        recipient=reference(message.recipient),
        actors=[reference(actor) for actor in message.actors[:MAX_ACTORS]],
        tenant=message.tenant,
        status=message.status,
        engagement_statuses=engagements(message),
        source=messages.NotificationSource(
            **workflow(message),
            step_ref=message.step_ref,
            workflow_run_id=str(message.run_id),
            workflow_recipient_run_id=str(message.recipient_run_id),
        ),
        workflow=message.workflow,
        data=shown(message.data),
        recipient_snapshot=None if message.email is None else messages.RecipientSnapshot(email=message.email),
        **times(message),
    )


def channel(channel: Channel) -> messages.Channel:
    return messages.Channel(
        id=str(channel.id),
        key=channel.key,
        name=channel.name,
        type=channel_type(channel.type),
        provider=channel.provider,
        created_at=microseconds(channel.created_at),
        updated_at=microseconds(channel.updated_at),
    )


def channel_type(type: str) -> str:
    """Returns Knock's type for a type of channel: WhatsApp, which has none of its own, is a chat."""
    return "chat" if type == ChannelType.WHATSAPP else type


def engagements(message: Message) -> list[str]:
    times = {
        "seen": message.seen_at,
        "read": message.read_at,
        "interacted": message.interacted_at,
        "link_clicked": message.link_clicked_at,
        "archived": message.archived_at,
    }
    return [name for name, at in times.items() if at is not None]


def workflow(message: Message) -> dict[str, Any]:
    """Returns the fields that say which workflow made a message."""
    return {
        "key": message.workflow,
        "version_id": str(message.version_id),
        "categories": list(message.categories),
    }


def times(message: Message) -> dict[str, Any]:
    """Returns the fields that say when a message was made, and when its recipient did something with it."""
    return {
        "seen_at": optional(message.seen_at),
        "read_at": optional(message.read_at),
        "interacted_at": optional(message.interacted_at),
        "link_clicked_at": optional(message.link_clicked_at),
        "clicked_at": optional(message.link_clicked_at),
        "archived_at": optional(message.archived_at),
        "inserted_at": microseconds(message.inserted_at),
        "updated_at": microseconds(message.updated_at),
    }


def event(event: MessageEvent) -> messages.MessageEvent:
    return messages.MessageEvent(
        id=event.id,
        type=event.type,
        recipient=reference(event.recipient),
        data=event.data,
        inserted_at=microseconds(event.inserted_at),
        cursor=write_cursor(event.id),
    )


def delivery_log(log: DeliveryLog, environment: Environment) -> messages.MessageDeliveryLog:
    return messages.MessageDeliveryLog(
        id=log.id,
        environment_id=str(environment.uid),
        service_name=log.service,
        request=log.request,
        response=log.response,
        inserted_at=microseconds(log.inserted_at),
        cursor=write_cursor(log.id),
    )


def recipient_run(run: RunDetails, *, with_events: bool = False) -> runs.WorkflowRecipientRun:
    return runs.WorkflowRecipientRun(
        cursor=write_cursor(run.position),
        id=str(run.id),
        workflow_run_id=str(run.run_id),
        workflow=run.workflow,
        status=run.status,
        recipient=reference(run.recipient),
        actor=None if run.actor is None else reference(run.actor),
        tenant=run.tenant,
        error_count=run.error_count,
        trigger_source=trigger_source(run),
        inserted_at=microseconds(run.inserted_at),
        updated_at=microseconds(run.updated_at),
        events=[run_event(event) for event in run.events] if with_events else UNSET,
    )


def trigger_source(run: RunDetails) -> runs.TriggerSource:
    """Returns what started a run. Events come from elsewhere to a client of this dialect."""
    return runs.TriggerSource(
        type="integration" if run.source["type"] == "event" else run.source["type"],
        schedule_id=run.source.get("schedule_id", UNSET),
        cancellation_key=run.cancellation_key,
    )


def run_event(event: RunEvent) -> runs.WorkflowRecipientRunEvent:
    return runs.WorkflowRecipientRunEvent(
        id=event.id,
        event=event.event,
        status=event.status,
        step_ref=event.step_ref,
        step_type=event.step_type,
        attempt=event.attempt,
        data=run_event_data(event.data),
        inserted_at=microseconds(event.inserted_at),
    )


def run_event_data(data: Document | None) -> Document | None:
    if data is None or "channel_type" not in data:
        return data
    return {**data, "channel_type": channel_type(data["channel_type"])}


def contents(contents: Contents) -> messages.MessageContent:
    return messages.MessageContent(
        message_id=contents.message_id,
        inserted_at=microseconds(contents.inserted_at),
        data=content(contents.content),
    )


def content(content: AnyContent) -> messages.Content:
    match content:
        case InAppContent():
            return messages.MessageInAppFeedContent(blocks=blocks(content))
        case PushContent():
            return messages.MessagePushContent(
                token=content.tokens[0],
                tokens=list(content.tokens),
                title=content.title,
                body=content.body,
                data=content.data,
            )
        case EmailContent():
            return messages.MessageEmailContent(
                sender=content.sender,
                to=content.to,
                subject_line=content.subject,
                html_body=content.html or "",
                text_body=content.text or "",
                cc=", ".join(content.cc) or None,
                bcc=", ".join(content.bcc) or None,
                reply_to=content.reply_to,
            )
        case SmsContent():
            return messages.MessageSmsContent(to=", ".join(content.numbers), body=content.body)
        case ChatContent():
            return messages.MessageChatContent(
                connection=connection(content.addresses[0]),
                template=messages.ChatTemplate(
                    blocks=[messages.ChatBlock(name="body", type="text", content=content.text)] if content.text else [],
                    json_content=json_content(content),
                ),
            )
        case WhatsAppContent():
            return messages.MessageChatContent(
                connection={"phone_numbers": list(content.numbers)},
                template=messages.ChatTemplate(
                    blocks=[messages.ChatBlock(name="body", type="text", content=content.body)] if content.body else [],
                    json_content=content.template,
                ),
            )
        case WebhookContent():
            return messages.MessageWebhookContent(
                url=content.url, method=content.method, headers=content.headers, body=content.shown_body
            )


def connection(address: str) -> Document:
    """Returns what a chat message goes to. It may go to several; this is the first."""
    if address.startswith(URL_KEY):
        return {WEBHOOK: {"url": address.removeprefix(URL_KEY)}}
    return dict(part.split(":", 1) for part in address.split(" ") if ":" in part)


def json_content(content: ChatContent) -> Document | None:
    """Returns what a chat message shows besides its text, by the names of templates; None without any."""
    parts = {"blocks": content.blocks, "card": content.card, "embeds": content.embeds}
    return {name: part for name, part in parts.items() if part} or None


def blocks(content: InAppContent) -> list[messages.Block]:
    """Returns the blocks of a feed item; its buttons are the last one."""
    found: list[messages.Block] = [block(one) for one in content.blocks]
    if content.buttons:
        buttons = [messages.Button(name=each.name, label=each.label, action=each.action) for each in content.buttons]
        found.append(messages.ButtonSetBlock(name="actions", buttons=buttons))
    return found


def block(block: Block) -> messages.Block:
    form = messages.MarkdownBlock if block.type == "markdown" else messages.TextBlock
    return form(name=block.name, content=block.content, rendered=block.rendered)


def shown(data: Document) -> Document:
    """Returns a trigger's data without names that begin with $, which are instructions of other dialects."""
    return {name: value for name, value in data.items() if not name.startswith("$")}


def activity(activity: Activity, *, with_cursor: bool = False) -> messages.Activity:
    return messages.Activity(
        id=activity.id,
        recipient=mention(activity.recipient),
        actor=None if activity.actor is None else mention(activity.actor),
        data=shown(activity.data),
        inserted_at=microseconds(activity.inserted_at),
        updated_at=microseconds(activity.updated_at),
        cursor=write_cursor(activity.id) if with_cursor else UNSET,
    )


def feed_item(item: FeedItem, *, compact: bool) -> feeds.FeedItem:
    """Returns a feed's item; the compact form leaves out activities, further actors and nested data (§3.10)."""
    data = shown(item.message.data)
    if compact:
        data = {name: value for name, value in data.items() if not isinstance(value, dict | list)}
    return feeds.FeedItem(
        cursor=item.cursor,
        id=item.message.id,
        blocks=blocks(item.content),
        actors=[mention(actor) for actor in item.actors[: 1 if compact else MAX_ACTORS]],
        total_actors=item.message.total_actors,
        data=data,
        source=feeds.Workflow(**workflow(item.message)),
        tenant=item.message.tenant,
        **times(item.message),
        activities=UNSET if compact else [activity(one) for one in item.activities],
        total_activities=UNSET if compact else item.message.total_activities,
    )
