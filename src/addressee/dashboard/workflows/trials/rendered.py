"""Events of a test run, as its page shows them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from addressee.channels.requests.rules import with_query
from addressee.dashboard.workflows.words.steps import CHANNEL_NAMES
from addressee.directory.recipient import Document
from addressee.messaging.content.emails.content import EmailContent
from addressee.messaging.content.http import WebhookContent
from addressee.messaging.content.in_app import InAppContent
from addressee.messaging.content.model import ACTION_URL, Content
from addressee.messaging.preview.model import PreviewedEvent, PreviewedMessage

# Of a text that a page shows of a message.
MAX_TEXT = 20_000

# Of messages and events.
MAX_SHOWN = 100

TEMPLATE = "template: "

OBSTACLES: Mapping[str, str] = {
    "recipient_missing": "There is nobody with this id any more.",
    "workflow_inactive": "The workflow is switched off, so that a trigger of it would be refused.",
    "actor_missing": "There is nobody with the id of the actor.",
    "conditions": "The conditions of the trigger are not true for this person and data, so that no run would begin.",
}


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """Something that happened on the way. `detail` is what the journal would say of it, as JSON."""

    at: datetime
    ref: str | None
    words: str
    detail: str


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message. `number` is its place among all that happened; `failure` is what is wrong with its template.

    `has_frame` says whether its HTML is shown in a frame, `parts` are what a page shows of it besides.
    """

    number: int
    at: datetime
    ref: str
    channel: str
    type: str
    name: str
    obstacle: str | None
    failure: str | None
    content: Content | None
    has_frame: bool
    body: Any = None
    url: str | None = None


def shown(happened: Sequence[PreviewedMessage | PreviewedEvent]) -> Sequence[ShownMessage | ShownEvent]:
    return [
        shown_message(number, each) if isinstance(each, PreviewedMessage) else shown_event(each)
        for number, each in enumerate(happened[:MAX_SHOWN])
    ]


def shown_event(event: PreviewedEvent) -> ShownEvent:
    detail = msgspec.json.encode(event.data).decode() if event.data else ""
    return ShownEvent(event.at, event.ref, event.event.replace("_", " "), detail[:1000])


def shown_message(number: int, message: PreviewedMessage) -> ShownMessage:
    obstacle = message.obstacle or ""
    has_failed = obstacle.startswith(TEMPLATE)
    content = message.content
    return ShownMessage(
        number,
        message.at,
        message.ref,
        message.channel,
        message.type.value,
        CHANNEL_NAMES[message.type],
        None if has_failed or not obstacle else obstacle.replace("_", " "),
        obstacle.removeprefix(TEMPLATE) if has_failed else None,
        content,
        html_of(content) is not None,
        content.shown_body if isinstance(content, WebhookContent) else None,
        url_of(content),
    )


def html_of(content: Content | None) -> str | None:
    """Returns the HTML of a message that is shown in a frame."""
    match content:
        case EmailContent():
            return content.html
        case InAppContent():
            return next((block.rendered for block in content.blocks if block.type == "markdown"), None)
    return None


def url_of(content: Content | None) -> str | None:
    """Returns where a message leads to, or where a request goes."""
    match content:
        case InAppContent():
            return next((block.rendered for block in content.blocks if block.name == ACTION_URL), None)
        case WebhookContent(url=str(url)):
            return with_query(url, content.query_params)
    return None


def obstacle_words(obstacle: Document) -> str:
    """Returns why no run would begin."""
    reason = str(obstacle.get("reason"))
    return OBSTACLES.get(reason, f"No run would begin: {reason.replace('_', ' ')}.")
