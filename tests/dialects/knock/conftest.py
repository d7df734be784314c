"""The official SDK against a real server, in an environment of the test's own."""

from collections.abc import Iterator

import httpx
import pytest
from knockapi import Knock

from addressee.directory.keys import Keys
from tests.conftest import Environment


@pytest.fixture
async def secret_key(keys: Keys, environment: Environment) -> str:
    return (await keys.create(environment.name, "secret")).key


@pytest.fixture
async def public_key(keys: Keys, environment: Environment) -> str:
    return (await keys.create(environment.name, "public")).key


@pytest.fixture
def knock(api: str, secret_key: str) -> Iterator[Knock]:
    """Strict: an answer that the SDK's types do not allow fails the test. No retries: a 5xx is seen."""
    with Knock(api_key=secret_key, base_url=api, max_retries=0, _strict_response_validation=True) as client:
        yield client


@pytest.fixture
def http(api: str, secret_key: str) -> Iterator[httpx.Client]:
    """What the SDK cannot send."""
    with httpx.Client(base_url=api, headers={"authorization": f"Bearer {secret_key}"}, timeout=30) as client:
        yield client
