"""Renders lists, their versions and their members (suprsend.md §2.1, §2.5)."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from addressee.database.paging import Page
from addressee.dialects.suprsend.mapping.profiles import instant, zulu
from addressee.dialects.suprsend.wire import ulids
from addressee.dialects.suprsend.wire.paging import cursor_page
from addressee.directory.edits.lists import Draft, List
from addressee.directory.groups.list_members import Member, Membership
from addressee.directory.recipient import Document

# What these lists are, whose members are named by their ids.
STATIC = "static_list"


def active(found: List, members: Counter[UUID]) -> Document:
    """A list; `members` counts them by identity."""
    drafts = [
        {
            "version_id": ulids.ulid(draft.uid),
            "subscribers_count": members[draft.uid],
            "created_at": zulu(draft.created_at),
            "updated_at": zulu(draft.created_at),
        }
        for draft in found.drafts
    ]
    return {
        **described(found),
        "subscribers_count": members[found.uid],
        "status": "active",
        "created_at": zulu(found.created_at),
        "updated_at": zulu(found.updated_at),
        "drafts": drafts or None,
        "version_id": None,
    }


def version(found: List, draft: Draft, members: Counter[UUID]) -> Document:
    """A draft of a list, as a list."""
    return {
        **described(found),
        "subscribers_count": members[draft.uid],
        "status": "draft",
        "created_at": zulu(draft.created_at),
        "updated_at": zulu(draft.created_at),
        "drafts": None,
        "version_id": ulids.ulid(draft.uid),
    }


def described(found: List) -> Document:
    """What a list and its drafts have in common."""
    return {
        **named(found),
        "is_readonly": False,
        "track_user_entry": found.tracks_entry,
        "track_user_exit": found.tracks_exit,
        "requested_for_delete": False,
    }


def named(found: List) -> Document:
    return {
        "list_id": found.place.id,
        "list_name": found.name,
        "list_description": found.description,
        "list_type": STATIC,
        "source": None,
    }


def subscriber(member: Member) -> Document:
    return {
        "id": ulids.ulid(member.id),
        "distinct_id": member.recipient_id,
        "created_at": zulu(member.inserted_at),
    }


def subscribed_page(part: Page[Membership], count: int, members: Counter[UUID]) -> Document:
    brief = [
        {"list_id": each.list.place.id, "subscribed_at": zulu(each.inserted_at), "status": "subscribed"}
        for each in part.entries
    ]

    def item(membership: Membership) -> Document:
        found = membership.list
        listed = {**named(found), "subscribers_count": members[found.uid], "updated_at": zulu(found.updated_at)}
        return {"list": listed, "created_at": instant(membership.inserted_at)}

    return {
        **cursor_page(part, count, item),
        "lists": brief,
        "paging": {"after": part.after, "has_more": part.after is not None},
    }
