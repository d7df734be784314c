"""Requests and responses of feeds (notiflows.md §3.3)."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from addressee.dialects.notiflows.shapes.notifications import DeliveryBase
from addressee.dialects.notiflows.shapes.paging import Page

MAX_ENTRIES = 100


class Change(Struct, frozen=True, kw_only=True):
    """Marks of an entry. Only `archived` can be taken back."""

    seen: bool | UnsetType = UNSET
    read: bool | UnsetType = UNSET
    clicked: bool | UnsetType = UNSET
    archived: bool | UnsetType = UNSET


class Changes(Struct, frozen=True):
    entry_ids: Annotated[
        list[Annotated[str, Meta(pattern="^[0-9A-Za-z_-]{1,64}$")]], Meta(min_length=1, max_length=MAX_ENTRIES)
    ]
    set: Change


class Actor(Struct, frozen=True, kw_only=True):
    id: str
    external_id: str
    first_name: str | None
    last_name: str | None
    email: str | None
    avatar: str | None


class Action(Struct, frozen=True):
    """A button of an entry."""

    label: str
    url: str


class Data(Struct, frozen=True, kw_only=True):
    """The content of an entry; the body is HTML. Entries without buttons do not have the fields of these."""

    title: str | None
    body: str
    action_url: str | None
    primary_action: Action | UnsetType = UNSET
    secondary_action: Action | UnsetType = UNSET


class Entry(DeliveryBase, frozen=True, kw_only=True):
    actor: Actor | None
    data: Data


class Entries(Struct, frozen=True):
    """The totals count all entries that are not archived."""

    items: list[Entry]
    page: Page
    total_unread: int
    total_unseen: int
