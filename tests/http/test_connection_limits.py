"""Limits of sockets and streams, as the operator sets them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from addressee.database.errors import SetupError
from addressee.http.connection_limits import configured_connections

PER_ADDRESS, PER_KEY = "ADDRESSEE_CONNECTIONS_PER_ADDRESS", "ADDRESSEE_CONNECTIONS_PER_KEY"
PROXIES = "ADDRESSEE_TRUSTED_PROXIES"


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({PER_ADDRESS: "0"}, "ADDRESSEE_CONNECTIONS_PER_ADDRESS must be a number from 1 on, not '0'"),
        ({PER_KEY: "many"}, "ADDRESSEE_CONNECTIONS_PER_KEY must be a number from 1 on, not 'many'"),
        ({PROXIES: "proxy"}, "ADDRESSEE_TRUSTED_PROXIES must list addresses and networks, .* not 'proxy'"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(environment: Mapping[str, str], says: str) -> None:
    with pytest.raises(SetupError, match=says):
        configured_connections(environment)


def test_nothing_has_to_be_set() -> None:
    configured_connections({PER_ADDRESS: "", PROXIES: ""})
