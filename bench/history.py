"""A service in which some people have many messages: one is sent to each, and repeated straight in the tables.

What is repeated is what the product stored: the message, its events and its trigger, under ids and times of their own.
The ids sort by these times, as those of the product do.
"""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from addressee.database.installation import Installation
from addressee.database.pool import prepare
from bench.fanout import FILES, knock_of
from tests.messaging.office import write_files
from tests.support.service import Service

MESSAGES = 100_000

POLL_SECONDS = 0.1
LONGEST_SECONDS = 60

MESSAGES_OF = "SELECT count(*) FROM addressee.messages WHERE recipient_id = $1"
# Beginnings of ids that are larger, the newer they are.
BY_AGE = "lpad(to_hex(100000000 - n), 8, '0')"
REPEAT_TRIGGERS = f"""
INSERT INTO addressee.workflow_runs
SELECT repeated.*
FROM addressee.messages AS messages
JOIN addressee.workflow_runs AS runs ON runs.environment_id = messages.environment_id AND runs.id = messages.run_id
CROSS JOIN generate_series(1, $2) AS n
CROSS JOIN jsonb_populate_record(
  runs,
  jsonb_build_object(
    'id', overlay(md5('run ' || messages.recipient_id || n) PLACING {BY_AGE} FROM 1)::uuid,
    'inserted_at', runs.inserted_at - n * interval '1 second'
  )
) AS repeated
WHERE messages.recipient_id = $1
"""
# In a mix (`$3`) half of them are read, a tenth is archived, and two tenants have a third each.
REPEAT_MESSAGES = f"""
INSERT INTO addressee.messages
SELECT repeated.*
FROM addressee.messages AS messages
CROSS JOIN generate_series(1, $2) AS n
CROSS JOIN jsonb_populate_record(
  messages,
  jsonb_build_object(
    'id', {BY_AGE} || substr(md5(messages.recipient_id || n), 1, 19),
    'run_id', overlay(md5('run ' || messages.recipient_id || n) PLACING {BY_AGE} FROM 1)::uuid,
    'recipient_run_id', md5('recipient run ' || messages.recipient_id || n)::uuid,
    'inserted_at', messages.inserted_at - n * interval '1 second',
    'updated_at', messages.inserted_at - n * interval '1 second'
  ) || CASE
    WHEN $3 THEN jsonb_build_object(
      'seen_at', CASE WHEN n % 2 = 0 OR n % 3 = 0 THEN messages.inserted_at END,
      'read_at', CASE WHEN n % 2 = 0 THEN messages.inserted_at END,
      'archived_at', CASE WHEN n % 10 = 0 THEN messages.inserted_at END,
      'tenant', (ARRAY['red', 'blue', NULL])[1 + n % 3]
    )
    ELSE '{{}}'
  END
) AS repeated
WHERE messages.recipient_id = $1
ORDER BY n DESC
"""
REPEAT_EVENTS = f"""
INSERT INTO addressee.message_events
SELECT repeated.*
FROM addressee.message_events AS events
CROSS JOIN generate_series(1, $2) AS n
CROSS JOIN jsonb_populate_record(
  events,
  jsonb_build_object(
    'message_id', {BY_AGE} || substr(md5(events.recipient_id || n), 1, 19),
    'id', {BY_AGE} || substr(md5(events.id || n), 1, 19),
    'inserted_at', events.inserted_at - n * interval '1 second'
  )
) AS repeated
WHERE events.recipient_id = $1
ORDER BY n DESC
"""


@dataclass(frozen=True)
class History:
    """A service whose people get messages of a channel, and a connection to its database."""

    service: Service
    key: str
    connection: asyncpg.Connection[asyncpg.Record]
    channel_id: str

    @classmethod
    async def prepared(cls, service: Service, folder: Path) -> History:
        write_files(folder, FILES)
        service.command("push", str(folder), "--environment", "development")
        connection = await asyncpg.connect(**Installation(service.data_dir).target().arguments)
        await prepare(connection)
        channel_id = await connection.fetchval("SELECT id FROM addressee.channels WHERE key = 'in-app'")
        return cls(service, service.create_key(), connection, str(channel_id))

    async def tell(self, *people: str) -> None:
        """Sends a message to each of these people."""
        with knock_of(self.service) as knock:
            for id in people:
                knock.users.update(id, name=f"Person {id}", email=f"{id}@example.com")
            knock.workflows.trigger(
                "comments",
                recipients=list(people),
                actor={"id": "author", "name": "Author"},
                data={"title": "A walk in Lisbon", "post_id": "lisbon"},
            )
        until = time.monotonic() + LONGEST_SECONDS
        for id in people:
            while not await self.connection.fetchval(MESSAGES_OF, id):
                if time.monotonic() > until:
                    sys.exit(f"No message came to {id}:\n{self.service.log[-2000:]}")
                await asyncio.sleep(POLL_SECONDS)

    async def fill(self, *people: str, mixed: bool = False) -> None:
        """Repeats the message of each, until they have 100,000: all unread, or in a mix of states and tenants."""
        await self.tell(*people)
        for id in people:
            await self.connection.execute(REPEAT_TRIGGERS, id, MESSAGES - 1)
            await self.connection.execute(REPEAT_EVENTS, id, MESSAGES - 1)
            await self.connection.execute(REPEAT_MESSAGES, id, MESSAGES - 1, mixed)
        for table in ("messages", "message_events", "workflow_runs"):
            await self.connection.execute(f"VACUUM ANALYZE addressee.{table}")
