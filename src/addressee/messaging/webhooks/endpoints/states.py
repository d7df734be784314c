"""The state of an endpoint, in a word. Pure."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from addressee.messaging.webhooks.model import Endpoint


class EndpointState(StrEnum):
    """`failing`: deliveries failed, and are tried again; `paused`: none is tried for a while, as all failed."""

    OK = "ok"
    FAILING = "failing"
    PAUSED = "paused"
    DISABLED = "disabled"


def state_of(endpoint: Endpoint, now: datetime) -> EndpointState:
    if endpoint.disabled_at is not None:
        return EndpointState.DISABLED
    if endpoint.failing_since is None:
        return EndpointState.OK
    is_paused = endpoint.paused_until is not None and endpoint.paused_until > now
    return EndpointState.PAUSED if is_paused else EndpointState.FAILING
