"""Requests and responses of subscriptions to topics (notiflows.md §2, §3)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from addressee.dialects.notiflows.shapes.paging import Page
from addressee.directory.documents import Id

MAX_USERS = 1000


class Subscribe(Struct, frozen=True):
    topic_name: str


class Users(Struct, frozen=True):
    user_external_ids: Annotated[list[Id], Meta(min_length=1, max_length=MAX_USERS)]


class Subscription(Struct, frozen=True, kw_only=True):
    id: str
    topic_name: str
    user_id: str
    user_external_id: str
    created_at: str


class Subscriptions(Struct, frozen=True, kw_only=True):
    items: list[Subscription]
    page: Page


class Failure(Struct, frozen=True, kw_only=True):
    external_id: str
    reason: str


class Outcome(Struct, frozen=True, kw_only=True):
    successful: list[Subscription]
    failed: list[Failure]
