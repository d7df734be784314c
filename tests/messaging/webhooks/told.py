"""Endpoints of tests, and what they are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import asyncpg
import msgspec
from uuid_utils.compat import uuid7

from addressee.database.paging import PageRequest
from addressee.messaging.webhooks.deliveries.deliveries import Deliveries, DeliveryFilter
from addressee.messaging.webhooks.delivering.scheduler import queue_due
from addressee.messaging.webhooks.model import Delivery, Form
from tests.messaging.office import Office

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

ALL = DeliveryFilter()


async def open_endpoint(
    office: Office,
    types: Sequence[str] = ("*",),
    *,
    url: str = "http://127.0.0.1:1/hook",
    form: Form = Form.STANDARD,
    secrets: Sequence[str] = (SECRET,),
) -> UUID:
    """Stores an endpoint, and returns its id."""
    id = uuid7()
    sealed = office.sealer.seal(
        msgspec.json.encode([{"value": secret, "expires_at": None} for secret in secrets]), f"webhook endpoint {id}"
    )
    await office.pool.execute(
        """
        INSERT INTO addressee.webhook_endpoints (
          environment_id, id, url, description, types, form, sealed_secrets, created_at, updated_at
        )
        VALUES ($1, $2, $3, '', $4, $5, $6, $7, $7)
        """,
        office.environment_id,
        id,
        url,
        list(types),
        form,
        sealed,
        office.clock.now(),
    )
    return id


async def told(office: Office, endpoint_id: UUID, filter: DeliveryFilter = ALL) -> list[Delivery]:
    """Returns what an endpoint was told, or is to be told, in the order of what happened."""
    found = await Deliveries(office.pool).list(office.environment_id, endpoint_id, filter, PageRequest(1000))
    return sorted(found.entries, key=lambda delivery: delivery.position)


async def types_told(office: Office, endpoint_id: UUID, filter: DeliveryFilter = ALL) -> list[tuple[str, str]]:
    """Returns whom an endpoint was told of, and what, in the order of what happened."""
    return [(each.recipient.id, each.type) for each in await told(office, endpoint_id, filter)]


async def deliver(office: Office, after: timedelta = timedelta()) -> None:
    """Lets time pass, then delivers what is due."""
    office.clock.move(after)
    await queue_due(office.pool, office.clock.now())
    await office.work()


async def statuses(office: Office, endpoint_id: UUID) -> list[str]:
    return [each.status.value for each in await told(office, endpoint_id)]


async def endpoint_row(office: Office, endpoint_id: UUID) -> asyncpg.Record:
    row = await office.pool.fetchrow("SELECT * FROM addressee.webhook_endpoints WHERE id = $1", endpoint_id)
    assert row is not None
    return row
