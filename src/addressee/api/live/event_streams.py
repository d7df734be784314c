"""Streams of Server-Sent Events that tell of a feed: how long they last, and how many there are."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AbstractContextManager, aclosing, contextmanager
from typing import Any

from prometheus_client import Gauge

from addressee.api.answers import EVENT_STREAM, Answer
from addressee.api.live.connections import MAX_STREAMS, REFUSED, Connections, Holder
from addressee.api.requests.json_text import write_json
from addressee.api.services import Services
from addressee.directory.errors import OverloadedError
from addressee.messaging.feeds.feed import FeedFilter
from addressee.messaging.feeds.following import News, follow
from addressee.messaging.messages.model import Position
from addressee.messaging.realtime.changes import FeedTopic

# A line that says nothing keeps proxies from closing a quiet stream, and finds clients that have left.
BEAT_SECONDS = 15.0
BEAT = b":\n\n"

STREAMS = Gauge("addressee_streams", "Open streams of feeds", multiprocess_mode="livesum")

# Asks browsers to come back this soon after a stream has ended.
RETRY = b"retry: 2000\n\n"

# Writes the events of some news.
Writer = Callable[[News], Iterator[bytes]]


def check_room(services: Services) -> None:
    """Raises OverloadedError when this process has as many streams as it takes."""
    if services.messaging.hub.followers >= MAX_STREAMS:
        REFUSED.labels("process").inc()
        raise OverloadedError("This process has as many streams as it takes; try again in a moment.")


def stream_answer(
    services: Services,
    topic: FeedTopic,
    filter: FeedFilter,
    since: Position | None,
    holder: Holder,
    expires_at: float,
    write: Writer,
) -> Answer:
    """Returns the stream of what `write` makes of a feed's news, up to a time in Unix seconds."""
    news = follow(services.messaging.feeds, services.messaging.hub, topic, filter, since, BEAT_SECONDS)
    stream = events_of(news, lasting(services.connections, holder, expires_at), write)
    return Answer(stream=stream, content_type=EVENT_STREAM, headers={"cache-control": "no-store"})


@contextmanager
def lasting(connections: Connections, holder: Holder, expires_at: float) -> Iterator[Callable[[], bool]]:
    """Counts a stream until the block ends, and gives it a function that says whether it must end.

    That is so once its key was revoked, or its time has run out.
    """
    revoked = asyncio.Event()
    with connections.held(holder, revoked.set), STREAMS.track_inprogress():
        yield lambda: revoked.is_set() or time.time() >= expires_at


async def events_of(
    news: AsyncGenerator[News | None, None], connection: AbstractContextManager[Callable[[], bool]], write: Writer
) -> AsyncGenerator[bytes, None]:
    with connection as is_over:
        yield RETRY
        async with aclosing(news) as all_news:
            async for each in all_news:
                if is_over():
                    return
                yield BEAT if each is None else b"".join(write(each))


def event(name: str, data: Any, id: str | None = None) -> bytes:
    line = b"" if id is None else f"id: {id}\n".encode()
    return b"event: %b\n%bdata: %b\n\n" % (name.encode(), line, write_json(data))
