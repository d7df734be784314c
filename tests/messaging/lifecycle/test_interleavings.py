"""Deletes and merges race with identifies, subscriptions and triggers, in several processes at once.

Whatever the order: nobody comes back from the dead, nothing is left of who is gone, and nobody waits for ever.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import asyncpg
import pytest

from addressee.database.pool import Pool, open_pool
from addressee.database.target import Target
from addressee.directory.edits.recipients import Identify
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.writes import Write
from addressee.messaging.lifecycle.maintenance import delete_expired
from tests.messaging.office import IN_APP, Office
from tests.support.clock import MovedClock
from tests.support.interleavings import CLUBS
from tests.support.processes import FOLDER_OF_THIS_PROCESS
from tests.support.servers import fresh_database

pytestmark = pytest.mark.slow

PROCESSES = 4
EPISODES = 1000
AT_ONCE = 20
HANDLERS_AT_ONCE = 8

TOLD = "steps: [{ref: told, channel: in-app, template: {body: 'Hello {{ recipient.visits }}'}}]"

# Where each table names the recipient that a row belongs to.
BELONGINGS = {
    "messages": ("collection", "recipient_id", "uid"),
    "events_of_messages": ("collection", "recipient_id", "uid"),
    "subscriptions": ("recipient_collection", "recipient_id", "recipient_uid"),
    "subscriptions AS objects": ("collection", "object_id", "object_uid"),
    "subscription_counts": ("collection", "object_id", "object_uid"),
}


@pytest.fixture
async def own_target(target: Target, template: str) -> AsyncIterator[Target]:
    async with fresh_database(target, template) as fresh:
        yield fresh


@pytest.fixture
async def crowded(own_target: Target, tmp_path: Path) -> AsyncIterator[Office]:
    pool = await open_pool(own_target)
    office = Office(pool, 1, tmp_path, MovedClock(datetime.now(UTC)))
    await office.push({"channels/in-app.yaml": IN_APP, "workflows/told.yaml": TOLD})
    everybody = [
        Place(1, collection, f"{episode}-{name}")
        for episode in range(EPISODES)
        for collection, name in ((USERS, "ada"), (USERS, "guest"), (CLUBS, "club"))
    ]
    await office.directory.write_all([Write(place, (Identify(),)) for place in everybody])
    yield office
    await pool.close()


async def test_a_thousand_episodes(crowded: Office, own_target: Target) -> None:
    wrong = await play(own_target)
    assert wrong == [[]] * PROCESSES
    await settle(crowded)
    await check_history(crowded.pool)
    await check_belongings(crowded.pool)
    await check_successions(crowded.pool)
    await check_counts(crowded.pool)


async def play(target: Target) -> list[list[str]]:
    """Has every process take part in the same episodes at the same time. What went wrong in each."""
    processes = [await start(target, seed) for seed in range(PROCESSES)]
    answers: list[bytes] = []
    for first in range(0, EPISODES, AT_ONCE):
        line = json.dumps(list(range(first, first + AT_ONCE))).encode() + b"\n"
        answers = await asyncio.gather(*(exchange(process, line) for process in processes))
    for process in processes:
        await process.communicate(b"")
    return [json.loads(answer) for answer in answers]


async def start(target: Target, seed: int) -> asyncio.subprocess.Process:
    host = target.arguments.get("host", "")
    inherited = [int(host.removeprefix(FOLDER_OF_THIS_PROCESS))] if host.startswith(FOLDER_OF_THIS_PROCESS) else []
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.support.interleavings",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        pass_fds=inherited,
    )
    given = {"target": target.arguments, "seed": seed, "environment_id": 1}
    assert await exchange(process, json.dumps(given).encode() + b"\n") == b"ready\n"
    return process


async def exchange(process: asyncio.subprocess.Process, line: bytes) -> bytes:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(line)
    return await process.stdout.readline()


async def settle(office: Office) -> None:
    """Runs every job, the deferred ones too, then lets the time pass in which merges can be undone."""
    await run_jobs(office)
    office.clock.move(timedelta(days=31))
    await delete_expired(office.pool, office.clock.now())
    await run_jobs(office)


async def run_jobs(office: Office) -> None:
    while jobs := await office.jobs():
        await office.pool.execute("DELETE FROM addressee.jobs WHERE id = ANY($1)", [job.id for job in jobs])
        for first in range(0, len(jobs), HANDLERS_AT_ONCE):
            await asyncio.gather(
                *(office.handlers[job.name].run(job.arguments) for job in jobs[first : first + HANDLERS_AT_ONCE])
            )


async def check_history(pool: Pool) -> None:
    """Versions follow each other without a gap, and an identity that ended does not come back."""
    rows = await pool.fetch(
        """
        SELECT collection, id, uid, version, edit, after IS NULL AND before IS NULL AS is_empty
        FROM addressee.changes
        ORDER BY collection, id, version, ordinal
        """
    )
    by_place: dict[tuple[str, str], list[asyncpg.Record]] = {}
    for row in rows:
        by_place.setdefault((row["collection"], row["id"]), []).append(row)
    assert len(by_place) == 3 * EPISODES
    for changes in by_place.values():
        assert sorted({row["version"] for row in changes}) == list(range(1, changes[-1]["version"] + 1))
        identities = [row["uid"] for row in changes]
        runs_of_the_same = 1 + sum(one != other for one, other in pairwise(identities))
        assert runs_of_the_same == len(set(identities))


async def check_belongings(pool: Pool) -> None:
    """Every row belongs to somebody who lives, under the identity that the row names."""
    for table, (collection, id, uid) in BELONGINGS.items():
        name = table.partition(" ")[0]
        total = await pool.fetchval(f"SELECT count(*) FROM addressee.{name} WHERE {uid} IS NOT NULL")
        belonging = await pool.fetchval(
            f"""
            SELECT count(*)
            FROM addressee.{name} AS belongings
            JOIN addressee.recipients AS recipients
              ON recipients.environment_id = belongings.environment_id
             AND recipients.collection = belongings.{collection}
             AND recipients.id = belongings.{id}
             AND recipients.uid = belongings.{uid}
             AND recipients.deleted_at IS NULL
            """
        )
        assert (table, belonging) == (table, total)
        assert total > 0, table


async def check_successions(pool: Pool) -> None:
    """Runs and merges belong to those who live, or who were merged into somebody who does."""
    for table, uid in (("recipient_runs", "uid"), ("merges", "primary_uid")):
        left_behind = await pool.fetchval(
            f"""
            WITH RECURSIVE going_on AS (
              SELECT uid
              FROM addressee.recipients
              WHERE deleted_at IS NULL
              UNION
              SELECT merges.secondary_uid
              FROM going_on
              JOIN addressee.merges AS merges
                ON merges.primary_uid = going_on.uid
               AND merges.undone_at IS NULL
            )
            SELECT count(*)
            FROM addressee.{table}
            WHERE {uid} NOT IN (SELECT uid FROM going_on)
            """
        )
        assert (table, left_behind) == (table, 0)
        assert await pool.fetchval(f"SELECT count(*) FROM addressee.{table}") > 0, table


async def check_counts(pool: Pool) -> None:
    """The counters say how many subscriptions there are."""
    rows = await pool.fetch(
        """
        SELECT counted.object_uid, counted.count, coalesce(there.count, 0) AS there
        FROM (
          SELECT object_uid, sum(count) AS count
          FROM addressee.subscription_counts
          GROUP BY object_uid
        ) AS counted
        FULL JOIN (
          SELECT object_uid, count(*) AS count
          FROM addressee.subscriptions
          GROUP BY object_uid
        ) AS there USING (object_uid)
        """
    )
    assert rows
    assert [row for row in rows if row["count"] != row["there"]] == []
