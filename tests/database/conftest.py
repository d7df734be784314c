"""Databases that a test may spoil."""

from collections.abc import AsyncIterator

import pytest

from addressee.database.pool import Pool, open_pool
from addressee.database.target import Target
from tests.support.servers import fresh_database


@pytest.fixture
async def empty(target: Target) -> AsyncIterator[Target]:
    """A database without anything in it."""
    async with fresh_database(target) as target:
        yield target


@pytest.fixture(scope="module")
async def queue_target(target: Target, template: str) -> AsyncIterator[Target]:
    """A migrated database, so that nobody else runs the jobs in it."""
    async with fresh_database(target, template) as fresh:
        yield fresh


@pytest.fixture
async def queue(queue_target: Target) -> AsyncIterator[Pool]:
    """Connections to a database whose jobs are the test's own."""
    pool = await open_pool(queue_target)
    yield pool
    await pool.execute("TRUNCATE addressee.jobs")
    await pool.close()
