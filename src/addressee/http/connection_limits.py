"""The configuration of lasting connections: their limits, and the proxies before the service."""

from __future__ import annotations

import os
from collections.abc import Mapping

from addressee.api.live.client_addresses import TrustedProxies
from addressee.api.live.connections import Connections, Limits
from addressee.database.environment_variables import CONNECTIONS_PER_ADDRESS, CONNECTIONS_PER_KEY, TRUSTED_PROXIES
from addressee.database.errors import SetupError

DEFAULTS = Limits()


def configured_connections(environment: Mapping[str, str] = os.environ) -> Connections:
    """Returns connections within the limits that are set. Raises SetupError for what is no limit, or no proxy."""
    limits = Limits(
        limit_of(environment, CONNECTIONS_PER_ADDRESS, DEFAULTS.per_address),
        limit_of(environment, CONNECTIONS_PER_KEY, DEFAULTS.per_key),
    )
    try:
        return Connections(limits, TrustedProxies.listed(environment.get(TRUSTED_PROXIES, "")))
    except ValueError as error:
        raise SetupError(
            f"{TRUSTED_PROXIES} must list addresses and networks, like 127.0.0.1, 10.0.0.0/8; not {error}."
        ) from None


def limit_of(environment: Mapping[str, str], name: str, default: int) -> int:
    given = environment.get(name)
    if not given:
        return default
    if not (given.isascii() and given.isdigit() and int(given) > 0):
        raise SetupError(f"{name} must be a number from 1 on, not {given!r}.")
    return int(given)
