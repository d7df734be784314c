"""The official SDK against a real server, in an environment of the test's own."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import httpx
import knockapi
import pytest
from knockapi import Knock
from notiflows import APIStatusError, AsyncNotiflows, DefaultAsyncHttpxClient, DefaultHttpxClient, Notiflows

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.access.keys import Keys
from addressee.messaging.environment import channels
from addressee.messaging.workflows.configuration import Configuration, read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from tests.channels.cases import apns
from tests.conftest import Environment
from tests.support.signing import sign, use_shared_key

PUSHED = Path(__file__).parent / "pushed"

Acting = Callable[[str], httpx.Client]


class Pair(NamedTuple):
    public: str
    secret: str

    @property
    def headers(self) -> dict[str, str]:
        return {"x-notiflows-api-key": self.public, "x-notiflows-secret-key": self.secret}


@pytest.fixture
async def pair(keys: Keys, environment: Environment) -> Pair:
    public, secret = [await keys.create(environment.name, kind) for kind in ("public", "secret")]
    return Pair(public.key, secret.key)


@pytest.fixture
def notiflows(api: str, pair: Pair) -> Iterator[Notiflows]:
    """Checks what comes back."""
    with Notiflows(
        api_key=pair.public,
        secret=pair.secret,
        base_url=f"{api}/admin/v1",
        max_retries=0,
        http_client=DefaultHttpxClient(verify=False),
        _strict_response_validation=True,
    ) as client:
        yield client


@pytest.fixture
async def asynchronous(api: str, pair: Pair) -> AsyncIterator[AsyncNotiflows]:
    """The same for asyncio."""
    async with AsyncNotiflows(
        api_key=pair.public,
        secret=pair.secret,
        base_url=f"{api}/admin/v1",
        max_retries=0,
        http_client=DefaultAsyncHttpxClient(verify=False),
        _strict_response_validation=True,
    ) as client:
        yield client


@pytest.fixture
def rest(api: str, pair: Pair) -> Iterator[httpx.Client]:
    """What the SDK cannot send, to the whole origin."""
    with httpx.Client(base_url=api, headers=pair.headers, timeout=30, verify=False) as client:
        yield client


@pytest.fixture
def knock(api: str, pair: Pair) -> Iterator[Knock]:
    """Knock's client in the same environment: the secret key serves it too."""
    with Knock(
        api_key=pair.secret,
        base_url=api,
        max_retries=0,
        http_client=knockapi.DefaultHttpxClient(verify=False),
        _strict_response_validation=True,
    ) as client:
        yield client


@pytest.fixture
async def acting(api: str, pool: Pool, pair: Pair, environment: Environment) -> AsyncIterator[Acting]:
    """Clients of the User API, each for the user with this id, who must be there by the time it calls."""
    signing_key = await use_shared_key(pool, environment.name)
    with ExitStack() as opened:

        def client(user_id: str) -> httpx.Client:
            headers = {"x-notiflows-api-key": pair.public, "x-notiflows-user-key": user_token(signing_key, user_id)}
            return opened.enter_context(httpx.Client(base_url=api, headers=headers, timeout=30, verify=False))

        yield client


def details(error: APIStatusError) -> Any:
    """What an error says besides its code and its message."""
    assert isinstance(error.body, dict)
    return error.body["error"]["details"]


def user_token(signing_key: str, user_id: str, **claims: Any) -> str:
    now = int(time.time())
    return sign({"sub": user_id, "iat": now, "exp": now + 3600, **claims}, signing_key)


@pytest.fixture(scope="session")
def configuration() -> Configuration:
    """The folder `pushed`, read once: no test changes what it holds."""
    return read_configuration(PUSHED, apns.ENVIRONMENT)


@pytest.fixture
async def pushed(
    pool: Pool, installation: Installation, environment: Environment, worker: None, configuration: Configuration
) -> dict[str, UUID]:
    """The channels and workflows of the folder `pushed` in the test's environment; channels' ids by key."""
    await deploy(pool, Sealer(installation.master_key()), environment.id, configuration, datetime.now(UTC))
    return {channel.key: channel.id for channel in await channels.all_channels(pool, environment.id)}
