"""Many triggers and events at once: each has an outcome of its own, and all that is accepted is accepted together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, cast

import pytest

from addressee.database.jobs.queue import Wakeup
from addressee.database.pool import Connection
from addressee.directory.errors import RefusedError
from addressee.directory.reading.reader import Reader
from addressee.directory.writing.receipts import Receipt, ReceiptMismatchError, RepeatedError, StoredAnswer
from addressee.messaging.errors import ActorMissingError, DataInvalidError, WorkflowInactiveError, WorkflowMissingError
from addressee.messaging.messaging import Messaging
from addressee.messaging.triggers.batches import Accepted, Outcome, Record
from addressee.messaging.triggers.events import Event
from addressee.messaging.triggers.trigger import Trigger
from tests.messaging.office import FILES, WELCOME, Office
from tests.messaging.triggers.test_trigger import SCHEMA

FOLDER = {
    **FILES,
    "workflows/off.yaml": f"{WELCOME}\nactive: false",
    "workflows/strict.yaml": SCHEMA,
    "workflows/listening.yaml": f"{WELCOME}\nevents: [arrived]",
}


def welcome(office: Office, *ids: str, key: str | None = None, workflow: str = "welcome") -> Record:
    return Record(Trigger(workflow, [office.user(id) for id in ids]), key)


def arrived(office: Office, id: str, key: str | None = None) -> Record:
    return Record(Event("arrived", office.user(id)), key)


async def accept(office: Office, *records: Record) -> list[Outcome]:
    return await office.messaging.triggers.accept_all(office.environment_id, records)


def accepted(outcome: Outcome) -> Accepted:
    assert isinstance(outcome, Accepted)
    return outcome


async def runs(office: Office) -> list[tuple[str, str]]:
    """Workflows and recipients of all runs, in the order in which they were accepted."""
    rows = await office.pool.fetch(
        """
        SELECT workflow, convert_from(recipients, 'UTF8')::jsonb -> 0 ->> 1 AS recipient
        FROM addressee.run_pages
        WHERE environment_id = $1
        ORDER BY run_id
        """,
        office.environment_id,
    )
    return [(row["workflow"], row["recipient"]) for row in rows]


async def run_ids(office: Office) -> list[str]:
    statement = "SELECT id::text FROM addressee.workflow_runs WHERE environment_id = $1 ORDER BY id"
    return [row["id"] for row in await office.pool.fetch(statement, office.environment_id)]


@pytest.fixture
async def office(office: Office) -> Office:
    await office.push(FOLDER)
    return office


async def test_each_has_its_outcome_in_order(office: Office) -> None:
    outcomes = await accept(
        office,
        welcome(office, "ada"),
        welcome(office, "ada", workflow="nope"),
        arrived(office, "bob"),
        welcome(office, "ada", workflow="off"),
        welcome(office, "ada", workflow="strict"),
        Record(Trigger("welcome", [office.user("ada")], actor=office.user("nobody"))),
        Record(Trigger("welcome", [office.user("ada")], delay=timedelta(days=366))),
        welcome(office, "cid"),
    )
    assert [type(outcome) for outcome in outcomes] == [
        Accepted,
        WorkflowMissingError,
        Accepted,
        WorkflowInactiveError,
        DataInvalidError,
        ActorMissingError,
        RefusedError,
        Accepted,
    ]
    assert await runs(office) == [("welcome", "ada"), ("listening", "bob"), ("welcome", "cid")]
    ids = await run_ids(office)
    assert [str(accepted(outcomes[index]).id) for index in (0, 7)] == [ids[0], ids[2]]
    assert [job.name for job in await office.jobs()] == ["begin"] * 3


async def test_nothing_is_nothing(office: Office) -> None:
    assert await accept(office) == []
    assert await office.jobs() == []


async def test_a_hundred_take_as_many_statements_as_one(office: Office) -> None:
    def records(count: int) -> list[Record]:
        return [
            each
            for n in range(count)
            for each in (welcome(office, f"u{n}", key=f"t{count}-{n}"), arrived(office, f"u{n}"))
        ]

    assert await statements(office, records(50)) == await statements(office, records(1))
    assert len(await runs(office)) == 102


class OneConnection:
    """A pool of a connection that is watched."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.fetch = connection.fetch

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Connection]:
        yield self._connection


