"""Sending messages again: the sends of a message that failed are tried anew, to the same addresses, as somebody asks.

What prevented a send before, or came since, like a suppression, prevents it again. A message is known to its provider
by the same id as before, so one that had taken it after all does not take it twice, if it looks at ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from addressee.database.jobs.queue import Later, Priority, Wakeup, enqueue
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import Document, Identity
from addressee.messaging.delivery.obstacles import resolve_sends
from addressee.messaging.delivery.outcomes import update_messages
from addressee.messaging.delivery.sends import ClaimedSend, Obstacle, Reached, StoredSend, claimed_send_from
from addressee.messaging.environment.links import LinkUrls
from addressee.messaging.errors import AlreadyResentError, NotResendableError
from addressee.messaging.messages.model import lock_messages
from addressee.messaging.messages.status import FAILED, Status, StatusChange
from addressee.messaging.runs.model import Send
from addressee.messaging.runs.store import Run, read_run

SQL = load(__package__)

# What the event of a message that is sent again says.
SENT_AGAIN: Document = {"reason": "sent_again"}


@dataclass(frozen=True, slots=True)
class FailedSend:
    """A send that failed for good; `obstacle` is why it would fail again, None: nothing is known to prevent it."""

    send: ClaimedSend
    page: Send
    obstacle: Document | None


@dataclass(frozen=True, slots=True)
class Requeued:
    """A send that was queued again, and the change that this is."""

    send: StoredSend
    changes: tuple[StatusChange, ...] = (StatusChange(Status.QUEUED, SENT_AGAIN),)


@dataclass(frozen=True, slots=True)
class Resending:
    """The consequences of sending a message again.

    `times` is how often its sends were sent again so far; whoever asks says the number that they know.
    `obstacle` is why it cannot be done at all.
    """

    times: int
    failed: Sequence[FailedSend]
    obstacle: Document | None
    priority: Priority = Priority.NORMAL

    @property
    def sent(self) -> Sequence[FailedSend]:
        """The sends that would be tried."""
        return [] if self.obstacle else [each for each in self.failed if each.obstacle is None]


class Resender:
    def __init__(self, pool: Pool, reader: Reader, wakeup: Wakeup, clock: Clock, links: LinkUrls) -> None:
        self._pool = pool
        self._reader = reader
        self._wakeup = wakeup
        self._clock = clock
        self._links = links

    async def plan(self, environment_id: int, message_id: str) -> Resending:
        """Returns what sending a message again would do now."""
        rows = await self._pool.fetch(*SQL["sends_of_message"](environment_id=environment_id, message_id=message_id))
        if not rows:
            return Resending(0, (), {"reason": "never_addressed"})
        now, times = self._clock.now(), sum(row["resent"] for row in rows)
        ended = [row for row in rows if row["due_at"] is None and row["status"] in FAILED]
        if not ended:
            return Resending(times, (), {"reason": "not_failed"})
        sends = [claimed_send_from(environment_id, row, now).returned() for row in ended]
        run = await read_run(self._pool, environment_id, ended[0]["run_id"])
        found = await resolve_sends(self._pool, self._reader, run, sends, now, self._links)
        failed = [
            FailedSend(send, Send(environment_id, row["run_id"], row["page"]), obstacle_in(found[send.id]))
            for send, row in zip(sends, ended, strict=True)
        ]
        obstacle = await self._content_gone(environment_id, run, sends[0])
        if obstacle is None and all(each.obstacle for each in failed):
            obstacle = failed[0].obstacle
        return Resending(times, failed, obstacle, Priority.NORMAL if run is None else run.priority)

    async def send_again(self, environment_id: int, message_id: str, times: int) -> Resending:
        """Has the failed sends of a message tried anew, and returns what was planned.

        It happens once for each number of `times`, however often it is asked for, and by whom. Raises
        NotResendableError, or AlreadyResentError when the message was sent again meanwhile.
        """
        planned = await self.plan(environment_id, message_id)
        if planned.times != times:
            raise AlreadyResentError
        if not planned.sent:
            raise NotResendableError(planned.obstacle or {"reason": "not_failed"})
        now = self._clock.now()
        async with self._pool.acquire() as connection, connection.transaction():
            await lock_messages(connection, environment_id, [message_id])
            queued = await self._queue(connection, environment_id, message_id, planned, now)
            if not queued:
                raise AlreadyResentError
            await update_messages(connection, environment_id, [Requeued(each.send) for each in queued], now)
            pages = list(dict.fromkeys(each.page for each in queued))
            await enqueue(connection, [Later(page, priority=planned.priority) for page in pages])
        self._wakeup.notify()
        return planned

    async def _queue(
        self, connection: Connection, environment_id: int, message_id: str, planned: Resending, now: datetime
    ) -> Sequence[FailedSend]:
        """Makes sends due, and returns those that nobody made due before, with whom they belong to now."""
        rows = await connection.fetch(
            *SQL["send_again"](
                environment_id=environment_id,
                message_id=message_id,
                ids=[each.send.id for each in planned.sent],
                times=planned.times,
                failed=list(FAILED),
                now=now,
            )
        )
        owners = {
            row["id"]: Identity(environment_id, row["collection"], row["recipient_id"], row["uid"]) for row in rows
        }
        return [
            replace(each, send=replace(each.send, recipient=owners[each.send.id]))
            for each in planned.sent
            if each.send.id in owners
        ]

    async def _content_gone(self, environment_id: int, run: Run | None, send: ClaimedSend) -> Document | None:
        """Returns why a message's contents cannot be sent any more, None if they can."""
        if send.content == send.content.silenced():
            return {"reason": "content_erased"}
        if run is None or not (ids := send.content.attached):
            return None
        rows = await self._pool.fetch(
            *SQL["attachments_there"](environment_id=environment_id, run_id=run.id, ids=list(ids))
        )
        return None if len(rows) == len(set(ids)) else {"reason": "attachments_deleted"}


def obstacle_in(found: Reached | Obstacle) -> Document | None:
    return found.reason if isinstance(found, Obstacle) else None
