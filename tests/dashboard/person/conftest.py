"""Recipients whose pages are tested; a client of the native API there, and a workflow to send something by."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import pytest

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Edit, Identify
from addressee.directory.recipient import USERS, Place, Recipient
from addressee.directory.writing.writes import Write
from tests.conftest import Environment
from tests.dialects.native.conftest import http, welcome

__all__ = ["http", "welcome"]

Add: TypeAlias = Callable[..., Awaitable[Recipient]]


@pytest.fixture
def directory(pool: Pool, installation: Installation) -> Directory:
    return Directory(pool, sealer=lambda: Sealer(installation.master_key()))


@pytest.fixture
def add(directory: Directory, environment: Environment) -> Add:
    """Adds a recipient, or edits it; without edits it is there, and no more."""

    async def write(id: str, *edits: Edit, collection: str = USERS) -> Recipient:
        place = Place(environment.id, collection, id)
        written = await directory.write(Write(place, edits or (Identify(),)))
        assert written.recipient is not None
        return written.recipient

    return write
