"""The inbox of browsers and apps: requests and responses (realtime-suprsend.md §4).

Clients take a field `status` of a response for its outcome, so there is none but in what has nothing else to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct

MAX_MARKED = 1000


class Action(Struct, frozen=True):
    name: str
    url: str
    open_in_new_tab: bool


class Avatar(Struct, frozen=True):
    avatar_url: str | None = None
    action_url: str | None = None


class Subtext(Struct, frozen=True):
    text: str | None = None
    action_url: str | None = None


class Content(Struct, frozen=True, kw_only=True):
    """`text` is markdown."""

    schema: str = "1"
    header: str | None = None
    text: str
    url: str | None
    open_in_new_tab: bool = False
    extra_data: str | None = None
    actions: Sequence[Action] = ()
    avatar: Avatar = Avatar()
    subtext: Subtext = Subtext()


class Notification(Struct, frozen=True, kw_only=True):
    """Times are milliseconds since 1970. Items neither expire nor are pinned."""

    n_id: str
    n_category: str | None
    created_on: int
    seen_on: int | None
    read_on: int | None
    interacted_on: int | None
    archived: bool
    tags: Sequence[str]
    expiry: int | None = None
    is_expiry_visible: bool = False
    is_pinned: bool = False
    can_user_unpin: bool = False
    message: Content


class PageMeta(Struct, frozen=True):
    total_count: int
    has_more: bool


class Page(Struct, frozen=True):
    results: Sequence[Notification]
    meta: PageMeta


class SeenIds(Struct, frozen=True):
    notification_ids: Annotated[list[str], Meta(max_length=MAX_MARKED)]


class Done(Struct, frozen=True):
    status: Literal["success"] = "success"


# The number of new items under `badge`, and of the unread ones of each store under its id.
Counts = dict[str, int]
