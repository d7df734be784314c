"""Writes that wait, by place: in order of arrival, bounded by their number and their bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence, Set

import msgspec
from msgspec import Struct

from addressee.directory.errors import OverloadedError
from addressee.directory.recipient import Place
from addressee.directory.writing.receipts import RequestKey
from addressee.directory.writing.writes import Write, Written

MAX_BATCH_PLACES = 500
MAX_BATCH_BYTES = 8_000_000

MAX_WAITING_WRITES = 20_000
MAX_WAITING_BYTES = 128_000_000

encode = msgspec.json.Encoder().encode


class Submission:
    """Writes that wait together for their answers. `answered` is done once each write has its answer."""

    __slots__ = ("_left", "answered", "answers")

    def __init__(self, number: int) -> None:
        self.answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.answers: list[Written | Exception | None] = [None] * number
        self._left = number

    def answer(self, index: int, answer: Written | Exception) -> None:
        self.answers[index] = answer
        self._left -= 1
        if not self._left and not self.answered.done():  # done already where the caller went away
            self.answered.set_result(None)


class Waiting(Struct):
    """A write, and its place among those that were submitted with it."""

    write: Write
    size: int
    submission: Submission
    index: int = 0


class Group(Struct):
    """The waiting writes of one place, in order of arrival; empty once they are answered."""

    place: Place
    waiting: list[Waiting]
    losses: int = 0


class Queue:
    """The writes that were taken and are not yet answered: those that wait, and those of running batches."""

    def __init__(self) -> None:
        self.count = 0
        self._bytes = 0
        self._waiting: dict[Place, Group] = {}

    @property
    def places(self) -> int:
        """The number of places that writes wait for."""
        return len(self._waiting)

    def add(self, write: Write, submission: Submission, index: int) -> None:
        """Takes a write, or answers it with an OverloadedError."""
        size = size_of_edits(write)
        if self.count >= MAX_WAITING_WRITES or self._bytes + size > MAX_WAITING_BYTES:
            submission.answer(index, OverloadedError("Too many writes are waiting; try again in a moment."))
            return
        self.count += 1
        self._bytes += size
        item = Waiting(write, size, submission, index)
        group = self._waiting.get(write.place)
        if group is None:
            self._waiting[write.place] = Group(write.place, [item])
        else:
            group.waiting.append(item)

    def take(self, busy: Set[Place]) -> list[Group]:
        """Returns what waits for places that are not `busy`, as much as may be written together."""
        groups: list[Group] = []
        size = 0
        requests: set[RequestKey] = set()
        for place, group in self._waiting.items():
            if len(groups) == MAX_BATCH_PLACES or size > MAX_BATCH_BYTES:
                break
            if place not in busy and (taken := taken_of(group, requests)) is not None:
                for item in taken.waiting:
                    size += item.size
                groups.append(taken)
        for taken in groups:
            group = self._waiting[taken.place]
            if group is taken:
                del self._waiting[taken.place]
            else:
                del group.waiting[: len(taken.waiting)]
        return groups

    def answer(self, group: Group, answers: Sequence[Written | Exception]) -> None:
        self.count -= len(group.waiting)
        for item, answer in zip(group.waiting, answers, strict=True):
            self._bytes -= item.size
            item.submission.answer(item.index, answer)
        group.waiting = []


def size_of_edits(write: Write) -> int:
    """Returns the size of a write's edits as JSON, in bytes; 0 where a value is not valid: applying it refuses it."""
    try:
        return len(encode(write.edits))
    except (UnicodeEncodeError, OverflowError, RecursionError, TypeError):
        return 0


def taken_of(group: Group, seen: set[RequestKey]) -> Group | None:
    """Returns the writes before the first whose idempotency key is in this batch already: it waits for the next one.

    They are mostly all of the group, and then the group itself. None: there are none before it.
    """
    for number, item in enumerate(group.waiting):
        request = item.write.request
        if request is not None:
            if request.request_key in seen:
                return Group(group.place, group.waiting[:number]) if number else None
            seen.add(request.request_key)
    return group
