"""The official SDK against a real server, in an environment of the test's own."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from suprsend import Suprsend

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.access.environments import Environments
from addressee.directory.access.keys import CreatedKey, Keys
from addressee.messaging.environment import channels
from addressee.messaging.workflows.configuration import Configuration, read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from tests.conftest import Environment

PUSHED = Path(__file__).parent / "pushed"


@pytest.fixture
async def workspace(keys: Keys, environment: Environment) -> CreatedKey:
    return await keys.create(environment.name, "workspace")


@pytest.fixture
async def api_key(keys: Keys, environment: Environment) -> str:
    return (await keys.create(environment.name, "api")).key


@pytest.fixture
async def workspace_uid(pool: Pool, environment: Environment) -> str:
    return str((await Environments(pool).named(environment.name)).uid)


@pytest.fixture
def suprsend(api: str, workspace: CreatedKey) -> Suprsend:
    """Signs what it sends."""
    return Suprsend(workspace.key, workspace.secret, base_url=api)


@pytest.fixture
def bearer(api: str, api_key: str, workspace_uid: str) -> Suprsend:
    """Sends an API key."""
    return Suprsend.with_workspace_api_key(workspace_uid, api_key, base_url=api)


@pytest.fixture
def rest(api: str, api_key: str) -> Iterator[httpx.Client]:
    """What the SDK cannot send."""
    with httpx.Client(base_url=api, headers={"authorization": f"Bearer {api_key}"}, timeout=30, verify=False) as client:
        yield client


@pytest.fixture(scope="session")
def configuration() -> Configuration:
    """The folder `pushed`, read once: no test changes what it holds."""
    return read_configuration(PUSHED, {})


@pytest.fixture
async def pushed(
    pool: Pool, installation: Installation, environment: Environment, worker: None, configuration: Configuration
) -> dict[str, UUID]:
    """The channels and workflows of the folder `pushed` in the test's environment; channels' ids by key."""
    await deploy(pool, Sealer(installation.master_key()), environment.id, configuration, datetime.now(UTC))
    return {channel.key: channel.id for channel in await channels.all_channels(pool, environment.id)}


@pytest.fixture
def outbox(installation: Installation, environment: Environment) -> Callable[[], list[Path]]:
    """The e-mails that have left, oldest first."""
    folder = installation.data_dir / "outbox" / environment.name
    return lambda: sorted(folder.glob("*.eml"), key=lambda file: file.stat().st_mtime)


@pytest.fixture
async def native(api: str, keys: Keys, environment: Environment) -> AsyncIterator[httpx.Client]:
    """Our own API, on the same environment."""
    key = (await keys.create(environment.name, "secret")).key
    with httpx.Client(base_url=api, headers={"authorization": f"Bearer {key}"}, timeout=30, verify=False) as client:
        yield client
