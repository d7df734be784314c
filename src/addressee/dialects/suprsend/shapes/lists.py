"""Subscriber lists: requests and responses (suprsend.md §2.5)."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from addressee.dialects.suprsend.shapes.pages import CursorPage, OffsetPage
from addressee.directory.documents import Id


class NewList(Struct, frozen=True):
    list_id: Id
    list_name: str | None = None
    list_description: str | None = None
    list_type: str | None = None
    track_user_entry: bool | None = None
    track_user_exit: bool | None = None


class Ids(Struct, frozen=True):
    distinct_ids: list[Id]


class Affected(Struct, frozen=True):
    success: bool
    affected_count: int


class Done(Struct, frozen=True):
    success: bool


class ListedDraft(Struct, frozen=True):
    version_id: str
    subscribers_count: int
    created_at: str
    updated_at: str


class List(Struct, frozen=True):
    """A list, or a draft of one: then `version_id` is set, and the count and the times are those of the draft."""

    list_id: str
    list_name: str
    list_description: str
    list_type: str
    source: str | None
    is_readonly: bool
    track_user_entry: bool
    track_user_exit: bool
    requested_for_delete: bool
    subscribers_count: int
    status: Literal["active", "draft"]
    created_at: str
    updated_at: str
    drafts: list[ListedDraft] | None
    version_id: str | None


class Lists(OffsetPage[List], frozen=True):
    pass


class Subscriber(Struct, frozen=True):
    id: str
    distinct_id: str
    created_at: str


class Subscribers(CursorPage[Subscriber], frozen=True):
    pass


class SubscribedList(Struct, frozen=True):
    list_id: str
    list_name: str
    list_description: str
    list_type: str
    source: str | None
    subscribers_count: int
    updated_at: str


class ListSubscription(Struct, frozen=True):
    list: SubscribedList
    created_at: str


class BriefSubscription(Struct, frozen=True):
    list_id: str
    subscribed_at: str
    status: str


class BriefPaging(Struct, frozen=True):
    after: str | None
    has_more: bool


class ListSubscriptions(CursorPage[ListSubscription], frozen=True):
    """`lists` and `paging` say the same as `results` and `meta`, in the words of an older answer."""

    lists: list[BriefSubscription]
    paging: BriefPaging
