"""What every test can ask for: a migrated database, a pool on it, and an environment of its own."""

import gc
import secrets
from collections.abc import AsyncIterator, Generator, Iterator
from dataclasses import dataclass

import pytest
from argon2 import PasswordHasher
from hypothesis import settings

from addressee.database.installation import Installation
from addressee.database.migrate import migrate
from addressee.database.pool import Pool, open_pool
from addressee.database.sealing import Sealer
from addressee.database.target import Target
from addressee.directory.access.keys import Keys
from addressee.operators.credentials import passwords
from tests.support.api import running_api, running_worker, until_at_work
from tests.support.servers import fresh_database, installation_of_the_tests

# A busy machine is no mistake: no example has a deadline.
settings.register_profile("without deadlines", deadline=None)
settings.load_profile("without deadlines")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keeps garbage collection away from the tests that are found: all of them stay, and looking takes long."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@dataclass(frozen=True, slots=True)
class Environment:
    id: int
    name: str


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Has this process hash passwords without the effort that makes guessing dear: hundreds of tests add operators."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session")
async def installation() -> AsyncIterator[Installation]:
    async with installation_of_the_tests() as installation:
        await migrate(installation.target(), finish=True)
        yield installation


@pytest.fixture(scope="session")
def target(installation: Installation) -> Target:
    return installation.target()


@pytest.fixture(scope="session")
async def template(target: Target) -> AsyncIterator[str]:
    """The name of a migrated database that nobody uses: a copy of it takes a tenth of what migrations take."""
    async with fresh_database(target) as migrated:
        await migrate(migrated, finish=True)
        yield migrated.arguments["database"]


@pytest.fixture(scope="session")
async def pool(target: Target) -> AsyncIterator[Pool]:
    pool = await open_pool(target)
    yield pool
    await pool.close()


@pytest.fixture
async def environment(pool: Pool) -> Environment:
    """A new environment, so that tests never see each other's recipients."""
    return await new_environment(pool)


@pytest.fixture
async def other_environment(pool: Pool) -> Environment:
    """One more new environment, for what must not be seen across."""
    return await new_environment(pool)


async def new_environment(pool: Pool) -> Environment:
    name = f"test-{secrets.token_hex(6)}"
    statement = """
        INSERT INTO addressee.environments (id, name)
        SELECT max(id) + 1, $1 FROM addressee.environments
        RETURNING id
    """
    return Environment(await pool.fetchval(statement, name), name)


@pytest.fixture(scope="session")
def api(installation: Installation) -> Iterator[str]:
    """The URL of a real API process on the tests' database."""
    with running_api(installation) as url:
        yield url


@pytest.fixture(scope="session")
async def worker(installation: Installation, pool: Pool) -> AsyncIterator[None]:
    """A real worker process on the tests' database, at work already."""
    with running_worker(installation):
        await until_at_work(pool)
        yield


@pytest.fixture
def keys(pool: Pool, installation: Installation) -> Keys:
    return Keys(pool, Sealer(installation.master_key()))
