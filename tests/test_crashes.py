"""Processes of the service are killed while 16 clients write and trigger: what was answered is there, once."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import asyncpg
import pytest

from addressee.database.installation import Installation
from addressee.database.pool import Connection
from tests.support.kernel import descendants, is_alive
from tests.support.load import CLIENTS, ROWS, Client, clients_at_work
from tests.support.service import Service, running_service
from tests.support.waiting import until

# A killed worker's jobs are taken over after 30 seconds without a sign of life, what it was sending after 50. On a busy
# machine the rest takes a while.
TAKEOVER_SECONDS = 120

ANSWERS_BETWEEN_KILLS = 10


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_nothing_answered_is_lost_and_nothing_is_there_twice(tmp_path: Path) -> None:
    with running_service(tmp_path) as service:
        async with clients_at_work(service.url, service.create_key()) as clients:
            for victim in (postgres, backend, worker):
                await progress(clients)
                await kill(victim(service))
            await progress(clients)
            await kill_all(service)
            service.start()
            for victim in (worker, api, api_process):
                await progress(clients)
                await kill(victim(service))
            await progress(clients)
        async with database(tmp_path) as connection:
            await until(lambda: everything_is_done(connection), TAKEOVER_SECONDS)
            await check_writes(connection, clients)
            await check_history(connection, clients)
            await check_runs(connection, clients)
            await check_messages(connection, tmp_path / "outbox" / "development")


async def progress(clients: list[Client]) -> None:
    """Returns once the clients together have had some more answers, of each kind."""

    def answers() -> list[int]:
        return [
            sum(len(client.answered) for client in clients),
            sum(len(client.answered_in_bulk) for client in clients),
            sum(len(client.runs) for client in clients),
        ]

    before = answers()

    async def has_gone_on() -> bool:
        return all(now >= then + ANSWERS_BETWEEN_KILLS for now, then in zip(answers(), before, strict=True))

    await until(has_gone_on, 60)


def worker(service: Service) -> int:
    return processes(service, "addressee.cli work")[0]


def api(service: Service) -> int:
    """What supervises the processes that answer requests, and ends them with itself."""
    return processes(service, "addressee.cli.api")[0]


def api_process(service: Service) -> int:
    """One that answers requests."""
    return processes(service, "addressee.cli.api")[-1]


def postgres(service: Service) -> int:
    return processes(service, "bin/postgres")[0]


def backend(service: Service) -> int:
    """One connection's; PostgreSQL ends all others when it dies, and recovers."""
    return processes(service, "[local]")[0]


def processes(service: Service, part: str) -> list[int]:
    """The processes of the service with this in their command line, the first one first."""
    return sorted(pid for pid, command in descendants(service.process.pid).items() if part in command)


async def kill(victim: int) -> None:
    os.kill(victim, signal.SIGKILL)

    async def is_gone() -> bool:
        return not is_alive(victim)

    await until(is_gone)


async def kill_all(service: Service) -> None:
    """Kills `addressee serve`, which takes the others with it."""
    below = descendants(service.process.pid)
    service.process.kill()
    service.process.wait()

    async def are_gone() -> bool:
        return not any(is_alive(pid) for pid in below)

    await until(are_gone)


@asynccontextmanager
async def database(data_dir: Path) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(**Installation(data_dir).target().arguments)
    try:
        yield connection
    finally:
        await connection.close()


async def everything_is_done(connection: Connection) -> bool:
    """No job is left, and none is held for an operator."""
    left: bool = await connection.fetchval("SELECT EXISTS (SELECT FROM addressee.jobs)")
    return not left


async def check_writes(connection: Connection, clients: list[Client]) -> None:
    """Each user has the last count that was answered, or a later one of the same client; and there is no one else."""
    rows = await connection.fetch(
        "SELECT id, (properties ->> 'count')::int AS count FROM addressee.recipients WHERE collection = '$users'"
    )
    stored = {row["id"]: row["count"] for row in rows}
    assert len(rows) == len(stored) == CLIENTS * (1 + ROWS)
    for client in clients:
        assert stored[client.id] >= client.answered[-1]
        assert all(stored[row] >= client.answered_in_bulk[-1] for row in client.rows)