async def statements(office: Office, records: Sequence[Record]) -> int:
    """How many statements accepting these takes."""
    ran: list[object] = []
    async with office.pool.acquire() as connection:
        connection.add_query_logger(ran.append)
        one = cast(Any, OneConnection(connection))
        messaging = Messaging(one, Reader(one), Wakeup(office.pool), office.clock)
        outcomes = await messaging.triggers.accept_all(office.environment_id, records)
        connection.remove_query_logger(ran.append)
    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    return len(ran)


async def test_a_repeated_key_is_answered_with_the_first_id(office: Office) -> None:
    (first,) = await accept(office, welcome(office, "ada", key="k"))
    again = await accept(office, welcome(office, "ada", key="k"), welcome(office, "bob", key="k2"))
    assert again[0] == Accepted(accepted(first).id, repeated=True)
    assert await runs(office) == [("welcome", "ada"), ("welcome", "bob")]


async def test_whatever_else_is_asked_under_a_key_repeats_the_first(office: Office) -> None:
    (first,) = await accept(office, arrived(office, "ada", key="k"))
    repeated = Accepted(accepted(first).id, repeated=True)
    assert (
        await accept(office, welcome(office, "bob", key="k"), welcome(office, "x", key="k", workflow="nope"))
        == [repeated] * 2
    )
    assert await runs(office) == [("listening", "ada")]


async def test_a_key_counts_within_a_batch_too(office: Office) -> None:
    outcomes = await accept(
        office,
        welcome(office, "x", key="k", workflow="nope"),
        welcome(office, "ada", key="k"),
        arrived(office, "bob", "k"),
    )
    assert isinstance(outcomes[0], WorkflowMissingError)
    assert outcomes[2] == Accepted(accepted(outcomes[1]).id, repeated=True)
    assert await runs(office) == [("welcome", "ada")]


async def test_a_key_is_free_again_after_a_day(office: Office) -> None:
    (first,) = await accept(office, welcome(office, "ada", key="k"))
    office.clock.move(timedelta(hours=23, minutes=59))
    assert await accept(office, welcome(office, "ada", key="k")) == [Accepted(accepted(first).id, repeated=True)]
    office.clock.move(timedelta(minutes=2))
    (other,) = await accept(office, welcome(office, "ada", key="k"))
    assert not accepted(other).repeated
    assert len(await runs(office)) == 2


async def test_keys_are_one_environments(office: Office, other: Office) -> None:
    await other.push(FOLDER)
    (first,) = await accept(office, welcome(office, "ada", key="k"))
    (second,) = await accept(other, welcome(office, "ada", key="k"))
    assert accepted(first).id != accepted(second).id
    assert not accepted(second).repeated


async def test_requests_at_the_same_time_start_one_run_for_each_key(office: Office) -> None:
    """Also when they name their keys in different orders."""
    batches = [[welcome(office, f"u{n}", key=f"k{n}") for n in range(10)] for _ in range(8)]
    for number, batch in enumerate(batches):
        if number % 2:
            batch.reverse()
    answers = await asyncio.gather(*(accept(office, *batch) for batch in batches))
    by_key = [
        {record.key: accepted(outcome) for record, outcome in zip(batch, answer, strict=True)}
        for batch, answer in zip(batches, answers, strict=True)
    ]
    for key in by_key[0]:
        assert len({each[key].id for each in by_key}) == 1
        assert sorted(each[key].repeated for each in by_key) == [False, *[True] * 7]
    assert len(await runs(office)) == 10


async def test_a_requests_own_key_stands_apart_from_those_of_its_records(office: Office) -> None:
    async def ask(record: Record, says: bytes = b"1") -> None:
        own = Receipt(office.environment_id, "k", says, "request", lambda outcomes: StoredAnswer(202, b"OK"))
        await office.messaging.triggers.accept_all(office.environment_id, [record], receipt=own)

    await ask(welcome(office, "ada", key="k"))
    with pytest.raises(RepeatedError):
        await ask(welcome(office, "bob", key="other"))
    with pytest.raises(ReceiptMismatchError):
        await ask(welcome(office, "bob", key="other"), says=b"2")
    assert await runs(office) == [("welcome", "ada")]
