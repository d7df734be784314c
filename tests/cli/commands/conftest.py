"""A database for commands."""

from collections.abc import AsyncIterator

import pytest

from addressee.database.environment_variables import DATABASE_URL
from addressee.database.installation import Installation
from addressee.database.target import Target
from tests.support import command
from tests.support.servers import fresh_database, url_of


@pytest.fixture
async def database_url(
    installation: Installation, target: Target, template: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[str]:
    """A migrated database that the test's commands use; without, each of them starts an embedded server and ends it."""
    async with fresh_database(target, template) as database:
        url = url_of(installation, database)
        monkeypatch.setitem(command.VARIABLES, DATABASE_URL, url)
        yield url
