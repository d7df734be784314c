"""A receiver of webhooks, and environments whose endpoints tell it."""

from collections.abc import AsyncIterator

import pytest

from tests.support.webhook_receiver import Receiver, receiving


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver
