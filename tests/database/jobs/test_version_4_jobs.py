"""Jobs that version 4 queued, in the tables of its library, are moved by the migration that drops these."""

from pathlib import Path

import asyncpg
import pytest

from addressee.database.migrate import MIGRATIONS, migrate
from addressee.database.pool import Pool, open_pool
from addressee.database.target import Target

OLD_TABLES = Path(__file__).with_name("version_4_jobs.sql").read_text()

HOUR = "interval '1 hour'"

# Of number 4 the worker is dead, of number 5 alive.
OLD_JOBS = f"""
    INSERT INTO addressee_jobs.pgqueuer (status, entrypoint, payload, attempts, created, execute_after, heartbeat)
    VALUES
      ('queued', 'count', '{{"number":1}}', 0, now() - {HOUR}, now() - {HOUR}, now()),
      ('queued', 'count', '{{"number":2}}', 3, now() - {HOUR}, now() + {HOUR}, now()),
      ('failed', 'count', '{{"number":3}}', 10, now() - {HOUR}, now() - {HOUR}, now()),
      ('picked', 'count', '{{"number":4}}', 1, now() - {HOUR}, now() - {HOUR}, now() - {HOUR}),
      ('picked', 'count', '{{"number":5}}', 2, now() - {HOUR}, now() - {HOUR}, now())
"""
MOVED = [
    (b'{"number":1}', 0, False, False),
    (b'{"number":2}', 3, True, False),
    (b'{"number":3}', 10, False, True),
    (b'{"number":4}', 1, False, False),
    (b'{"number":5}', 2, False, False),
]


async def moved(pool: Pool) -> list[tuple[object, ...]]:
    rows = await pool.fetch(
        """
        SELECT arguments, failures, due_at > now(), held_at IS NOT NULL
        FROM addressee.jobs
        WHERE name = 'count'
        ORDER BY arguments
        """
    )
    return [tuple(row) for row in rows]


async def test_the_post_migration_moves_everything_and_drops_the_tables(
    empty: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("addressee.database.migrate.MIGRATIONS", [each for each in MIGRATIONS if each.version <= 5])
        patch.setattr("addressee.database.migrate.VERSION", 5)
        await migrate(empty, finish=False)
        pool = await open_pool(empty)
        await pool.execute(OLD_TABLES)
        await pool.execute(OLD_JOBS)
        assert "0005_jobs.post" in await migrate(empty, finish=True)
    assert await moved(pool) == MOVED
    with pytest.raises(asyncpg.UndefinedTableError):
        await pool.execute("TABLE addressee_jobs.pgqueuer")
    await pool.close()
