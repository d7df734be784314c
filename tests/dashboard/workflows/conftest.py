"""Folders of workflows, pushed to the environment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

import pytest

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from tests.conftest import Environment
from tests.messaging.office import IN_APP, OUTBOX, write_files

Push: TypeAlias = Callable[[Mapping[str, str]], Awaitable[None]]

CHANNELS = {
    "channels/in-app.yaml": IN_APP,
    "channels/email.yaml": OUTBOX,
    "channels/sms.yaml": (
        "type: sms\nprovider: twilio\n"
        "settings: {account_sid: AC00000000000000000000000000000000, auth_token: token, from: '+15005550006'}"
    ),
}


@pytest.fixture
def push(pool: Pool, installation: Installation, environment: Environment, tmp_path: Path) -> Push:
    """Pushes files besides those of three channels."""

    async def deploy_files(files: Mapping[str, str]) -> None:
        configuration = read_configuration(write_files(tmp_path, {**CHANNELS, **files}), {})
        await deploy(pool, Sealer(installation.master_key()), environment.id, configuration, datetime.now(UTC))

    return deploy_files
