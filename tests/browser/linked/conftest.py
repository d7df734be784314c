"""The pages that signed links open, in an environment with channels, categories and a workflow."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from addressee.directory.access.keys import Keys
from addressee.directory.access.link_tokens import Purpose
from addressee.directory.directory import Directory
from addressee.directory.recipient import TENANTS
from tests.conftest import Environment
from tests.pages.conftest import (
    MakeLink,
    Store,
    Tell,
    configuration,
    directory,
    link,
    preferences,
    pushed,
    store,
    telling,
)

__all__ = ["configuration", "directory", "link", "preferences", "pushed", "store"]


@pytest.fixture
async def tell(
    api: str, keys: Keys, environment: Environment, directory: Directory, pushed: None, worker: None
) -> AsyncIterator[Tell]:
    async with telling(api, keys, environment, directory) as tell:
        yield tell


@pytest.fixture
def address(api: str, link: MakeLink) -> MakeLink:
    """Makes the address of a page."""

    async def make(purpose: Purpose = Purpose.PREFERENCES, user: str = "ada", **within: object) -> str:
        return api + await link(purpose, user, **within)

    return make


@pytest.fixture
async def acme(store: Store) -> str:
    """A tenant with a colour on which white cannot be read, and that cannot be read on white."""
    await store("acme", TENANTS, name="Acme", branding={"primary_color": "#ffd34d"})
    return "acme"
