"""Environments with one of everything."""

import secrets

import pytest

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.keys import Keys
from tests.support.inhabited import Inhabited, inhabit


async def new_inhabited(api: str, pool: Pool, installation: Installation) -> Inhabited:
    sealer = Sealer(installation.master_key())
    name = f"inhabited-{secrets.token_hex(6)}"
    statement = """
        INSERT INTO addressee.environments (id, name)
        SELECT max(id) + 1, $1 FROM addressee.environments
        RETURNING id
    """
    return await inhabit(api, pool, Keys(pool, sealer), sealer, await pool.fetchval(statement, name), name)


@pytest.fixture(scope="session")
async def inhabited(api: str, worker: None, pool: Pool, installation: Installation) -> Inhabited:
    """No test changes it."""
    return await new_inhabited(api, pool, installation)


@pytest.fixture(scope="session")
async def twin(api: str, worker: None, pool: Pool, installation: Installation) -> Inhabited:
    """Has the same; its keys are tried on the first."""
    return await new_inhabited(api, pool, installation)


@pytest.fixture(scope="session")
async def playground(api: str, worker: None, pool: Pool, installation: Installation) -> Inhabited:
    """Has the same, and tests may mark its messages."""
    return await new_inhabited(api, pool, installation)
