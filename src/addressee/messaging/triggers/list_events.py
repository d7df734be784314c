"""List events: entering or leaving a list starts the workflows that listen to it (suprsend.md §2.5).

When all members of a list were replaced, the former ones are compared with the present ones, a page in each job, and
then erased.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from http import HTTPStatus

from msgspec import structs
from uuid_utils.compat import uuid7

from addressee.database.jobs.queue import Later, Wakeup, enqueue
from addressee.database.planning import planned_anew
from addressee.database.pool import Connection, Pool
from addressee.directory.clock import Clock
from addressee.directory.edits.lists import LISTS, List, list_from
from addressee.directory.groups.list_members import (
    EmitListEvents,
    MemberChange,
    ReconcileMembers,
    compare,
    is_being_compared,
)
from addressee.directory.groups.subscriptions import erase_subscriptions
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import USERS, Identity, Place
from addressee.directory.writing import receipts
from addressee.directory.writing.notices import NO_REQUEST, note
from addressee.directory.writing.receipts import Receipt, ReceiptTakenError, StoredAnswer
from addressee.messaging.messages.signals import Signal, enqueue_signals
from addressee.messaging.runs.model import Terms, WaitingRecipient
from addressee.messaging.triggers.events import read_listening, runs_for
from addressee.messaging.triggers.trigger import start_runs

# What the events are called that workflows listen to; the list's id follows.
EVENTS = {MemberChange.ENTERED: "$USER_ENTERED_LIST - ", MemberChange.EXITED: "$USER_EXITED_LIST - "}

# Receipts of jobs stand beside those of requests, whose keys hold no such character.
KEY_PREFIX = "list\n"

# A page of members may be on its way to a set while that is replaced, and be stored after the first sweep.
SECOND_SWEEP = timedelta(minutes=5)

# Members who are compared with those before them are not erased meanwhile.
PAUSE = timedelta(seconds=10)


class ListEvents:
    """The handlers of the jobs `tell_moves` and `settle_list`. Both may run twice, and at once."""

    def __init__(self, pool: Pool, reader: Reader, wakeup: Wakeup, clock: Clock) -> None:
        self._pool = pool
        self._reader = reader
        self._wakeup = wakeup
        self._clock = clock

    async def tell(self, moved: EmitListEvents) -> None:
        """Starts the runs of all workflows that listen, each for all changed members."""
        event = event_of(moved.move, moved.list_id)
        recipients = [WaitingRecipient(USERS, mover.id, mover.uid, {}) for mover in moved.movers]
        with suppress(ReceiptTakenError):
            async with self._pool.acquire() as connection, connection.transaction():
                now = self._clock.now()
                listening = await read_listening(connection, moved.environment_id, [event])
                started = runs_for(
                    moved.environment_id,
                    event,
                    recipients,
                    {"list_id": moved.list_id},
                    listening,
                    terms=Terms(depth=moved.depth),
                )
                await start_runs(connection, started.runs, now)
                await enqueue_signals(connection, moved.environment_id, signals_of(moved, now))
                if started.passed_over:
                    list = Place(moved.environment_id, LISTS, moved.list_id)
                    await note(connection, NO_REQUEST, [(list, started.passed_over)], now)
                if started.runs or started.passed_over:
                    await keep_once(connection, moved.environment_id, str(moved.id), now)
        self._wakeup.notify()

    async def settle(self, settle: ReconcileMembers) -> None:
        if settle.untold:
            await self._tell_page(settle)
            return
        list = await self._list(settle)
        if list is not None and await is_being_compared(self._pool, list, settle):
            await self._go_on(settle, PAUSE)
            return
        await erase_subscriptions(self._pool, [Identity(*settle.place, settle.before)])
        if settle.sweeps > 1:
            await self._go_on(structs.replace(settle, sweeps=settle.sweeps - 1), SECOND_SWEEP)

    async def _go_on(self, settle: ReconcileMembers, after: timedelta) -> None:
        async with self._pool.acquire() as connection:
            await enqueue(connection, [Later(settle, after)])

    async def _list(self, settle: ReconcileMembers) -> List | None:
        """Returns the list, unless it is another by now or has given up one of the two identities."""
        found = await self._reader.read(settle.place)
        list = None if found is None else list_from(found)
        return list if list is not None and {settle.before, settle.after} <= list.identities else None

    async def _tell_page(self, settle: ReconcileMembers) -> None:
        """Queues the events of one page of changed members. A concurrent change counts as it is after it."""
        list = await self._list(settle)
        page = "\n".join((str(settle.after), settle.untold[0], *map(str, settle.cursor)))
        with suppress(ReceiptTakenError):
            async with planned_anew(self._pool) as connection:
                event = event_of(settle.untold[0], settle.list_id)
                if list is not None and await read_listening(connection, settle.environment_id, [event]):
                    movers, last = await compare(connection, settle)
                    moved = EmitListEvents(settle.environment_id, uuid7(), settle.list_id, settle.untold[0], movers)
                    await enqueue(connection, [moved] if movers else [])
                    await keep_once(connection, settle.environment_id, page, self._clock.now())
                else:
                    last = None
                await enqueue(connection, [settle.following(last)])
        self._wakeup.notify()


def event_of(move: MemberChange, list_id: str) -> str:
    return EVENTS[move] + list_id


def signals_of(moved: EmitListEvents, now: datetime) -> list[Signal]:
    """Returns what changes of a list tell those runs of its members that wait for them."""
    name = "enter" if moved.move is MemberChange.ENTERED else "exit"
    return [
        Signal(mover.id, mover.uid, "audience", name, now, event={"audience_key": moved.list_id})
        for mover in moved.movers
    ]


async def keep_once(connection: Connection, environment_id: int, key: str, now: datetime) -> None:
    """Raises ReceiptTakenError when this was done before, in the last 24 hours."""
    nothing = StoredAnswer(HTTPStatus.NO_CONTENT, b"")
    receipt = Receipt(environment_id, KEY_PREFIX + key, b"", "", lambda _: nothing)
    await receipts.keep_all(connection, [(receipt, nothing)], now)
