"""The hosts that events may be sent to: public ones, and those that the operator has allowed."""

from __future__ import annotations

import os
from collections.abc import Mapping

from addressee.channels.requests.public_hosts import AllowedHosts
from addressee.database.environment_variables import ALLOW_PRIVATE_WEBHOOKS
from addressee.database.errors import SetupError

FLAG = "--allow-private-webhooks"
ADVICE = f"if it is one of yours, name it in {FLAG} ({ALLOW_PRIVATE_WEBHOOKS})"


def webhook_hosts(environment: Mapping[str, str] = os.environ) -> AllowedHosts:
    """Returns the hosts that may be told of events. Raises SetupError for an entry that is no host and no network."""
    try:
        return AllowedHosts.listed(environment.get(ALLOW_PRIVATE_WEBHOOKS, ""), ADVICE)
    except ValueError as error:
        raise SetupError(
            f"{FLAG} must list hosts and networks, like hooks.example.com, 10.0.0.0/8; not {error}."
        ) from None
