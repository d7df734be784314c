"""The sockets of pages with SuprSend's inbox: the conversation of Engine.IO and Socket.IO (realtime-suprsend.md §3)."""

from __future__ import annotations

import asyncio
import secrets
import time
from contextlib import ExitStack, aclosing
from functools import partial
from http import HTTPStatus
from urllib.parse import parse_qsl
from uuid import UUID

import structlog

from addressee.api.errors import TooManyConnectionsError
from addressee.api.live.connections import Holder
from addressee.api.live.sockets import EXPIRED, FLOODING, NORMAL, NOT_JSON, REVOKED, SILENT, TOO_LONG, TRY_LATER, Socket
from addressee.api.refusals import refusal_of
from addressee.api.services import Services
from addressee.dialects.suprsend.realtime.auth import Auth, pid_of, read_auth
from addressee.dialects.suprsend.realtime.events import Event
from addressee.dialects.suprsend.realtime.packets import (
    PING,
    Kind,
    Received,
    connected,
    event,
    opened,
    read_packet,
    refused,
)
from addressee.dialects.suprsend.realtime.rooms import Room, Rooms, Tell
from addressee.dialects.suprsend.wire.errors import SuprSendError
from addressee.dialects.suprsend.wire.subscribers import LEEWAY_SECONDS, Subscriber, authenticate_subscriber
from addressee.directory.recipient import USERS, Place
from addressee.logs import code_lines
from addressee.messaging.feeds.inboxes import Inbox

# Engine.IO's own times.
PING_INTERVAL = 25.0
PING_TIMEOUT = 20.0

# The key of clients that have not connected, in the counts of connections.
NO_KEY = UUID(int=0)

# A client that has not connected by then holds a place that others want.
CONNECT_SECONDS = 20.0
MAX_ATTEMPTS = 10

# A socket lasts no longer than this with a token that expires later.
MAX_TOKEN_SECONDS = 30 * 86_400

MAX_PACKET_CHARACTERS = 100_000

# Clients send a packet for each ping.
MAX_PACKETS_BETWEEN_PINGS = 100

# Only this text has the SDK look at its token, fetch another if it has expired, and connect again.
WRONG_TOKEN = "Authentication Error: wrong auth token"  # noqa: S105

WEBSOCKETS_ONLY = "Connect with EIO=4 and transports: ['websocket'], without a session of another transport."

log = structlog.get_logger()


class InboxSockets:
    """Serves the sockets of one process. Times are in seconds."""

    def __init__(
        self, services: Services, *, ping_interval: float = PING_INTERVAL, ping_timeout: float = PING_TIMEOUT
    ) -> None:
        self.services = services
        self.ping_interval = ping_interval
        self.ping_timeout = ping_timeout
        self.rooms = Rooms(services.messaging, services.directory.clock)

    async def serve(self, socket: Socket) -> None:
        """Serves one socket, from its request until it is closed."""
        query = dict(parse_qsl(socket.query_string))
        if query.get("EIO") != "4" or query.get("transport") != "websocket" or "sid" in query:
            await socket.refuse(HTTPStatus.BAD_REQUEST, WEBSOCKETS_ONLY)
            return
        try:
            holder = self.services.connections.admit(socket.peer, socket.headers, NO_KEY)
        except TooManyConnectionsError as error:
            refusal = refusal_of(error)
            await socket.refuse(refusal.status, refusal.message, refusal.headers)
        else:
            await socket.accept()
            await InboxSocket(self, socket, holder).run()

    async def enter(self, auth: Auth, socket: Socket, session: ExitStack, tell: Tell) -> tuple[Subscriber, Room | None]:
        """Returns whom a client acts for, and the room of its inbox, if there is one, until the session closes.

        Raises whatever refuses the client.
        """
        services = self.services
        credential, subscriber = await authenticate_subscriber(
            services.keys, auth.authorization, auth.token, auth.distinct_id, auth.tenant_id
        )
        holder = services.connections.admit(
            socket.peer, socket.headers, credential.key_id, without_token=credential.acts_for_anybody
        )
        session.enter_context(services.connections.held(holder, partial(socket.close, REVOKED)))
        channel = await services.messaging.channels.inbox(credential.environment.id)
        if channel is None:
            return subscriber, None
        owner = Place(credential.environment.id, USERS, subscriber.user_id)
        room = self.rooms.enter(Inbox(owner, channel.id, subscriber.tenant_id))
        session.callback(self.rooms.leave, room, tell)
        return subscriber, room


