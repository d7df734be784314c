"""Knock's own command line and its SDK, from npm, against an installation with nothing in it but channels.

`development` is the only environment that some commands know: so these tests have an installation of their own, which
they share. Each names its resources as no other does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from addressee.database.migrate import migrate
from addressee.database.pool import Pool, open_pool
from addressee.database.sealing import Sealer
from addressee.directory.access.keys import Keys
from tests.browser.knock_cli.command_line import Account, KnockCommand, deploy_channels
from tests.browser.prerequisites import packages
from tests.support.api import running_api, running_worker, until_at_work
from tests.support.servers import installation_of_the_tests

# Each run of the command line takes a second of a processor.
PATIENCE_SECONDS = 600


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(PATIENCE_SECONDS))


@pytest.fixture(scope="session")
async def account() -> AsyncIterator[Account]:
    """An installation with an API, a worker, a service key for all environments, and channels in each."""
    packages()
    async with installation_of_the_tests() as installation:
        await migrate(installation.target(), finish=True)
        pool: Pool = await open_pool(installation.target())
        sealer = Sealer(installation.master_key())
        keys = Keys(pool, sealer)
        token = (await keys.create(None, "service", name="laptop")).key
        await deploy_channels(installation)
        with running_api(installation) as url, running_worker(installation):
            await until_at_work(pool)
            yield Account(url, token, pool, keys)
        await pool.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for a project."""
    project = tmp_path / "project"
    project.mkdir()
    return project


@pytest.fixture
def knock(account: Account, folder: Path, tmp_path: Path) -> KnockCommand:
    """The command `knock`, run in the folder of the project."""
    return KnockCommand(account, folder, tmp_path / "home")
