"""Objects and who subscribes to them: requests and responses (suprsend.md §2.6)."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from addressee.dialects.suprsend.shapes.pages import CursorPage
from addressee.dialects.suprsend.shapes.users import WarnedFields
from addressee.directory.documents import Id

MAX_SUBSCRIBERS = 100

# A user's id, or a user or an object described inline.
Recipients = Annotated[list[Id | dict[str, Any]], Meta(min_length=1, max_length=MAX_SUBSCRIBERS)]


class Object(WarnedFields, frozen=True):
    object_type: str
    id: str
    subscriptions_count: int


class Objects(CursorPage[Object], frozen=True):
    pass


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


class Subscriptions(CursorPage[Subscription], frozen=True):
    pass


class AddedSubscriptions(Struct, frozen=True, omit_defaults=True):
    results: list[Subscription]
    warnings: list[str] = []


class ObjectSubscribedTo(SubscribedObject, frozen=True):
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


class ObjectsSubscribedTo(CursorPage[SubscribedTo], frozen=True):
    """`objects` and `paging` say the same as the rest, as older clients expect it."""

    objects: list[SeedObject]
    paging: SeedPaging
