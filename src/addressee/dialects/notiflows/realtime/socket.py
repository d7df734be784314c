"""Sockets of Notiflows' clients, whose wire format is not known (realtime-notiflows.md §4).

The guess: Phoenix channels, a topic for each feed, and an event with a whole entry. Whatever a client sends is logged
without its values, so that it can be seen where the real one differs.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from functools import partial
from http import HTTPStatus
from urllib.parse import parse_qsl

import structlog

from addressee.api.live.connections import MAX_STREAMS
from addressee.api.live.phoenix import Frame, pushed
from addressee.api.live.phoenix_socket import MAX_FRAME_CHARACTERS, UNMATCHED, PhoenixSocket
from addressee.api.live.sockets import RESTARTING, REVOKED, Socket
from addressee.api.refusals import refusal_of
from addressee.api.services import Services
from addressee.dialects.notiflows.realtime.shapes_of_frames import shape_of
from addressee.dialects.notiflows.routes.feed import entry
from addressee.dialects.notiflows.wire.authentication import (
    LEEWAY_SECONDS,
    PUBLIC_KEY,
    USER_ID,
    USER_TOKEN,
    Caller,
    authenticate_user,
)
from addressee.dialects.notiflows.wire.errors import NotiflowsError
from addressee.directory.access.environments import Environment
from addressee.directory.recipient import USERS
from addressee.messaging.feeds.feed import FeedFilter
from addressee.messaging.feeds.following import News, follow
from addressee.messaging.realtime.changes import FeedTopic

DELIVERY = "delivery"

# Names under which a query may have what requests have in headers.
HEADER_OF: Mapping[str, str] = {
    **dict.fromkeys(("api_key", "apiKey", PUBLIC_KEY), PUBLIC_KEY),
    **dict.fromkeys(("user_key", "userKey", USER_TOKEN), USER_TOKEN),
    **dict.fromkeys(("user_id", "userId", USER_ID), USER_ID),
}

BEAT_SECONDS = 60.0
MAX_FEEDS = 10

# The frames of one socket whose shapes are logged.
LOGGED_FRAMES = 5

OFF = "This environment has no socket for Notiflows' clients; its setting notiflows_socket turns it on."

log = structlog.get_logger()


class DeliverySockets:
    """Serves the sockets of one process."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def serve(self, socket: Socket) -> None:
        """Serves one socket, from its request until it is closed."""
        query = dict(parse_qsl(socket.query_string))
        named = {HEADER_OF[name]: as_in_header(value) for name, value in query.items() if name in HEADER_OF}
        connections = self._services.connections
        try:
            credential, caller = await authenticate_user(self._services, {**socket.headers, **named})
            if not credential.environment.settings.notiflows_socket:
                raise NotiflowsError("forbidden", OFF)
            holder = connections.admit(socket.peer, socket.headers, credential.key_id)
        except NotiflowsError as error:
            await socket.refuse(HTTPStatus.FORBIDDEN, error.message)
        except Exception as error:
            refusal = refusal_of(error)
            await socket.refuse(refusal.status, refusal.message, refusal.headers)
        else:
            log.info("notiflows socket", query=sorted(query), subprotocol="sec-websocket-protocol" in socket.headers)
            with connections.held(holder, partial(socket.close, REVOKED)):
                await socket.accept()
                await DeliverySocket(self._services, socket, credential.environment, caller).run()


def as_in_header(text: str) -> str:
    """Returns a text as a header with its bytes is read."""
    return text.encode(errors="replace").decode("latin-1")


class DeliverySocket(PhoenixSocket):
    """One socket, and the feeds that it follows, by their topics."""

    def __init__(self, services: Services, socket: Socket, environment: Environment, caller: Caller) -> None:
        super().__init__(socket, None if caller.expires_at is None else caller.expires_at + LEEWAY_SECONDS)
        self._services = services
        self._environment = environment
        self._caller = caller
        self._followed: dict[str, tuple[str | None, asyncio.Task[None]]] = {}
        self._unlogged = LOGGED_FRAMES

    def _topics(self) -> list[str]:
        return list(self._followed)

    async def _take(self, text: str) -> None:
        if self._unlogged and len(text) <= MAX_FRAME_CHARACTERS:
            self._unlogged -= 1
            log.info("notiflows frame", shape=shape_of(text))
        await super()._take(text)

    async def _join(self, frame: Frame) -> None:
        try:
            feed = await self._feed(frame.topic)
        except Exception as error:
            self._send(frame.refused(refusal_of(error).kind))
            return
        messaging = self._services.messaging
        if feed is None:
            self._send(frame.refused(UNMATCHED))
        elif len(self._followed) >= MAX_FEEDS or messaging.hub.followers >= MAX_STREAMS:
            self._send(frame.refused("too many feeds"))
        else:
            news = follow(messaging.feeds, messaging.hub, feed, FeedFilter(), None, BEAT_SECONDS)
            await anext(news, None)  # from here on, nothing is missed
            self._send(frame.ok())
            self._followed[frame.topic] = frame.join_ref, asyncio.create_task(self._tell(frame.topic, news))

    async def _feed(self, topic: str) -> FeedTopic | None:
        """Returns the feed of a topic like `feed:CHANNEL`, or `feed:CHANNEL:USER` with the caller's own id."""
        _, _, rest = topic.partition(":")
        named, _, user_id = rest.partition(":")
        own = self._caller.user_id
        if own is None or user_id not in ("", own):
            return None
        channel = await self._services.messaging.channels.feed(self._environment.id, named)
        return None if channel is None else FeedTopic(self._environment.id, channel.id, USERS, own)

    async def _tell(self, topic: str, all_news: AsyncGenerator[News | None, None]) -> None:
        """Tells the client of new entries. Once it cannot be told any more, it has to come back."""
        try:
            async with aclosing(all_news):
                async for news in all_news:
                    for item in () if news is None else news.items:
                        self._send(pushed(topic, DELIVERY, entry(self._environment, item)))
        except Exception as error:
            log.warning("feed not followed", reason=type(error).__name__)
        self._socket.close(RESTARTING)

    def _leave(self, topic: str) -> str | None:
        """Ends what follows a feed, if anything does, and returns the reference of its join."""
        join_ref, following = self._followed.pop(topic, (None, None))
        if following is not None:
            following.cancel()
        return join_ref
