"""The sockets of pages with Knock's feeds: Phoenix channels, one for each feed (realtime-knock.md §1, §2)."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from prometheus_client import Counter

from addressee.api.live.phoenix import Frame, pushed
from addressee.api.live.phoenix_socket import UNMATCHED, PhoenixSocket
from addressee.api.live.sockets import REVOKED, Socket
from addressee.api.refusals import refusal_of
from addressee.api.services import Services
from addressee.dialects.knock.mapping.filters import covered
from addressee.dialects.knock.realtime.channel import NEW_MESSAGE, FeedChannel
from addressee.dialects.knock.realtime.joins import read_join, read_topic
from addressee.dialects.knock.realtime.parked import Parked
from addressee.dialects.knock.wire import tokens
from addressee.dialects.knock.wire.authentication import FEED_READ, Caller, authenticate_page
from addressee.dialects.knock.wire.errors import KnockError, missing
from addressee.directory.access.environments import Environment
from addressee.directory.documents import check_id
from addressee.directory.recipient import USERS
from addressee.messaging.feeds.glances import Glances
from addressee.messaging.realtime.changes import FeedTopic

MAX_CHANNELS = 100

REFUSED_JOINS = Counter("addressee_feed_joins_refused", "Joins of feeds that were refused", ["reason"])


class FeedSockets:
    """Serves the sockets of one process."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.glances = Glances(services.messaging.feeds)
        self.parked = Parked()

    async def serve(self, socket: Socket) -> None:
        """Serves one socket, from its request until it is closed."""
        connections = self.services.connections
        try:
            query = dict(parse_qsl(socket.query_string))
            keys = self.services.keys
            credential, caller = await authenticate_page(keys, query.get("api_key"), query.get("user_token"))
            holder = connections.admit(
                socket.peer, socket.headers, credential.key_id, without_token=credential.acts_for_anybody
            )
        except KnockError as error:
            await socket.refuse(HTTPStatus.FORBIDDEN, error.message)
        except Exception as error:
            refusal = refusal_of(error)
            await socket.refuse(refusal.status, refusal.message, refusal.headers)
        else:
            with connections.held(holder, partial(socket.close, REVOKED)):
                await socket.accept()
                await FeedSocket(self, socket, credential.environment, caller).run()


class FeedSocket(PhoenixSocket):
    """One socket and the feeds that it has joined, by their topics."""

    def __init__(self, shared: FeedSockets, socket: Socket, environment: Environment, caller: Caller) -> None:
        token = caller.token
        expires_at = None if token is None or token.expires_at is None else token.expires_at + tokens.LEEWAY_SECONDS
        super().__init__(socket, expires_at)
        self._shared = shared
        self._environment = environment
        self._caller = caller
        self._channels: dict[str, tuple[str | None, FeedChannel]] = {}

    def _topics(self) -> list[str]:
        return list(self._channels)

    async def _join(self, frame: Frame) -> None:
        try:
            channel = await self._channel(frame)
        except Exception as error:
            self._refuse(frame, error)
            return
        self._channels[frame.topic] = frame.join_ref, channel
        self._shared.services.messaging.hub.add(channel.feed, channel.changed)
        try:
            glances = await channel.look()
        except Exception as error:
            self._leave(frame.topic)
            self._refuse(frame, error)
            return
        self._send(frame.ok())
        channel.begin(glances, self._shared.parked.come_back(channel.feed, channel.filters))

    def _refuse(self, frame: Frame, error: Exception) -> None:
        """Refuses a join."""
        reason = reason_of(error)
        REFUSED_JOINS.labels(reason).inc()
        self._send(frame.refused(reason))

    async def _channel(self, frame: Frame) -> FeedChannel:
        """Returns the channel that a frame joins. Raises whatever refuses it."""
        topic = read_topic(frame.topic)
        if topic is None:
            raise KnockError("resource_missing", UNMATCHED)
        if len(self._channels) >= MAX_CHANNELS:
            raise KnockError("authorization", f"A socket may join {MAX_CHANNELS} feeds.")
        user_id = check_id(topic.user_id, "user_id")
        self._caller.check_permission(FEED_READ, user_id)
        filters = {reference: covered(self._caller, each) for reference, each in read_join(frame.payload).items()}
        feed = FeedTopic(self._environment.id, await self._channel_id(topic.feed), USERS, user_id)

        def tell(payload: dict[str, Any]) -> None:
            self._send(pushed(frame.topic, NEW_MESSAGE, payload))

        return FeedChannel(feed, filters, self._shared.glances, tell, self._shared.services.directory.clock)

    async def _channel_id(self, named: str) -> UUID:
        """Returns the id of the feed's channel, which clients name by its id or its key."""
        channel = await self._shared.services.messaging.channels.feed(self._environment.id, named)
        if channel is None:
            raise missing("The feed")
        return channel.id

    def _leave(self, topic: str) -> str | None:
        """Ends a channel if it is joined, and returns the reference of its join."""
        join_ref, channel = self._channels.pop(topic, (None, None))
        if channel is not None:
            self._shared.services.messaging.hub.remove(channel.feed, channel.changed)
            channel.end()
            self._shared.parked.leave(channel.feed, channel.newest)
        return join_ref


def reason_of(error: Exception) -> str:
    """Returns why a join is refused, for developers; clients try again all the same."""
    if isinstance(error, KnockError):
        return UNMATCHED if error.message == UNMATCHED else error.code
    return refusal_of(error).kind
