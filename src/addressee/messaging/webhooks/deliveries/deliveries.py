"""Deliveries as they are read: what an endpoint was told, and is still to be told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from addressee.database.paging import Page, PageRequest, build_page
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.recipient import BITS_BELOW_TIME, EPOCH, Identity, Place
from addressee.messaging.webhooks.model import Delivery, DeliveryAttempt, DeliveryHistory, DeliveryStatus

SQL = load(__package__)

FIRST_ID, LAST_ID = UUID(int=0), UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """A filter of lists of deliveries; a field that is not given does not limit them.

    `since` is included, `until` is not.
    """

    statuses: Collection[DeliveryStatus] = ()
    types: Collection[str] = ()
    recipient: Place | None = None
    since: datetime | None = None
    until: datetime | None = None


class Deliveries:
    """Reads deliveries of all environments."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def list(
        self, environment_id: int, endpoint_id: UUID, filter: DeliveryFilter, page: PageRequest[UUID]
    ) -> Page[Delivery]:
        """Returns deliveries of an endpoint, newest first."""
        rows = await self._pool.fetch(
            *SQL[access_path(filter)](
                environment_id=environment_id,
                endpoint_id=endpoint_id,
                statuses=filter.statuses or None,
                types=filter.types or None,
                **recipient_parameters(filter),
                **page_parameters(filter, page),
            )
        )
        return build_page([delivery_from(environment_id, row) for row in rows], page, lambda delivery: delivery.id)

    async def get(self, environment_id: int, endpoint_id: UUID, id: UUID) -> DeliveryHistory | None:
        """Returns a delivery with its attempts, None when the endpoint has no such delivery."""
        row = await self._pool.fetchrow(*SQL["delivery"](environment_id=environment_id, endpoint_id=endpoint_id, id=id))
        if row is None:
            return None
        attempts = await self._pool.fetch(
            *SQL["attempts_of_delivery"](
                environment_id=environment_id, recipient_id=row["recipient_id"], delivery_id=id
            )
        )
        return DeliveryHistory(delivery_from(environment_id, row), [DeliveryAttempt(*each) for each in attempts])


def access_path(filter: DeliveryFilter) -> str:
    """Returns the statement whose index leaves the fewest deliveries to look at."""
    if filter.recipient is not None:
        return "deliveries_of_recipient"
    return "failed_deliveries" if set(filter.statuses) == {DeliveryStatus.FAILED} else "deliveries"


def recipient_parameters(filter: DeliveryFilter) -> dict[str, Any]:
    if filter.recipient is None:
        return {}
    return {"collection": filter.recipient.collection, "recipient_id": filter.recipient.id}


def page_parameters(filter: DeliveryFilter, page: PageRequest[UUID]) -> dict[str, Any]:
    """Returns the bounds of a page. An index is read from one of them, so the start is within the period already."""
    first = FIRST_ID if filter.since is None else first_id_of(filter.since)
    last = LAST_ID if filter.until is None else first_id_of(filter.until)
    if page.backwards:
        # The first of the period may be on the page.
        start = max(page.before or FIRST_ID, UUID(int=max(first.int - 1, 0)))
    else:
        start = min(page.after or LAST_ID, last)
    return {
        "backwards": page.backwards,
        "start_id": start,
        "first_id": first,
        "last_id": last,
        "limit": page.size + 1,
    }


def first_id_of(at: datetime) -> UUID:
    """Returns the id before those of all deliveries of a time: ids begin with milliseconds."""
    milliseconds = (at - EPOCH) // timedelta(milliseconds=1)
    return UUID(int=max(milliseconds, 0) << BITS_BELOW_TIME)


def delivery_from(environment_id: int, row: asyncpg.Record) -> Delivery:
    return Delivery(
        id=row["id"],
        endpoint_id=row["endpoint_id"],
        position=row["position"],
        type=row["type"],
        recipient=Identity(environment_id, row["collection"], row["recipient_id"], row["uid"]),
        subject=msgspec.json.decode(row["subject"]),
        occurred_at=row["occurred_at"],
        status=DeliveryStatus(row["status"]),
        attempts=row["attempts"],
        due_at=row["due_at"],
        again_at=row["again_at"],
    )