async def check_history(connection: Connection, clients: list[Client]) -> None:
    """The changes of each user count up from version 1 without a gap, and each brought a later count, once."""
    rows = await connection.fetch("""
        SELECT id, version, ordinal, (after -> 'properties' ->> 'count')::int AS count
        FROM addressee.changes
        WHERE collection = '$users'
        ORDER BY id, version, ordinal
    """)
    recipients = await connection.fetch("SELECT id, version FROM addressee.recipients WHERE collection = '$users'")
    versions: dict[str, int] = {row["id"]: row["version"] for row in recipients}
    history = {id: list(changes) for id, changes in groupby(rows, key=itemgetter("id"))}
    assert history.keys() == versions.keys()
    for id, changes in history.items():
        ordinals = {
            version: [each["ordinal"] for each in those] for version, those in groupby(changes, itemgetter("version"))
        }
        assert list(ordinals) == list(range(1, versions[id] + 1))
        assert all(found == list(range(len(found))) for found in ordinals.values())
        counts = [each["count"] for each in changes if each["count"] is not None]
        assert counts == sorted(set(counts))
    for client in clients:
        assert {each["count"] for each in history[client.id]} >= set(client.answered)
        for row in client.rows:
            assert {each["count"] for each in history[row]} >= set(client.answered_in_bulk)


async def check_runs(connection: Connection, clients: list[Client]) -> None:
    """Each repetition key has one run, the one that it was answered with; each of its recipients has one, completed."""
    answered = {run: key for client in clients for key, run in client.runs.items()}
    receipts = await connection.fetch(
        "SELECT convert_from(body, 'UTF8')::json ->> 'workflow_run_id', key FROM addressee.receipts"
    )
    assert Counter(map(tuple, receipts)) == Counter(answered.items())
    runs = await connection.fetch("SELECT id::text, recipients = '[]' AS started FROM addressee.workflow_runs")
    assert Counter(map(tuple, runs)) == Counter((run, True) for run in answered)
    recipient_runs = await connection.fetch("SELECT run_id::text, recipient_id, status FROM addressee.recipient_runs")
    expected = [
        (run, recipient, "completed")
        for client in clients
        for run in client.runs.values()
        for recipient in client.notified
    ]
    assert Counter(map(tuple, recipient_runs)) == Counter(expected)


async def check_messages(connection: Connection, outbox: Path) -> None:
    """Each recipient's run made one message of each step, which went out once; each e-mail is one file."""
    runs = await connection.fetch("SELECT id FROM addressee.recipient_runs")
    messages = await connection.fetch("SELECT recipient_run_id, step_ref, status FROM addressee.messages")
    expected = [(run["id"], *made) for run in runs for made in (("in-app", "delivered"), ("email", "sent"))]
    assert Counter(map(tuple, messages)) == Counter(expected)
    events = await connection.fetch("""
        SELECT step_ref, type, count(*), count(DISTINCT message_id)
        FROM addressee.events_of_messages
        JOIN addressee.messages ON messages.id = message_id
        GROUP BY step_ref, type
    """)
    assert {tuple(event) for event in events} == {
        (step, f"message.{type}", len(runs), len(runs))
        for step, type in (
            ("in-app", "created"),
            ("in-app", "delivered"),
            ("email", "created"),
            ("email", "queued"),
            ("email", "sent"),
        )
    }
    sends = await connection.fetch("SELECT id, due_at FROM addressee.sends")
    assert len(sends) == len(runs)
    assert all(send["due_at"] is None for send in sends)
    assert sorted(file.stem for file in outbox.glob("*.eml")) == sorted(send["id"] for send in sends)
