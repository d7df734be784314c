"""Renders lists, their versions and their members (suprsend.md §2.1, §2.5)."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from uuid import UUID

from addressee.database.paging import Page
from addressee.dialects.suprsend.mapping.profile_rendering import instant, zulu
from addressee.dialects.suprsend.shapes import lists as shapes
from addressee.dialects.suprsend.wire import ulids
from addressee.dialects.suprsend.wire.paging import cursor_meta
from addressee.directory.edits.lists import Draft, List
from addressee.directory.groups.list_members import Member, Membership

# The type of all lists here: their members are named by their ids.
STATIC = "static_list"


def active(found: List, members: Counter[UUID]) -> shapes.List:
    """A list; `members` are the numbers of its users and of those of its drafts, by identity."""
    drafts = [
        shapes.ListedDraft(ulids.ulid(draft.uid), members[draft.uid], zulu(draft.created_at), zulu(draft.created_at))
        for draft in found.drafts
    ]
    return rendered(found, members[found.uid], found.created_at, found.updated_at, drafts=drafts or None)


def version(found: List, draft: Draft, members: Counter[UUID]) -> shapes.List:
    """A draft of a list, as a list."""
    return rendered(found, members[draft.uid], draft.created_at, draft.created_at, version_id=ulids.ulid(draft.uid))


def rendered(
    found: List,
    count: int,
    created_at: datetime,
    updated_at: datetime,
    *,
    drafts: list[shapes.ListedDraft] | None = None,
    version_id: str | None = None,
) -> shapes.List:
    return shapes.List(
        list_id=found.place.id,
        list_name=found.name,
        list_description=found.description,
        list_type=STATIC,
        source=None,
        is_readonly=False,
        track_user_entry=found.tracks_entry,
        track_user_exit=found.tracks_exit,
        requested_for_delete=False,
        subscribers_count=count,
        status="active" if version_id is None else "draft",
        created_at=zulu(created_at),
        updated_at=zulu(updated_at),
        drafts=drafts,
        version_id=version_id,
    )


def subscriber(member: Member) -> shapes.Subscriber:
    return shapes.Subscriber(ulids.ulid(member.id), member.recipient_id, zulu(member.inserted_at))


def subscriptions(page: Page[Membership], count: int, members: Counter[UUID]) -> shapes.ListSubscriptions:
    """The lists that a user is in; `members` are the numbers of their users, by identity."""
    return shapes.ListSubscriptions(
        meta=cursor_meta(page, count),
        results=[
            shapes.ListSubscription(
                shapes.SubscribedList(
                    list_id=found.place.id,
                    list_name=found.name,
                    list_description=found.description,
                    list_type=STATIC,
                    source=None,
                    subscribers_count=members[found.uid],
                    updated_at=zulu(found.updated_at),
                ),
                created_at=instant(each.inserted_at),
            )
            for each in page.entries
            for found in [each.list]
        ],
        lists=[
            shapes.BriefSubscription(each.list.place.id, zulu(each.inserted_at), "subscribed") for each in page.entries
        ],
        paging=shapes.BriefPaging(page.after, page.after is not None),
    )
