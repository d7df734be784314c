"""Changes of feeds, and the payloads of NOTIFY that tell of them (realtime-knock.md §3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

import msgspec

# PostgreSQL takes payloads of less than 8,000 bytes.
MAX_PAYLOAD = 7_900

NEW = "new"
DELETED = "deleted"

# What only a look at the feed can tell, as after a merge.
LOOK = "look"

# A recipient has seen the number of a tenant's new items, or has read all items of a tenant.
BELL_RESET = "bell_reset"
ALL_READ = "all_read"
OF_TENANTS = frozenset({BELL_RESET, ALL_READ})


class FeedTopic(NamedTuple):
    """The feed of a recipient in a channel, by the recipient's place: its identity may change, its listeners stay."""

    environment_id: int
    channel_id: UUID
    collection: str
    recipient_id: str


class FeedChange(NamedTuple):
    """A change in a feed: NEW, DELETED, LOOK, or the mark that messages got. Without ids it is of any messages.

    Changes of the kinds OF_TENANTS name tenants in the place of messages. `committed_at` is in seconds since 1970, by
    the clock of the process that stored the change; 0: not known.
    """

    topic: FeedTopic
    kind: str
    message_ids: tuple[str, ...] = ()
    committed_at: float = 0.0


class ChangedFeed(msgspec.Struct, frozen=True, array_like=True):
    """A recipient's part of a payload."""

    collection: str
    recipient_id: str
    message_ids: tuple[str, ...]


class SameChange(msgspec.Struct, frozen=True, array_like=True):
    """One kind of change in one channel, for several recipients, as a payload has it, with the time of the earliest."""

    environment_id: int
    channel_id: UUID
    kind: str
    feeds: Sequence[ChangedFeed]
    committed_at: float = 0.0

    def changes(self) -> Iterator[FeedChange]:
        for feed in self.feeds:
            topic = FeedTopic(self.environment_id, self.channel_id, feed.collection, feed.recipient_id)
            yield FeedChange(topic, self.kind, feed.message_ids, self.committed_at)


def read_payload(payload: str) -> list[FeedChange]:
    return list(msgspec.json.decode(payload, type=SameChange).changes())


def payloads_of(changes: Iterable[FeedChange]) -> list[str]:
    """Returns the payloads that tell of changes. What is too long to name its messages, names none."""
    alike: dict[tuple[int, UUID, str], dict[tuple[str, str], list[str]]] = defaultdict(lambda: defaultdict(list))
    earliest: dict[tuple[int, UUID, str], float] = {}
    for (environment_id, channel_id, collection, recipient_id), kind, ids, committed_at in changes:
        what = environment_id, channel_id, kind
        alike[what][collection, recipient_id].extend(ids)
        earliest[what] = min(committed_at, earliest.get(what, committed_at))
    return [
        payload
        for what, recipients in alike.items()
        for payload in split(
            SameChange(*what, [ChangedFeed(*who, tuple(ids)) for who, ids in recipients.items()], earliest[what])
        )
    ]


def split(change: SameChange) -> Iterator[str]:
    encoded = msgspec.json.encode(change)
    if len(encoded) <= MAX_PAYLOAD:
        yield encoded.decode()
    elif len(change.feeds) > 1:
        middle = len(change.feeds) // 2
        for feeds in (change.feeds[:middle], change.feeds[middle:]):
            yield from split(msgspec.structs.replace(change, feeds=feeds))
    elif change.feeds[0].message_ids:
        yield from split(
            msgspec.structs.replace(change, feeds=[msgspec.structs.replace(change.feeds[0], message_ids=())])
        )
