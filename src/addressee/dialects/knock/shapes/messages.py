"""Messages, what they say, and what becomes of them (knock.md §2.0, §2.2, §2.3)."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType, field

from addressee.dialects.knock.shapes.common import Entity, Ids, OptionalEntity, Reference, Texts, Typed

MAX_BATCH_CONTENTS = 25

Metadata = Annotated[dict[str, Any], Meta(max_length=5)]


class MessageIds(Struct, kw_only=True):
    message_ids: Texts


class Interaction(Struct, kw_only=True):
    metadata: Metadata | None = None


class MessagesInteraction(Struct, kw_only=True):
    message_ids: Texts
    metadata: Metadata | None = None


class ChannelBulk(Struct, kw_only=True, forbid_unknown_fields=True):
    """`user_ids` is the former name of `recipient_ids`. `trigger_data` is an object, or one in a string.

    An empty text is no filter: clients send it for those that they do not mean. An empty list or object finds nothing,
    and a misspelt filter is refused, as too much would be found without it.
    """

    archived: Literal["", "exclude", "include", "only"] | None = None
    delivery_status: (
        Literal["", "queued", "sent", "delivered", "delivery_attempted", "undelivered", "not_sent", "bounced"] | None
    ) = None
    engagement_status: (
        Literal["", "seen", "unseen", "read", "unread", "archived", "unarchived", "link_clicked", "interacted"] | None
    ) = None
    has_tenant: bool | Literal[""] | None = None
    newer_than: str | None = None
    older_than: str | None = None
    recipient_ids: Ids | None = None
    user_ids: Ids | None = None
    tenants: Ids | Literal[""] | None = None
    workflows: Texts | Literal[""] | None = None
    trigger_data: str | dict[str, Any] | None = None


class Channel(Struct, kw_only=True):
    id: str
    key: str
    name: str
    type: str
    provider: str
    created_at: str
    updated_at: str


class NotificationSource(Typed, kw_only=True):
    """The step of a workflow that made a message."""

    key: str
    version_id: str
    categories: list[str]
    type: Literal["workflow"] = "workflow"
    step_ref: str
    branch_path: None = None
    workflow_run_id: str
    workflow_recipient_run_id: str


class RecipientSnapshot(Struct, kw_only=True):
    email: str


class Message(Typed, kw_only=True):
    cursor: str = field(name="__cursor")
    id: str
    channel_id: str
    channel: Channel
    recipient: Reference
    actors: list[Reference]
    tenant: str | None
    status: str
    engagement_statuses: list[str]
    source: NotificationSource
    workflow: str
    data: dict[str, Any]
    metadata: None = None
    recipient_snapshot: RecipientSnapshot | None
    scheduled_at: None = None
    seen_at: str | None
    read_at: str | None
    interacted_at: str | None
    link_clicked_at: str | None
    clicked_at: str | None
    archived_at: str | None
    inserted_at: str
    updated_at: str


class MessageEvent(Typed, kw_only=True):
    id: str
    type: str
    recipient: Reference
    data: dict[str, Any] | None
    inserted_at: str
    cursor: str = field(name="__cursor")


class MessageDeliveryLog(Typed, kw_only=True):
    id: str
    environment_id: str
    service_name: str
    request: dict[str, Any]
    response: dict[str, Any]
    inserted_at: str
    cursor: str = field(name="__cursor")


class Activity(Typed, kw_only=True):
    """`__cursor` is there in the list of a message's activities."""

    id: str
    recipient: Entity
    actor: OptionalEntity
    data: dict[str, Any]
    inserted_at: str
    updated_at: str
    cursor: str | UnsetType = field(name="__cursor", default=UNSET)


class MarkdownBlock(Struct, kw_only=True, tag_field="type", tag="markdown"):
    """`content` is the template, `rendered` the HTML that the recipient sees."""

    name: str
    content: str
    rendered: str


class TextBlock(Struct, kw_only=True, tag_field="type", tag="text"):
    """`content` is the template, `rendered` what the recipient sees."""

    name: str
    content: str
    rendered: str


class Button(Struct, kw_only=True):
    name: str
    label: str
    action: str


class ButtonSetBlock(Struct, kw_only=True, tag_field="type", tag="button_set"):
    """The buttons of a feed item: `primary`, `secondary`, and further ones."""

    name: str
    buttons: list[Button]


Block: TypeAlias = MarkdownBlock | TextBlock | ButtonSetBlock


class MessageInAppFeedContent(Typed, kw_only=True):
    blocks: list[Block]


class MessagePushContent(Typed, kw_only=True):
    """A push notification. It may go to several devices; `token` is that of the newest."""

    token: str
    tokens: list[str]
    title: str
    body: str
    data: dict[str, str]


class MessageEmailContent(Typed, kw_only=True):
    sender: str = field(name="from")
    to: str
    subject_line: str
    html_body: str
    text_body: str
    cc: str | None = None
    bcc: str | None = None
    reply_to: str | None


class MessageSmsContent(Typed, kw_only=True):
    """An SMS; `to` lists its numbers, separated by commas."""

    to: str
    body: str


class ChatBlock(Struct, kw_only=True):
    name: str
    type: Literal["text", "markdown"]
    content: str


class ChatTemplate(Struct, kw_only=True):
    """The content of a chat message: as blocks, or in the provider's own form."""

    blocks: list[ChatBlock]
    json_content: dict[str, Any] | None


class MessageChatContent(Typed, kw_only=True):
    """A chat message, or one by WhatsApp. `connection` is what it goes to, without secrets."""

    connection: dict[str, Any]
    template: ChatTemplate


class MessageWebhookContent(Typed, kw_only=True):
    """A request. `url` is null if it goes to the recipient's own addresses."""

    url: str | None
    method: str
    headers: dict[str, str]
    body: Any


Content: TypeAlias = (
    MessageInAppFeedContent
    | MessagePushContent
    | MessageEmailContent
    | MessageSmsContent
    | MessageChatContent
    | MessageWebhookContent
)


class MessageContent(Typed, kw_only=True):
    message_id: str
    inserted_at: str
    data: Content
