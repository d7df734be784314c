"""Channels with stand-ins."""

import pytest

from tests.messaging.delivery.failover.scripted import Scripted, scripted
from tests.messaging.office import Office


@pytest.fixture
def channels(office: Office, monkeypatch: pytest.MonkeyPatch) -> Scripted:
    return scripted(office, monkeypatch)
