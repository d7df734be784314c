"""The backlog of webhooks: deliveries that are overdue, as the metrics show them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from addressee.database.pool import Pool
from addressee.database.queries import load

SQL = load(__package__)


class OverdueEndpoint(NamedTuple):
    """An endpoint that is still to be told of something, and for how long that has been due."""

    environment: str
    endpoint_id: UUID
    seconds: float


async def overdue_endpoints(pool: Pool, now: datetime) -> Sequence[OverdueEndpoint]:
    return [OverdueEndpoint(*row) for row in await pool.fetch(*SQL["overdue_deliveries"](now=now))]
