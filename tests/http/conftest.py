"""Environments with one of everything, one with nothing, and a connection for walks."""

import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.access.keys import KINDS, Keys
from tests.conftest import Environment
from tests.support.populated import PopulatedEnvironment, Stranger, everything_stored, populate
from tests.support.raw_http import Connection


@dataclass
class Stored:
    """What the populated environment held after the last test that looked."""

    rows: list[tuple[str, str]]


async def new_inhabited(api: str, pool: Pool, installation: Installation) -> PopulatedEnvironment:
    sealer = Sealer(installation.master_key())
    name = f"populated-{secrets.token_hex(6)}"
    statement = """
        INSERT INTO addressee.environments (id, name)
        SELECT max(id) + 1, $1 FROM addressee.environments
        RETURNING id
    """
    return await populate(api, pool, Keys(pool, sealer), sealer, await pool.fetchval(statement, name), name)


@pytest.fixture(scope="session")
async def populated(api: str, worker: None, pool: Pool, installation: Installation) -> PopulatedEnvironment:
    """No test changes it."""
    return await new_inhabited(api, pool, installation)


@pytest.fixture(scope="session")
async def last_stored(pool: Pool, populated: PopulatedEnvironment) -> Stored:
    return Stored(await everything_stored(pool, populated.id))


@pytest.fixture
async def unchanged(pool: Pool, populated: PopulatedEnvironment, last_stored: Stored) -> AsyncIterator[None]:
    """Nothing that this test sends may leave a trace.

    What is stored is read once a test: what one leaves, it has itself to answer for, and the next starts with.
    """
    yield
    before, last_stored.rows = last_stored.rows, await everything_stored(pool, populated.id)
    assert last_stored.rows == before


@pytest.fixture(scope="session")
async def twin(api: str, worker: None, pool: Pool, installation: Installation) -> PopulatedEnvironment:
    """Has the same; its keys are tried on the first."""
    return await new_inhabited(api, pool, installation)


@pytest.fixture(scope="session")
async def playground(api: str, worker: None, pool: Pool, installation: Installation) -> PopulatedEnvironment:
    """Has the same, and tests may mark its messages."""
    return await new_inhabited(api, pool, installation)


@pytest.fixture(scope="session")
async def workshop(api: str, worker: None, pool: Pool, installation: Installation) -> PopulatedEnvironment:
    """Has the same, and tests may write to it."""
    return await new_inhabited(api, pool, installation)


@pytest.fixture
async def stranger(keys: Keys, environment: Environment) -> Stranger:
    """Somebody in an environment where there is nothing yet; a test may write to it."""
    created = {kind: await keys.create(environment.name, kind) for kind in KINDS}
    return Stranger({kind: one.key for kind, one in created.items()}, str(created["api"].workspace))


@pytest.fixture(scope="session")
def line(api: str) -> Iterator[Connection]:
    """A connection that stays open from test to test."""
    connection = Connection(api)
    yield connection
    connection.close()
