"""Renders messages, what became of them, and runs in Knock's shapes (knock.md §2.0)."""

from __future__ import annotations

from typing import Any

from addressee.database.paging import write_cursor
from addressee.dialects.knock.mapping.rendering import mention, microseconds, optional, reference
from addressee.directory.access.environments import Environment
from addressee.directory.recipient import Document
from addressee.messaging.content.channel_types import AnyContent
from addressee.messaging.content.email import EmailContent
from addressee.messaging.content.in_app import InAppContent
from addressee.messaging.content.push import PushContent
from addressee.messaging.feeds.feed import FeedItem
from addressee.messaging.messages.activities import Activity
from addressee.messaging.messages.delivery_logs import DeliveryLog
from addressee.messaging.messages.events import MessageEvent
from addressee.messaging.messages.messages import Contents
from addressee.messaging.messages.model import Message
from addressee.messaging.runs.listing import RunDetails, RunEvent

MAX_ACTORS = 10


def message(message: Message) -> Document:
    return {
        "__typename": "Message",
        "__cursor": write_cursor(message.position),
        "id": message.id,
        "channel_id": str(message.channel.id),
        "channel": {
            "id": str(message.channel.id),
            "key": message.channel.key,
            "name": message.channel.name,
            "type": message.channel.type,
            "provider": message.channel.provider,
            "created_at": microseconds(message.channel.created_at),
            "updated_at": microseconds(message.channel.updated_at),
        },
        "recipient": reference(message.recipient),
        "actors": [reference(actor) for actor in message.actors[:MAX_ACTORS]],
        "tenant": message.tenant,
        "status": message.status,
        "engagement_statuses": engagements(message),
        "source": {
            **source(message, "NotificationSource"),
            "type": "workflow",
            "step_ref": message.step_ref,
            "branch_path": None,
            "workflow_run_id": str(message.run_id),
            "workflow_recipient_run_id": str(message.recipient_run_id),
        },
        "workflow": message.workflow,
        "data": shown(message.data),
        "metadata": None,
        "recipient_snapshot": None if message.email is None else {"email": message.email},
        "scheduled_at": None,
        **times(message),
    }


def engagements(message: Message) -> list[str]:
    times = {
        "seen": message.seen_at,
        "read": message.read_at,
        "interacted": message.interacted_at,
        "link_clicked": message.link_clicked_at,
        "archived": message.archived_at,
    }
    return [name for name, at in times.items() if at is not None]


def source(message: Message, typename: str) -> Document:
    return {
        "__typename": typename,
        "key": message.workflow,
        "version_id": str(message.version_id),
        "categories": list(message.categories),
    }


def times(message: Message) -> Document:
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


def event(event: MessageEvent) -> Document:
    return {
        "__typename": "MessageEvent",
        "id": event.id,
        "type": event.type,
        "recipient": reference(event.recipient),
        "data": event.data,
        "inserted_at": microseconds(event.inserted_at),
    }


def delivery_log(log: DeliveryLog, environment: Environment) -> Document:
    return {
        "__typename": "MessageDeliveryLog",
        "id": log.id,
        "environment_id": str(environment.uid),
        "service_name": log.service,
        "request": log.request,
        "response": log.response,
        "inserted_at": microseconds(log.inserted_at),
    }


def recipient_run(run: RunDetails) -> Document:
    return {
        "__typename": "WorkflowRunDetails",
        "__cursor": write_cursor(run.position),
        "id": str(run.id),
        "workflow_run_id": str(run.run_id),
        "workflow": run.workflow,
        "status": run.status,
        "recipient": reference(run.recipient),
        "actor": None if run.actor is None else reference(run.actor),
        "tenant": run.tenant,
        "error_count": run.error_count,
        "trigger_source": trigger_source(run),
        "inserted_at": microseconds(run.inserted_at),
        "updated_at": microseconds(run.updated_at),
    }


def trigger_source(run: RunDetails) -> Document:
    """What started a run. Events come from elsewhere to a client of this dialect."""
    source = {name: value for name, value in run.source.items() if name in {"type", "schedule_id"}}
    if source["type"] == "event":
        source["type"] = "integration"
    return {**source, "cancellation_key": run.cancellation_key}


def detailed_run(run: RunDetails) -> Document:
    return {**recipient_run(run), "events": [run_event(event) for event in run.events]}


def run_event(event: RunEvent) -> Document:
    return {
        "__typename": "WorkflowRunDetailsEvent",
        "id": event.id,
        "event": event.event,
        "status": event.status,
        "step_ref": event.step_ref,
        "step_type": event.step_type,
        "attempt": event.attempt,
        "data": event.data,
        "inserted_at": microseconds(event.inserted_at),
    }


def contents(contents: Contents) -> Document:
    return {
        "__typename": "MessageContent",
        "message_id": contents.message_id,
        "inserted_at": microseconds(contents.inserted_at),
        "data": content(contents.content),
    }


def content(content: AnyContent) -> Document:
    match content:
        case InAppContent():
            return {
                "__typename": "MessageInAppFeedContent",
                "blocks": [block(one) for one in content.blocks],
            }
        case PushContent():
            # One notification may go to several devices; `token` is the newest of them.
            return {
                "__typename": "MessagePushContent",
                "token": content.tokens[0],
                "tokens": list(content.tokens),
                "title": content.title,
                "body": content.body,
                "data": content.data,
            }
        case EmailContent():
            return {
                "__typename": "MessageEmailContent",
                "from": content.sender,
                "to": content.to,
                "subject_line": content.subject,
                "html_body": content.html or "",
                "text_body": content.text or "",
                "cc": None,
                "bcc": None,
                "reply_to": content.reply_to,
            }


def block(block: Any) -> Document:
    return {"name": block.name, "type": block.type, "content": block.content, "rendered": block.rendered}


def shown(data: Document) -> Document:
    """Data of a trigger but for names that begin with $: by them other dialects' clients tell the service something."""
    return {name: value for name, value in data.items() if not name.startswith("$")}


def activity(activity: Activity) -> Document:
    return {
        "__typename": "Activity",
        "id": activity.id,
        "recipient": mention(activity.recipient),
        "actor": None if activity.actor is None else mention(activity.actor),
        "data": shown(activity.data),
        "inserted_at": microseconds(activity.inserted_at),
        "updated_at": microseconds(activity.updated_at),
    }


def feed_item(item: FeedItem, *, compact: bool) -> Document:
    """A feed's item; the compact form leaves out activities, further actors and nested data (§3.10)."""
    data = shown(item.message.data)
    rendered = {
        "__typename": "FeedItem",
        "__cursor": item.cursor,
        "id": item.message.id,
        "blocks": [block(one) for one in item.blocks],
        "actors": [mention(actor) for actor in item.actors[: 1 if compact else MAX_ACTORS]],
        "total_actors": len(item.actors),
        "data": {name: value for name, value in data.items() if not isinstance(value, dict | list)}
        if compact
        else data,
        "source": source(item.message, "Workflow"),
        "tenant": item.message.tenant,
        **times(item.message),
    }
    if not compact:
        rendered["activities"] = [activity(one) for one in item.activities]
        rendered["total_activities"] = len(item.activities)
    return rendered
