"""Messaging on a database of its own: no worker of other tests takes the jobs."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from addressee.database.pool import Pool, open_pool
from addressee.database.target import Target
from addressee.messaging.runs import fan_out
from tests.conftest import Environment
from tests.messaging.office import Office
from tests.support.clock import MovedClock
from tests.support.servers import fresh_database


@pytest.fixture(scope="package")
async def own_target(target: Target, template: str) -> AsyncIterator[Target]:
    async with fresh_database(target, template) as fresh:
        yield fresh


@pytest.fixture(scope="package")
async def pool(own_target: Target) -> AsyncIterator[Pool]:
    pool = await open_pool(own_target)
    yield pool
    await pool.close()


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def office(pool: Pool, environment: Environment, clock: MovedClock, tmp_path: Path) -> Office:
    return Office(pool, environment.id, tmp_path, clock)


@pytest.fixture
def one_page_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has a job of a fan-out begin one page, so that a test can step in between the pages."""
    monkeypatch.setattr(fan_out, "PAGES_A_JOB", 1)


@pytest.fixture
async def other(pool: Pool, clock: MovedClock, tmp_path: Path) -> Office:
    """The same in another environment."""
    statement = """
        INSERT INTO addressee.environments (id, name)
        SELECT max(id) + 1, $1 FROM addressee.environments
        RETURNING id
    """
    environment_id = await pool.fetchval(statement, f"other-{secrets.token_hex(6)}")
    return Office(pool, environment_id, tmp_path / "other", clock)
