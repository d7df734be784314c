"""Pages as a browser gets them, in an environment with channels, categories and a workflow (the folder `pushed`)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest

from addressee.database.installation import Installation
from addressee.database.paging import PageRequest
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.access.keys import Keys
from addressee.directory.access.link_tokens import Purpose, link_to
from addressee.directory.access.links import Links, path_of
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Identify
from addressee.directory.recipient import USERS, Document, Place
from addressee.directory.writing.writes import Write
from addressee.messaging.feeds.feed import FeedFilter
from addressee.messaging.messaging import Messaging
from addressee.messaging.workflows.configuration import Configuration, read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from tests.conftest import Environment
from tests.support.waiting import until

PUSHED = Path(__file__).parent / "pushed"

MakeLink: TypeAlias = Callable[..., Awaitable[str]]
Store: TypeAlias = Callable[..., Awaitable[None]]
Tell: TypeAlias = Callable[..., Awaitable[None]]


@pytest.fixture(scope="session")
def configuration() -> Configuration:
    """The folder `pushed`, read once: no test changes what it holds."""
    return read_configuration(PUSHED, {})


@pytest.fixture
async def pushed(
    pool: Pool, installation: Installation, environment: Environment, configuration: Configuration
) -> None:
    await deploy(pool, Sealer(installation.master_key()), environment.id, configuration, datetime.now(UTC))


@pytest.fixture
def directory(pool: Pool) -> Directory:
    return Directory(pool)


@pytest.fixture
def store(directory: Directory, environment: Environment) -> Store:
    """Stores a user, or a tenant, with these attributes."""

    async def store(id: str, collection: str = USERS, **attributes: Any) -> None:
        await directory.write(Write(Place(environment.id, collection, id), (Identify(attributes),)))

    return store


@pytest.fixture
def link(pool: Pool, installation: Installation, directory: Directory, environment: Environment) -> MakeLink:
    """Makes the path of a link of a user, who is stored if need be."""
    links = Links(pool, Sealer(installation.master_key()))

    async def make(purpose: Purpose = Purpose.PREFERENCES, user: str = "ada", **within: Any) -> str:
        place = Place(environment.id, USERS, user)
        if await directory.read(place) is None:
            await directory.write(Write(place, (Identify({"name": "Ada Lovelace"}),)))
        found = await directory.read(place)
        assert found is not None
        link = link_to(purpose, found.identity, within.pop("expires_at", None), **within)
        return path_of(purpose, (await links.key(environment.id)).token(link))

    return make


@pytest.fixture
async def preferences(directory: Directory, environment: Environment) -> Callable[[], Awaitable[Document]]:
    """Reads the preference sets of Ada as they are stored."""

    async def read() -> Document:
        found = await directory.read(Place(environment.id, USERS, "ada"))
        assert found is not None
        return found.preferences

    return read


@pytest.fixture
async def browser(api: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without JavaScript, which goes where it is sent."""
    async with httpx.AsyncClient(base_url=api, follow_redirects=True, timeout=30, verify=False) as client:
        yield client


@asynccontextmanager
async def telling(api: str, keys: Keys, environment: Environment, directory: Directory) -> AsyncIterator[Tell]:
    """Yields a function that has the workflow tell a user something, and waits for it to be in the inbox."""
    key = (await keys.create(environment.name, "secret")).key
    messaging = Messaging.from_directory(directory)

    async def count(user: str) -> int:
        channel = await messaging.channels.feed(environment.id, "in-app")
        assert channel is not None
        place = Place(environment.id, USERS, user)
        return (await messaging.feeds.read(place, channel.id, FeedFilter(), PageRequest(1))).total

    async with httpx.AsyncClient(
        base_url=api, headers={"authorization": f"Bearer {key}"}, timeout=30, verify=False
    ) as client:

        async def tell(text: str, user: str = "ada", tenant: str | None = None, **data: Any) -> None:
            before = await count(user)
            asked = {"recipients": [user], "data": {"text": text, **data}, "tenant": tenant}
            answer = await client.post("/v1/workflows/note/trigger", json=asked)
            assert answer.status_code == 200, answer.text

            async def has_come() -> bool:
                return await count(user) == before + 1

            await until(has_come)

        yield tell
