"""The hosts that the fetch steps of workflows may ask: public ones, and those that the operator has named."""

from __future__ import annotations

import os
from collections.abc import Mapping

from addressee.channels.requests.public_hosts import AllowedHosts
from addressee.database.environment_variables import PRIVATE_HOSTS
from addressee.database.errors import SetupError

ADVICE = f"if workflows may ask it, name it in {PRIVATE_HOSTS}"


def fetchable_hosts(environment: Mapping[str, str] = os.environ) -> AllowedHosts:
    """Returns the hosts that may be asked. Raises SetupError for an entry that is neither a host nor a network."""
    try:
        return AllowedHosts.listed(environment.get(PRIVATE_HOSTS, ""), ADVICE)
    except ValueError as error:
        raise SetupError(
            f"{PRIVATE_HOSTS} must list hosts and networks, like inside.example.com, 10.0.0.0/8; not {error}."
        ) from None
