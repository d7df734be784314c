"""Stores: the parts of an inbox that a client shows, and how many items they have (realtime-suprsend.md §4). Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Tags = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Store:
    """A filter of an inbox: items that have one of the tags and of the categories; without any, these do not matter.

    An item has the tags of its workflow, and one category, which is the first of its workflow's.
    """

    tags: Collection[str] = ()
    categories: Collection[str] = ()
    is_read: bool | None = None
    is_archived: bool = False

    def workflows(self, tags: Tags) -> list[str] | None:
        """Returns the workflows whose items it may have, None: all. `tags` are those of the workflows that have any."""
        return [key for key, all in tags.items() if not set(all).isdisjoint(self.tags)] if self.tags else None


class Kind(NamedTuple):
    """Items of an inbox that have all in common that stores ask for, but whether they were read.

    `fresh` are those that came after the bell was reset. `looked_at` says how many messages were read to count them;
    without a workflow these were of other inboxes.
    """

    workflow: str | None
    category: str | None
    is_archived: bool
    total: int
    unread: int
    fresh: int
    looked_at: int


class StoreCounts(NamedTuple):
    total: int
    unread: int


def count(store: Store, kinds: Iterable[Kind], tags: Tags) -> StoreCounts:
    """Returns how many items a store has, and how many of them are unread."""
    workflows = store.workflows(tags)
    own = [
        kind
        for kind in kinds
        if kind.is_archived == store.is_archived
        and (workflows is None or kind.workflow in workflows)
        and (not store.categories or kind.category in store.categories)
    ]
    total, unread = sum(kind.total for kind in own), sum(kind.unread for kind in own)
    match store.is_read:
        case None:
            return StoreCounts(total, unread)
        case True:
            return StoreCounts(total - unread, 0)
        case False:
            return StoreCounts(unread, unread)
