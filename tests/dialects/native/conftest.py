"""The native API on a real server, in an environment of the test's own."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.access.keys import Keys
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from addressee.messaging.workflows.example import FOLDER
from tests.conftest import Environment


@pytest.fixture
async def http(api: str, keys: Keys, environment: Environment) -> AsyncIterator[httpx.Client]:
    key = (await keys.create(environment.name, "secret")).key
    with httpx.Client(base_url=api, headers={"authorization": f"Bearer {key}"}, timeout=30, verify=False) as client:
        yield client


@pytest.fixture
async def welcome(pool: Pool, installation: Installation, environment: Environment, worker: None) -> None:
    """The example's channels and its workflow `welcome`."""
    configuration = read_configuration(FOLDER, {})
    await deploy(pool, Sealer(installation.master_key()), environment.id, configuration, datetime.now(UTC))
