"""Rooms: inboxes of users within a tenant, and the clients that show them (realtime-suprsend.md §3)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, TypeAlias

import structlog

from addressee.dialects.suprsend.realtime.events import (
    READ_ALL,
    RESET_BADGE,
    Event,
    Marks,
    new_notification,
    of_mark,
    update_events,
)
from addressee.dialects.suprsend.realtime.looks import Look, Looks
from addressee.directory.clock import Clock
from addressee.logs import code_lines
from addressee.messaging.feeds.inboxes import Inbox
from addressee.messaging.messages.marks.mark import Mark
from addressee.messaging.messages.model import Position
from addressee.messaging.messaging import Messaging
from addressee.messaging.realtime.changes import ALL_READ, BELL_RESET, DELETED, NEW, OF_TENANTS, FeedChange
from addressee.messaging.realtime.delays import Delay, observe

log = structlog.get_logger()

Tell: TypeAlias = Callable[[Event], None]


class Arrival(NamedTuple):
    """A look at the inbox for a client that arrives, and how often the room had heard of changes before."""

    look: Look
    heard: int


class Room:
    """An inbox and the clients of this process that show it. What they are told is read once for all of them."""

    def __init__(self, inbox: Inbox, looks: Looks, clock: Clock) -> None:
        self.inbox = inbox
        # Those who are in the room, or about to be.
        self.guests = 0
        self._looks = looks
        self._clock = clock
        # The newest item that each client knows of.
        self._known: dict[Tell, Position] = {}
        self._heard = 0
        self._waiting: list[FeedChange] = []
        self._is_vague = False
        self._looked_at = clock.now()
        self._telling: asyncio.Task[None] | None = None
        self._delay = Delay()

    async def arrive(self) -> Arrival:
        """Looks at the inbox for a client that will be told of what comes after it."""
        heard = self._heard
        return Arrival(await self._looks.look(), heard)

    def begin(self, tell: Tell, arrival: Arrival, since: datetime | None) -> None:
        """Has a client told of what changes, and of what has changed since a time, if it names one."""
        look, heard = arrival
        self._known[tell] = look.newest
        if since is not None:
            for event in look.events_since(since):
                tell(event)
        if heard != self._heard:
            self.changed(())

    def end(self, tell: Tell) -> None:
        self._known.pop(tell, None)

    def close(self) -> None:
        if self._telling is not None:
            self._telling.cancel()

    def changed(self, changes: Sequence[FeedChange]) -> None:
        """Has clients told of changes. Without any there may be some, as where a change names no messages."""
        self._heard += 1
        self._delay.begin(changes)
        self._waiting += changes
        self._is_vague |= not changes or not all(change.message_ids for change in changes)
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell_all())

    async def _tell_all(self) -> None:
        while self._waiting or self._is_vague:
            changes, is_vague, now, since = self._waiting, self._is_vague, self._clock.now(), self._delay.take()
            self._waiting, self._is_vague = [], False
            try:
                look = await self._looks.look() if is_vague else None
                new = await self._new_items(changes, look)
                events = await self._events(changes, look, {position.id for position in new})
            except Exception as error:
                # The database is away: once it is back, all look again.
                log.warning("inbox not looked at", reason=type(error).__name__, passed=code_lines(error))
            else:
                self._looked_at = now
                for tell in self._known:
                    if self._tell(tell, new, events):
                        observe(since)

    def _tell(self, tell: Tell, new: Sequence[Position], events: Sequence[Event]) -> bool:
        """Tells a client of all events, and of items that it does not know. Returns whether there was anything.

        The events come first: a bell was found silent before items were looked for, whose client then counts them.
        """
        unknown = [position for position in new if position > self._known[tell]]
        for event in events:
            tell(event)
        for position in unknown:
            self._known[tell] = position
            tell(new_notification(position.id))
        return bool(unknown or events)

    async def _new_items(self, changes: Sequence[FeedChange], look: Look | None) -> list[Position]:
        """Returns the positions of items that some client does not know, oldest first."""
        known = min(self._known.values(), default=None)
        is_new = any(change.kind == NEW for change in changes) if look is None else known and look.newest > known
        return await self._looks.newer(known) if known and is_new else []

    async def _events(self, changes: Sequence[FeedChange], look: Look | None, new: Collection[str]) -> list[Event]:
        """Returns the events of all changes but new items: whoever fetches these sees their marks too."""
        marks = await self._marks(changes)
        if look is not None:
            marks = {**marks, **look.marks_since(self._looked_at)}
        kinds = {each.kind for each in changes if each.kind in OF_TENANTS and self.inbox.tenant in each.message_ids}
        told = {Mark.SEEN, Mark.READ} if ALL_READ in kinds else set()
        marks = {id: mark for id, mark in marks.items() if id not in new and mark not in told}
        events = [READ_ALL] if ALL_READ in kinds else []
        events += await self._mark_events(marks, look, new)
        return events + ([RESET_BADGE] if BELL_RESET in kinds else look.bell_events() if look else [])

    async def _mark_events(self, marks: Marks, look: Look | None, new: Collection[str]) -> list[Event]:
        if look is None and len(of_mark(marks, Mark.READ)) > 1:
            look = await self._looks.look()
        if look is None:
            return update_events(marks)
        return look.mark_events(marks, new)

    async def _marks(self, changes: Sequence[FeedChange]) -> dict[str, str | None]:
        """Returns the marks of items, of this tenant's only; deletions too, of which nothing is left to see."""
        marks = marks_told(changes)
        own = await self._looks.among(marks)
        return {id: mark for id, mark in marks.items() if id in own or mark == DELETED}


def marks_told(changes: Iterable[FeedChange]) -> dict[str, str | None]:
    """Returns what became of items by changes that are told together.

    SEEN tells clients least, so that it only counts alone; of several other marks none does, and None has clients fetch
    the item. Nobody can fetch one that was deleted.
    """
    kinds: dict[str, set[str]] = {}
    for change in changes:
        if change.kind != NEW and change.kind not in OF_TENANTS:
            for id in change.message_ids:
                kinds.setdefault(id, set()).add(change.kind)
    return {id: mark_of(those) for id, those in kinds.items()}


def mark_of(kinds: Collection[str]) -> str | None:
    if DELETED in kinds:
        return DELETED
    telling = set(kinds) - {Mark.SEEN}
    if not telling:
        return Mark.SEEN
    return telling.pop() if len(telling) == 1 else None


class Rooms:
    """The rooms of a process in which somebody is."""

    def __init__(self, messaging: Messaging, clock: Clock) -> None:
        self._messaging = messaging
        self._clock = clock
        self._rooms: dict[Inbox, Room] = {}

    def enter(self, inbox: Inbox) -> Room:
        """Returns the room of an inbox, to be left by `leave`."""
        room = self._rooms.get(inbox)
        if room is None:
            room = self._rooms[inbox] = Room(inbox, Looks(self._messaging, inbox), self._clock)
            self._messaging.hub.add(inbox.topic, room.changed)
        room.guests += 1
        return room

    def leave(self, room: Room, tell: Tell) -> None:
        room.end(tell)
        room.guests -= 1
        if room.guests == 0:
            self._messaging.hub.remove(room.inbox.topic, room.changed)
            room.close()
            del self._rooms[room.inbox]
