"""Databases that a test may spoil."""

from collections.abc import AsyncIterator

import pytest

from addressee.database.target import Target
from tests.support.servers import fresh_database


@pytest.fixture
async def empty(target: Target) -> AsyncIterator[Target]:
    """A database without anything in it."""
    async with fresh_database(target) as target:
        yield target