class InboxSocket:
    """One socket, and the inbox to which it is connected."""

    def __init__(self, shared: InboxSockets, socket: Socket, holder: Holder) -> None:
        """Takes who holds the socket until it is known by which key it connects."""
        self._shared = shared
        self._socket = socket
        self._holder = holder
        self._namespace = "/"
        # Ends what being connected, or not yet, has begun.
        self._session = ExitStack()
        self._attempts = 0
        self._packets = 0
        self._ping: asyncio.TimerHandle | None = None
        # Ends a socket that does not connect, or whose token expires.
        self._end: asyncio.TimerHandle | None = None

    async def run(self) -> None:
        interval, timeout = self._shared.ping_interval, self._shared.ping_timeout
        self._socket.send(opened(secrets.token_urlsafe(15), interval, timeout, MAX_PACKET_CHARACTERS))
        self._ping_later()
        self._wait_for_connect()
        try:
            async with aclosing(self._socket.texts(interval + timeout)) as texts:
                async for text in texts:
                    await self._take(text)
        finally:
            self._session.close()
            for timer in (self._ping, self._end):
                if timer is not None:
                    timer.cancel()

    async def _take(self, text: str) -> None:
        self._packets += 1
        if len(text) > MAX_PACKET_CHARACTERS:
            self._socket.close(TOO_LONG)
        elif self._packets > MAX_PACKETS_BETWEEN_PINGS:
            self._socket.close(FLOODING)
        else:
            try:
                packet = read_packet(text)
            except ValueError:
                self._socket.close(NOT_JSON)
            else:
                await self._answer(packet)

    async def _answer(self, packet: Received) -> None:
        match packet.kind:
            case Kind.PONG:
                self._ping_later()
            case Kind.CONNECT:
                await self._connect(packet)
            case Kind.CLOSE | Kind.DISCONNECT:
                self._socket.close(NORMAL)
            case Kind.OTHER:
                pass  # there are no events that clients send

    def _wait_for_connect(self) -> None:
        self._session.enter_context(
            self._shared.services.connections.held(self._holder, partial(self._socket.close, REVOKED))
        )
        self._end_in(CONNECT_SECONDS, SILENT)

    async def _connect(self, packet: Received) -> None:
        self._session.close()
        self._attempts += 1
        if self._attempts > MAX_ATTEMPTS:
            self._socket.close(FLOODING)
            return
        self._namespace = packet.namespace
        now = self._shared.services.directory.clock.now()
        try:
            auth = read_auth(packet.data)
            subscriber, room = await self._shared.enter(auth, self._socket, self._session, self._tell)
            arrival = None if room is None else await room.arrive()
        except Exception as error:
            self._session.close()
            self._wait_for_connect()
            self._refuse(error)
            return
        self._socket.send(connected(self._namespace, secrets.token_urlsafe(15), pid_of(now)))
        self._end_with(subscriber)
        if room is not None and arrival is not None:
            room.begin(self._tell, arrival, auth.since)

    def _refuse(self, error: Exception) -> None:
        """Says that a client may not connect. One that may later is closed instead, so that it comes back by itself."""
        status, reason = reason_of(error)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
            log.warning("inbox not connected", reason=type(error).__name__, passed=code_lines(error))
            self._socket.close(TRY_LATER)
        else:
            self._socket.send(refused(self._namespace, WRONG_TOKEN, reason))

    def _tell(self, what: Event) -> None:
        self._socket.send(event(self._namespace, what.name, what.data))

    def _ping_later(self) -> None:
        """Has a ping sent after a while, to be answered in time."""
        if self._ping is not None:
            self._ping.cancel()
        self._ping = asyncio.get_running_loop().call_later(self._shared.ping_interval, self._send_ping)

    def _send_ping(self) -> None:
        self._packets = 0
        self._socket.send(PING)

    def _end_with(self, subscriber: Subscriber) -> None:
        """Ends the socket with its token: the client comes back with another one, or is refused and fetches one."""
        if subscriber.expires_at is not None:
            seconds = subscriber.expires_at + LEEWAY_SECONDS - time.time()
            self._end_in(min(seconds, MAX_TOKEN_SECONDS), EXPIRED)
        elif self._end is not None:
            self._end.cancel()

    def _end_in(self, seconds: float, code: int) -> None:
        if self._end is not None:
            self._end.cancel()
        self._end = asyncio.get_running_loop().call_later(seconds, self._socket.close, code)


def reason_of(error: Exception) -> tuple[HTTPStatus, str]:
    if isinstance(error, SuprSendError):
        return error.status, error.message
    refusal = refusal_of(error)
    return refusal.status, refusal.message
