"""Records outcomes of attempts exactly once, and the resulting statuses of messages, in the caller's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.recipient import Document, Identity
from addressee.messaging.delivery.sends import ChangedSend, ClaimedSend, DeferredSend, SendAttempt
from addressee.messaging.messages.delivery_logs import insert_delivery_logs, new_delivery_log
from addressee.messaging.messages.events import NewEvent, insert_events
from addressee.messaging.messages.status import Status, StatusChange, combined, combined_changes, follow

SQL = load(__package__)


class MessageUpdate(NamedTuple):
    """The statuses that a message goes through once some of its sends were tried."""

    message_id: str
    recipient: Identity
    before: Status
    changes: tuple[StatusChange, ...]

    @property
    def after(self) -> Status | None:
        return follow(self.before, self.changes)


class JournalEntry(NamedTuple):
    """An entry for the journal of a run, which `recipient_run_id` and `recipient_id` name."""

    recipient_run_id: UUID
    recipient_id: str
    entry: Document


class JournalEntries(NamedTuple):
    """The entries for one journal, as a JSON array."""

    recipient_run_id: UUID
    recipient_id: str
    entries: bytes


async def record_attempts(
    connection: Connection, environment_id: int, attempts: Sequence[SendAttempt], now: datetime
) -> list[SendAttempt]:
    """Stores attempts, and returns those that no other worker had stored before. Their messages are locked."""
    rows = await connection.fetch(*SQL["update_sends"](environment_id=environment_id, attempts=attempts))
    ids = {row["id"] for row in rows}
    recorded = [each for each in attempts if each.send.id in ids]
    updates = await update_messages(connection, environment_id, recorded, now)
    await note_obstacles(connection, environment_id, recorded, updates, now)
    logs = [
        new_delivery_log(send.id, send.message_id, send.recipient, max(each.number, 1), each.call, now)
        for each in recorded
        if (send := each.send) and each.call is not None
    ]
    await insert_delivery_logs(connection, environment_id, logs, now)
    return recorded


async def queue_again(
    connection: Connection, environment_id: int, sends: Sequence[ClaimedSend], now: datetime
) -> set[str]:
    """Takes sends that are tried again, and their messages, back to `queued`. The messages are locked.

    Returns the ids of those that are still claimed: the provider may have told meanwhile that it took one.
    """
    if not sends:
        return set()
    rows = await connection.fetch(*SQL["queue_sends"](environment_id=environment_id, sends=sends))
    ids = {row["id"] for row in rows}
    requeued = [SendAttempt(send, (StatusChange(Status.QUEUED),), send.attempts) for send in sends if send.id in ids]
    await update_messages(connection, environment_id, requeued, now)
    return ids


async def defer(connection: Connection, environment_id: int, deferred: Sequence[DeferredSend]) -> None:
    """Sets when claimed sends are due, without counting an attempt. Their messages are locked."""
    if deferred:
        await connection.execute(*SQL["defer_sends"](environment_id=environment_id, deferred=deferred))


async def update_messages(
    connection: Connection, environment_id: int, changed: Sequence[ChangedSend], now: datetime
) -> Sequence[MessageUpdate]:
    """Takes the messages of sends that changed, which are locked, to the statuses that follow from all of their sends.

    Returns the updates of those whose status changes.
    """
    by_message: dict[str, list[ChangedSend]] = defaultdict(list)
    for each in changed:
        by_message[each.send.message_id].append(each)
    sends = await statuses_before(connection, environment_id, changed)
    updates = [update_of(sends[message_id], those) for message_id, those in by_message.items()]
    updates = [update for update in updates if update.changes]
    if not updates:
        return ()
    await connection.execute(*SQL["change_messages"](environment_id=environment_id, updates=updates, now=now))
    events = [
        NewEvent(update.message_id, update.recipient, change.event, change.data)
        for update in updates
        for change in update.changes
    ]
    await insert_events(connection, environment_id, events, now)
    return updates


async def note_obstacles(
    connection: Connection,
    environment_id: int,
    recorded: Sequence[SendAttempt],
    updates: Sequence[MessageUpdate],
    now: datetime,
) -> None:
    """Adds an entry to the journal of the run for each message that was not sent, like those of skipped steps."""
    not_sent = {update.message_id for update in updates if update.changes[-1].status is Status.NOT_SENT}
    entries = {
        each.send.message_id: journal_entry(
            each.send, each.obstacle.recipient_id, "step_skipped", each.obstacle.reason, now
        )
        for each in recorded
        if each.obstacle is not None and each.send.message_id in not_sent
    }
    await note_in_journals(connection, environment_id, list(entries.values()), now)


def journal_entry(send: ClaimedSend, recipient_id: str, event: str, data: Document, now: datetime) -> JournalEntry:
    """Returns an entry on the step of a send. `recipient_id` is that of the recipient's run."""
    entry = {
        "event": event,
        "status": "ok",
        "inserted_at": now,
        "step_ref": send.step_ref,
        "step_type": "channel",
        "data": {**data, "message_id": send.message_id},
    }
    return JournalEntry(send.recipient_run_id, recipient_id, entry)


async def note_in_journals(
    connection: Connection, environment_id: int, entries: Sequence[JournalEntry], now: datetime
) -> None:
    """Adds entries to the journals of runs, in their order."""
    of_runs: dict[tuple[UUID, str], list[Document]] = defaultdict(list)
    for recipient_run_id, recipient_id, entry in entries:
        of_runs[recipient_run_id, recipient_id].append(entry)
    if of_runs:
        journals = [JournalEntries(*run, msgspec.json.encode(those)) for run, those in sorted(of_runs.items())]
        await connection.execute(*SQL["note_in_journals"](environment_id=environment_id, journals=journals, now=now))


def update_of(sends: Mapping[str, Status], changed: Sequence[ChangedSend]) -> MessageUpdate:
    """Returns the update of a message whose sends had these statuses before some of them changed."""
    send = changed[0].send
    changes = [(each.send.id, change) for each in changed for change in each.changes]
    return MessageUpdate(send.message_id, send.recipient, combined(sends.values()), combined_changes(sends, changes))


async def statuses_before(
    connection: Connection, environment_id: int, changed: Sequence[ChangedSend]
) -> dict[str, dict[str, Status]]:
    """Returns the statuses of all sends of the messages, by message ids and ids of sends.

    Sends that changed have the status that they had before.
    """
    statuses: dict[str, dict[str, Status]] = defaultdict(dict)
    if several := {each.send.message_id for each in changed if each.send.is_one_of_several}:
        for row in await connection.fetch(
            *SQL["statuses_of_sends"](environment_id=environment_id, message_ids=several)
        ):
            statuses[row["message_id"]][row["id"]] = Status(row["status"])
    for each in changed:
        statuses[each.send.message_id][each.send.id] = each.send.status
    return statuses
