"""Throttles: the windows in which a recipient's runs pass, counted for a page of runs together.

Counters that are full are answered from a read; the others are locked in one order, so that no interleaving of workers
lets more pass than the limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar, NamedTuple
from uuid import UUID

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.messaging.runs.effects import Answers, Asked, AskingPage
from addressee.messaging.steps.flow.passages import Passage, PassageAnswer
from addressee.messaging.steps.model import Request

SQL = load(__package__)


class Counter(NamedTuple):
    """The key of a row: one recipient's passages of some steps, for one value of their key."""

    recipient_id: str
    uid: UUID | None
    name: str
    key: str

    @classmethod
    def of(cls, passage: Passage) -> Counter:
        return cls(passage.recipient.id, passage.recipient.uid, passage.counter, passage.key)


class Window(NamedTuple):
    """The newest window of a counter; one without an end stays open."""

    passed: int
    ends_at: datetime | None

    def is_open(self, now: datetime) -> bool:
        return self.ends_at is None or self.ends_at > now


class ChangedWindow(NamedTuple):
    """A window to store."""

    recipient_id: str
    uid: UUID | None
    name: str
    key: str
    passed: int
    ends_at: datetime | None


class Throttles:
    """The effect of `Passage`. Within a page, requests of one counter are answered in their order."""

    request: ClassVar[type[Request]] = Passage

    async def carry_out(self, connection: Connection, page: AskingPage, asked: Sequence[Asked]) -> Answers:
        passages = {each.run.id: each.request for each in asked}
        answers, _ = answer(passages, await read(connection, page, passages.values()), page.now)
        passing = {id: passages[id] for id, passed in answers.items() if passed.allowed}
        if passing:
            await hold(connection, page, passing.values())
            windows = await read(connection, page, passing.values())
            certain, changed = answer(passing, windows, page.now)
            await store(connection, page, changed)
            answers |= certain
        return Answers(answers)


def answer(
    passages: Mapping[UUID, Passage], windows: Mapping[Counter, Window], now: datetime
) -> tuple[dict[UUID, PassageAnswer], dict[Counter, Window]]:
    """Returns the answer to each request, by the id of its run, and the windows that these change. Pure."""
    answers: dict[UUID, PassageAnswer] = {}
    changed: dict[Counter, Window] = {}
    for id, passage in passages.items():
        counter = Counter.of(passage)
        window = changed.get(counter) or windows.get(counter)
        if window is None or not window.is_open(now):
            window = Window(0, passage.until)
        allowed = window.passed < passage.limit
        if allowed:
            window = changed[counter] = window._replace(passed=window.passed + 1)
        answers[id] = PassageAnswer(allowed, window.passed, window.ends_at)
    return answers, changed


async def read(connection: Connection, page: AskingPage, passages: Iterable[Passage]) -> Mapping[Counter, Window]:
    rows = await connection.fetch(*SQL["throttles"](environment_id=page.environment_id, counters=counters(passages)))
    return {
        Counter(row["recipient_id"], row["uid"], row["name"], row["key"]): Window(row["passed"], row["ends_at"])
        for row in rows
    }


async def hold(connection: Connection, page: AskingPage, passages: Iterable[Passage]) -> None:
    """Locks counters until the transaction ends, and adds those that are not there."""
    await connection.execute(
        *SQL["hold_throttles"](environment_id=page.environment_id, counters=counters(passages), now=page.now)
    )


async def store(connection: Connection, page: AskingPage, windows: Mapping[Counter, Window]) -> None:
    rows = [ChangedWindow(*counter, *window) for counter, window in windows.items()]
    await connection.execute(*SQL["update_throttles"](environment_id=page.environment_id, changed=rows))


def counters(passages: Iterable[Passage]) -> list[Counter]:
    return list({Counter.of(passage) for passage in passages})
