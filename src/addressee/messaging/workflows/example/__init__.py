"""The example configuration of a new data folder."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.access.environments import Environments
from addressee.messaging.environment import channels
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy

FOLDER = Path(__file__).parent
ENVIRONMENT = "development"


async def install_example(pool: Pool, sealer: Sealer) -> None:
    """Deploys the example to the environment `development`, unless that has channels already."""
    environment = await Environments(pool).named(ENVIRONMENT)
    if not await channels.all_channels(pool, environment.id):
        await deploy(pool, sealer, environment.id, read_configuration(FOLDER, {}), datetime.now(UTC))
