"""The events of a message that a provider tells later: its status, and what a failure says about its number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from addressee.channels.callback import EventKind, ProviderEvent
from addressee.channels.sender import Failure


def status_events(
    kind: EventKind,
    failure: Failure | None,
    *,
    provider_id: str | None,
    send_id: str | None = None,
    at: datetime | None = None,
    address: str | None = None,
    reason: str = "",
) -> Iterator[ProviderEvent]:
    """Yields the status of a message. `failure` is what its error code means, as in the answers of the provider."""
    kinds = [kind]
    if kind is EventKind.UNDELIVERED and failure is Failure.BOUNCED:
        kinds = [EventKind.BOUNCED]
    if kind is EventKind.UNDELIVERED and failure is Failure.OPTED_OUT:
        kinds = [kind, EventKind.OPTED_OUT]
    for each in kinds:
        yield ProviderEvent(kind=each, provider_id=provider_id, send_id=send_id, at=at, address=address, reason=reason)
