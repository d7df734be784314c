"""Two environments with one of everything, shared by the tests that leave them as they are."""

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
    return await new_inhabited(api, pool, installation)


@pytest.fixture(scope="session")
async def stranger(api: str, worker: None, pool: Pool, installation: Installation) -> Inhabited:
    """Another environment, whose keys are to find nothing of the first."""
    return await new_inhabited(api, pool, installation)
