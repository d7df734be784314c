"""Subscriptions to objects (knock.md §2.2)."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct, field

from addressee.dialects.knock.shapes.common import MAX_RECIPIENTS, Entity, Typed
from addressee.dialects.knock.shapes.objects import Object
from addressee.directory.documents import Id

Subscribers = Annotated[list[Id | dict[str, Any]], Meta(max_length=MAX_RECIPIENTS)]


class AddSubscriptions(Struct, kw_only=True):
    recipients: Subscribers
    properties: dict[str, Any] | None = None


class DeleteSubscriptions(Struct, kw_only=True):
    recipients: Subscribers


class ObjectSubscriptions(Struct, kw_only=True):
    id: Id
    recipients: Subscribers
    properties: dict[str, Any] | None = None


class ObjectUnsubscriptions(Struct, kw_only=True):
    id: Id
    recipients: Subscribers


class BulkAddSubscriptions(Struct, kw_only=True):
    subscriptions: Annotated[list[ObjectSubscriptions], Meta(max_length=MAX_RECIPIENTS)]


class BulkDeleteSubscriptions(Struct, kw_only=True):
    subscriptions: Annotated[list[ObjectUnsubscriptions], Meta(max_length=MAX_RECIPIENTS)]


class Subscription(Typed, kw_only=True):
    cursor: str = field(name="__cursor")
    object: Object
    recipient: Entity
    properties: dict[str, Any]
    inserted_at: str
    updated_at: str
