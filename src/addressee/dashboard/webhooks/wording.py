"""Words for the states of webhooks and deliveries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from addressee.messaging.webhooks.endpoints.states import EndpointState
from addressee.messaging.webhooks.model import DeliveryAttempt, DeliveryStatus, DisabledFor, Form


class Shown(NamedTuple):
    """A badge: its text and its tone."""

    text: str
    tone: str


STATES: Mapping[EndpointState, Shown] = {
    EndpointState.OK: Shown("OK", "good"),
    EndpointState.FAILING: Shown("Failing", "bad"),
    EndpointState.PAUSED: Shown("Paused", "bad"),
    EndpointState.DISABLED: Shown("Disabled", ""),
}

DISABLED_FOR: Mapping[DisabledFor, str] = {
    DisabledFor.BY_HAND: "somebody disabled it",
    DisabledFor.GONE: "it answered 410: it is gone",
    DisabledFor.FAILING: "nothing arrived for days",
}

STATUSES: Mapping[DeliveryStatus, Shown] = {
    DeliveryStatus.PENDING: Shown("Waiting", "busy"),
    DeliveryStatus.DELIVERED: Shown("Delivered", "good"),
    DeliveryStatus.FAILED: Shown("Failed", "bad"),
    DeliveryStatus.DROPPED: Shown("Dropped", ""),
}

FORM_NAMES: Mapping[Form, str] = {
    Form.STANDARD: "Standard Webhooks",
    Form.KNOCK: "Knock’s outgoing webhooks",
}


def is_taken(attempt: DeliveryAttempt) -> bool:
    """Returns whether a receiver has taken what it was told."""
    return attempt.status is not None and attempt.status in range(200, 300)
