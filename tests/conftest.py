"""What every test can ask for: a migrated database, a pool on it, and an environment of its own."""

import os
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from addressee.database.migrate import migrate
from addressee.database.pool import Pool, open_pool
from addressee.database.target import Target
from tests.support.servers import embedded_server, fresh_database


@dataclass(frozen=True, slots=True)
class Environment:
    id: int
    name: str


@pytest.fixture(scope="session")
async def target() -> AsyncIterator[Target]:
    url = os.environ.get("TEST_DATABASE_URL")
    async with fresh_database(Target.from_url(url)) if url else embedded_server() as target:
        await migrate(target, finish=True)
        yield target


@pytest.fixture(scope="session")
async def pool(target: Target) -> AsyncIterator[Pool]:
    pool = await open_pool(target)
    yield pool
    await pool.close()


@pytest.fixture
async def environment(pool: Pool) -> Environment:
    """A new environment, so that tests never see each other's recipients."""
    name = f"test-{secrets.token_hex(6)}"
    statement = """
        INSERT INTO addressee.environments (id, name)
        SELECT max(id) + 1, $1 FROM addressee.environments
        RETURNING id
    """
    return Environment(await pool.fetchval(statement, name), name)
