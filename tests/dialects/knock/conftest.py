"""The official SDK against a real server, in an environment of the test's own."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from knockapi import DefaultHttpxClient, Knock

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.access.keys import Keys
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import SetPreferences
from addressee.directory.recipient import TENANTS, Place
from addressee.directory.writing.writes import Write
from addressee.messaging.environment import channels
from addressee.messaging.workflows.configuration import Configuration, read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from addressee.preferences.sets import MEMBERS
from tests.conftest import Environment
from tests.dialects.knock.test_workflows import messages, wait_for_messages

WORKFLOWS = Path(__file__).parent / "pushed"


@pytest.fixture
async def secret_key(keys: Keys, environment: Environment) -> str:
    return (await keys.create(environment.name, "secret")).key


@pytest.fixture
async def public_key(keys: Keys, environment: Environment) -> str:
    return (await keys.create(environment.name, "public")).key


@pytest.fixture
def knock(api: str, secret_key: str) -> Iterator[Knock]:
    """Strict: an answer that the SDK's types do not allow fails the test. No retries: a 5xx is seen."""
    with Knock(
        api_key=secret_key,
        base_url=api,
        max_retries=0,
        http_client=DefaultHttpxClient(verify=False),
        _strict_response_validation=True,
    ) as client:
        yield client


@pytest.fixture
def http(api: str, secret_key: str) -> Iterator[httpx.Client]:
    """What the SDK cannot send."""
    with httpx.Client(
        base_url=api, headers={"authorization": f"Bearer {secret_key}"}, timeout=30, verify=False
    ) as client:
        yield client


@pytest.fixture(scope="session")
def configuration() -> Configuration:
    """The folder `pushed`, read once: no test changes what it holds."""
    return read_configuration(WORKFLOWS, {})


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
def ids(knock: Knock, pushed: dict[str, UUID]) -> list[str]:
    """Ada's three in-app messages, newest first; Bob wrote them."""
    knock.users.update("ada", name="Ada")
    knock.users.update("bob", name="Bob")
    for number in range(3):
        knock.workflows.trigger("new-comment", recipients=["ada"], actor="bob", data={"thread": number, "kind": "x"})
        wait_for_messages(knock, "ada", number + 1)
    return [message.id for message in messages(knock, "ada")]


@pytest.fixture
async def tenant_default(pool: Pool, environment: Environment) -> Callable[[str, dict[str, Any]], Any]:
    async def store(tenant: str, document: dict[str, Any]) -> None:
        edit = SetPreferences(MEMBERS, document)
        await Directory(pool).write(Write(Place(environment.id, TENANTS, tenant), (edit,)))

    return store
