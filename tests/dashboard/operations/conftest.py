"""Channels and workflows in the environment of the operators."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import pytest

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from tests.conftest import Environment
from tests.messaging.office import Office
from tests.support.clock import MovedClock

Push: TypeAlias = Callable[[Mapping[str, str]], Awaitable[None]]


@pytest.fixture
def office(pool: Pool, installation: Installation, environment: Environment, tmp_path: Path) -> Office:
    """Messaging in the environment, whose channels the API can open."""
    return Office(pool, environment.id, tmp_path, MovedClock(), Sealer(installation.master_key()))


@pytest.fixture
def push(office: Office) -> Push:
    """Pushes files into the environment."""

    async def push(files: Mapping[str, str]) -> None:
        await office.push(files)

    return push
