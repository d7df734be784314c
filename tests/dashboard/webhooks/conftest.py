"""Webhooks of a fresh environment."""

from __future__ import annotations

import pytest

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.directory import Directory
from addressee.messaging.messaging import Messaging
from addressee.messaging.webhooks.endpoints.endpoints import Endpoints, NewEndpoint, SignedEndpoint
from tests.conftest import Environment

URL = "https://example.com/hook"
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def endpoints(pool: Pool, installation: Installation) -> Endpoints:
    directory = Directory(pool, sealer=lambda: Sealer(installation.master_key()))
    return Messaging.from_directory(directory).webhook_endpoints


@pytest.fixture
async def crm(endpoints: Endpoints, environment: Environment) -> SignedEndpoint:
    new = NewEndpoint(URL, ("message.sent", "recipient.*"), f"The CRM {HOSTILE}")
    return await endpoints.create(environment.id, new)
