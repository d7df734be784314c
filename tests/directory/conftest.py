"""A directory on the tests' database, with a clock that stands still."""

import pytest

from addressee.database.pool import Pool
from addressee.directory.directory import Directory
from tests.support.clock import MovedClock


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def directory(pool: Pool, clock: MovedClock) -> Directory:
    return Directory(pool, clock)
