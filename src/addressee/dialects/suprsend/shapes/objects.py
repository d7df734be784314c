"""Objects and who subscribes to them: what their operations take and give (suprsend.md §2.6)."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from addressee.dialects.suprsend.shapes import users
from addressee.directory.documents import Id

MAX_SUBSCRIBERS = 100

# A user's id, or a user or an object described inline.
Recipients = Annotated[list[Id | dict[str, Any]], Meta(min_length=1, max_length=MAX_SUBSCRIBERS)]


class Object(Struct, frozen=True):
    object_type: str
    id: str
    subscriptions_count: int
    properties: dict[str, Any]
    created_at: str
    updated_at: str
    warnings: list[str] = []


class Objects(Struct, frozen=True):
    meta: users.Meta
    results: list[Object]


class BulkDeleteObjects(Struct, frozen=True):
    object_ids: list[Id]


class AddSubscriptions(Struct, frozen=True):
    """Without `properties`, those of who is subscribed already stay."""

    recipients: Recipients
    properties: dict[str, Any] | None = None


class DeleteSubscriptions(Struct, frozen=True):
    recipients: Recipients


class SubscribedUser(Struct, frozen=True):
    distinct_id: str
    updated_at: str


class SubscribedObject(Struct, frozen=True):
    id: str
    object_type: str
    subscriptions_count: int
    updated_at: str


class Subscription(Struct, frozen=True):
    properties: dict[str, Any]
    user: SubscribedUser | None
    object: SubscribedObject | None
    created_at: str
    updated_at: str


class Subscriptions(Struct, frozen=True):
    meta: users.Meta
    results: list[Subscription]


class AddedSubscriptions(Struct, frozen=True):
    results: list[Subscription]
    warnings: list[str] = []


class ObjectSubscribedTo(SubscribedObject, frozen=True, kw_only=True):
    properties: dict[str, Any]


class SubscribedTo(Struct, frozen=True):
    properties: dict[str, Any]
    object: ObjectSubscribedTo
    created_at: str
    updated_at: str


class SeedObject(Struct, frozen=True):
    object_id: str
    type: str
    subscribed_at: str


class SeedPaging(Struct, frozen=True):
    after: str | None
    has_more: bool


class ObjectsSubscribedTo(Struct, frozen=True):
    """`objects` and `paging` say the same as the rest, as older clients expect it."""

    meta: users.Meta
    results: list[SubscribedTo]
    objects: list[SeedObject]
    paging: SeedPaging
