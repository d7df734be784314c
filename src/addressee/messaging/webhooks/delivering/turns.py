"""Turns: the deliveries of an endpoint that a job has claimed, with its pace, which all workers share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from prometheus_client import Counter

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.messaging.webhooks.delivering.events import Event, EventForm
from addressee.messaging.webhooks.delivering.outcomes import Tried, is_too_old
from addressee.messaging.webhooks.delivering.pacing import Pace, Result, after
from addressee.messaging.webhooks.delivering.requests import OpenEndpoint
from addressee.messaging.webhooks.model import Delivery, DeliveryStatus, DisabledFor

if TYPE_CHECKING:
    import asyncpg

SQL = load(__package__)

DISABLED = Counter("addressee_webhook_endpoints_disabled", "Endpoints that were disabled as they failed", ["reason"])

log = structlog.get_logger()


class Turn:
    """Deliveries that were claimed of an endpoint together, and what has come of them, by their positions.

    `pace` is how it goes with the endpoint by what is known here, `stored_pace` by what was recorded.
    """

    def __init__(
        self, environment_id: int, endpoint: OpenEndpoint, pace: Pace, claimed: Sequence[Delivery], until: datetime
    ) -> None:
        self.environment_id = environment_id
        self.endpoint = endpoint
        self.pace = self.stored_pace = pace
        self.claimed = claimed
        self.claimed_until = until
        self.events: dict[int, tuple[Event, bytes]] = {}
        self.settled: dict[int, DeliveryStatus] = {}
        self.tried: dict[int, Tried] = {}


def prepare(turn: Turn, events: Mapping[UUID, Event], now: datetime) -> None:
    """Writes the bodies of what a turn tells, and settles the deliveries of which nothing is told."""
    for delivery in turn.claimed:
        event = events.get(delivery.id)
        if is_too_old(delivery, now):
            turn.settled[delivery.position] = DeliveryStatus.FAILED
        elif event is None:
            turn.settled[delivery.position] = DeliveryStatus.DROPPED
        else:
            body = body_or_status(turn.endpoint.form, event, delivery)
            if isinstance(body, DeliveryStatus):
                turn.settled[delivery.position] = body
            else:
                turn.events[delivery.position] = event, body


def body_or_status(form: EventForm, event: Event, delivery: Delivery) -> bytes | DeliveryStatus:
    """Returns the body of an event, or what its delivery becomes without one."""
    try:
        body = form.body(event)
    except Exception as error:
        # One that cannot be written must not keep all others waiting for ever.
        log.error("webhook cannot be written", delivery_id=str(delivery.id), reason=type(error).__name__)
        return DeliveryStatus.FAILED
    return DeliveryStatus.DROPPED if body is None else body


async def record_pace(connection: Connection, turn: Turn, results: Sequence[Result], now: datetime) -> None:
    """Stores what results say of an endpoint, and tells the operator if it is disabled."""
    if turn.stored_pace == Pace() and all(result.is_success for result in results):
        return
    key = {"environment_id": turn.environment_id, "id": turn.endpoint.id, "now": now}
    row = await connection.fetchrow(*SQL["lock_pace"](**key))
    if row is None:
        return
    before = pace_from(row)
    turn.stored_pace = pace = after(before, results, now)
    if pace == before:
        return
    await connection.execute(
        *SQL["store_pace"](
            **key,
            failing_since=pace.failing_since,
            failures=pace.failures,
            paused_until=pace.paused_until,
            disabled_for=pace.disabled_for,
        )
    )
    if pace.disabled_for is not None and before.disabled_for is None:
        notice(turn.environment_id, turn.endpoint.id, pace.disabled_for)


def pace_from(row: asyncpg.Record) -> Pace:
    reason = row["disabled_for"]
    return Pace(
        row["failing_since"], row["failures"], row["paused_until"], None if reason is None else DisabledFor(reason)
    )


def notice(environment_id: int, endpoint_id: UUID, reason: DisabledFor) -> None:
    DISABLED.labels(reason.value).inc()
    log.warning(
        "webhook endpoint disabled",
        environment_id=environment_id,
        endpoint_id=str(endpoint_id),
        reason=reason.value,
    )
