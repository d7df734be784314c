"""Topics: names that users subscribe to; a workflow for a topic runs for its subscribers (notiflows.md §5.6).

A topic is a recipient in the collection `$topics`. It is created by its first subscription and lives until it is
deleted, which ends its subscriptions at once. A later topic of the same name starts without subscriptions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from uuid import UUID

from msgspec import Struct

from addressee.database.paging import Page, PageRequest, build_page
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.documents import UNREACHABLE
from addressee.directory.edits.recipients import Identify
from addressee.directory.errors import LostError, RefusedError, UnavailableError
from addressee.directory.groups import subscriptions
from addressee.directory.groups.subscriptions import Subscription
from addressee.directory.reading import rows
from addressee.directory.reading.reader import Reader
from addressee.directory.reading.uuid_ranges import UuidRange
from addressee.directory.recipient import Place, Recipient
from addressee.directory.writing.history import NO_ORIGIN, Origin
from addressee.directory.writing.receipts import Receipt, keep, keep_alone
from addressee.directory.writing.writer import Writer
from addressee.directory.writing.writes import Write

SQL = load(__package__)

TOPICS = "$topics"

NAME = re.compile(r"[A-Za-z0-9_.:-]{1,255}")

# The limit of attempts when others delete the topic at the same moment.
MAX_TRIES = 5


class TopicSubscription(Struct, frozen=True):
    """A user's subscription to a topic. `id` is a UUIDv7 of the time of subscribing, by which lists are ordered."""

    id: UUID
    topic: str
    user_id: str
    user_uid: UUID


class Subscribed(Struct, frozen=True):
    """Users' subscriptions, in the order of the users; `new` are the ids of those that did not exist before."""

    subscriptions: Sequence[TopicSubscription]
    new: frozenset[UUID]


NOBODY = Subscribed((), frozenset())


class Topics:
    """Topics of all environments."""

    def __init__(self, pool: Pool, reader: Reader, writer: Writer, clock: Clock) -> None:
        self._pool = pool
        self._reader = reader
        self._writer = writer
        self._clock = clock

    async def subscribe(
        self,
        place: Place,
        users: Sequence[Recipient],
        *,
        origin: Origin = NO_ORIGIN,
        receipt: Receipt | None = None,
    ) -> Subscribed:
        """Subscribes users to the topic at a place, which is created if it is missing, unless there are no users.

        Existing subscriptions are unchanged; users who were deleted meanwhile are left out. Raises UnavailableError
        when others keep deleting the topic, and what `receipts.keep` raises for a Subscribed.
        """
        if not users:
            await keep_alone(self._pool, receipt, NOBODY, self._clock.now())
            return NOBODY
        for _ in range(MAX_TRIES):
            with suppress(LostError):
                return await self._subscribe(await self._living(place, origin), users, receipt)
        raise UnavailableError("Others keep deleting this topic; try again in a moment.")

    async def unsubscribe(
        self, topic: Recipient, users: Iterable[Recipient], *, receipt: Receipt | None = None
    ) -> Sequence[TopicSubscription]:
        """Ends users' subscriptions to a topic and returns the ended ones, in the order of the users.

        Raises what `receipts.keep` raises for these.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            now = self._clock.now()
            ended = [summary(each) for each in await subscriptions.unsubscribe(connection, topic, users, now)]
            await keep(connection, receipt, ended, now)
        return ended

    async def subscription(self, topic: Recipient, user: Recipient) -> TopicSubscription | None:
        found = await subscriptions.Subscriptions(self._pool, self._clock).subscribers(
            topic, PageRequest(1), [user.place]
        )
        return summary(found.entries[0]) if found.entries else None

    async def subscribers(self, topic: Recipient, uids: UuidRange, page: PageRequest[UUID]) -> Page[TopicSubscription]:
        """Returns a page of the subscriptions to a topic whose ids are in a range, newest first."""
        found = await subscriptions.fetch_members(self._pool, topic.identity, page, uids)
        entries = [
            TopicSubscription(row["subscription_id"], topic.place.id, row["recipient_id"], row["recipient_uid"])
            for row in found
        ]
        return build_page(entries, page, lambda each: each.id)

    async def subscriptions_of(
        self, user: Recipient, uids: UuidRange, page: PageRequest[UUID]
    ) -> Page[TopicSubscription]:
        """Returns a page of a user's subscriptions to topics whose ids are in a range, newest first."""
        found = await subscriptions.list_objects_of_collection(self._pool, user, TOPICS, page, uids)
        entries = [TopicSubscription(each.id, each.object.place.id, user.place.id, user.uid) for each in found]
        return build_page(entries, page, lambda each: each.id)

    async def _subscribe(self, topic: Recipient, users: Sequence[Recipient], receipt: Receipt | None) -> Subscribed:
        """Subscribes users in one transaction. Raises LostError when the topic was deleted meanwhile."""
        async with self._pool.acquire() as connection, connection.transaction():
            now = self._clock.now()
            made, new = await subscriptions.subscribe(connection, topic, users, None, now)
            if len(made) < len(users):
                await check_living(connection, topic)
            subscribed = Subscribed([summary(each) for each in made], new)
            await keep(connection, receipt, subscribed, now)
        return subscribed

    async def _living(self, place: Place, origin: Origin) -> Recipient:
        found = await self._reader.read(place)
        if found is None:
            found = (await self._writer.write(Write(place, (Identify(),), origin))).recipient
        assert found is not None
        return found


async def check_living(connection: Connection, topic: Recipient) -> None:
    """Raises LostError when the topic was deleted meanwhile."""
    found = await connection.fetchrow(*SQL["read_recipients"](places=[topic.place]))
    stored = None if found is None else rows.recipient_from(found)
    if stored is None or not stored.lives or stored.uid != topic.uid:
        raise LostError


def topic_place(environment_id: int, name: str, field: str = "topic_name") -> Place:
    """Returns the place of a topic. Raises RefusedError for an invalid name."""
    if not NAME.fullmatch(name) or name in UNREACHABLE:
        message = f"{field} must be 1 to 255 letters, digits, _, -, : and periods, and not . or .. alone."
        raise RefusedError("topic_name", field, message)
    return Place(environment_id, TOPICS, name)


def summary(subscription: Subscription) -> TopicSubscription:
    user = subscription.recipient
    return TopicSubscription(subscription.id, subscription.object.place.id, user.place.id, user.uid)
