import pytest

from tests.database.jobs.counting import Counting


@pytest.fixture
def count() -> Counting:
    return Counting()
