"""Feeds in the native API: items, and the events of a stream."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from addressee.directory.recipient import Recipient
from addressee.messaging.feeds.feed import FeedItem
from addressee.messaging.recipients.people import Missing


class Block(Struct, frozen=True):
    """A block of an item; `rendered` is HTML if the type is markdown."""

    name: str
    type: str
    rendered: str


class Button(Struct, frozen=True):
    """A button of an item: `primary`, `secondary` or a further one; `action` is the URL to which it leads."""

    name: str
    label: str
    action: str


class Actor(Struct, frozen=True):
    collection: str
    id: str
    name: str | None


class Item(Struct, frozen=True):
    """An item of a feed. `cursor` is its position: a stream that resumes there begins with the item after it."""

    id: str
    cursor: str
    workflow: str
    categories: Sequence[str]
    tenant: str | None
    blocks: Sequence[Block]
    buttons: Sequence[Button]
    actors: Sequence[Actor]
    data: Mapping[str, Any]
    inserted_at: datetime
    seen_at: datetime | None
    read_at: datetime | None
    interacted_at: datetime | None
    archived_at: datetime | None


class Counts(Struct, frozen=True):
    total: int
    unread: int
    unseen: int


class Changed(Struct, frozen=True):
    """A mark that items got (`read`, `unread`, `archived`, …), or `deleted`."""

    change: str
    ids: Sequence[str]


def item_of(item: FeedItem) -> Item:
    message = item.message
    return Item(
        id=message.id,
        cursor=item.cursor,
        workflow=message.workflow,
        categories=message.categories,
        tenant=message.tenant,
        blocks=[Block(block.name, block.type, block.rendered) for block in item.blocks],
        buttons=[Button(button.name, button.label, button.action) for button in item.buttons],
        actors=[actor_of(actor) for actor in item.actors],
        data=message.data,
        inserted_at=message.inserted_at,
        seen_at=message.seen_at,
        read_at=message.read_at,
        interacted_at=message.interacted_at,
        archived_at=message.archived_at,
    )


def actor_of(actor: Recipient | Missing) -> Actor:
    if isinstance(actor, Missing):
        return Actor(actor.identity.collection, actor.identity.id, None)
    return Actor(actor.place.collection, actor.place.id, actor.attributes.get("name"))
