"""Clicks on the links of messages: the first one marks its message, and each further link leaves an event."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.recipient import Identity
from addressee.messaging.messages.events import NewEvent, insert_events
from addressee.messaging.messages.marks.mark import Mark, set_mark

SQL = load(__package__)

# The links of a message of which a click is told.
MAX_CLICKED_LINKS = 100


class Click(NamedTuple):
    message_id: str
    url: str


async def add_clicks(connection: Connection, environment_id: int, clicks: Sequence[Click], now: datetime) -> None:
    """Stores clicks in the caller's transaction, which has locked the messages. Another click on a link changes
    nothing.
    """
    by_url: dict[str, list[str]] = defaultdict(list)
    for click in clicks:
        by_url[click.url].append(click.message_id)
    for url, ids in by_url.items():
        await set_mark(connection, environment_id, ids, Mark.CLICKED, metadata={"url": url}, now=now)
    rows = await connection.fetch(
        *SQL["further_clicks"](environment_id=environment_id, clicks=clicks, limit=MAX_CLICKED_LINKS)
    )
    # The id of an event is made of its microsecond, its message and its type, so each of a message has one to itself.
    earlier: Counter[str] = Counter()
    events: dict[datetime, list[NewEvent]] = defaultdict(list)
    for row in rows:
        earlier[row["id"]] += 1
        whose = Identity(environment_id, row["collection"], row["recipient_id"], row["uid"])
        at = now + timedelta(microseconds=earlier[row["id"]])
        events[at].append(NewEvent(row["id"], whose, f"message.{Mark.CLICKED}", {"url": row["url"]}))
    for at, each in sorted(events.items()):
        await insert_events(connection, environment_id, each, at)
