"""Deliveries of webhooks as they are stored, for tests of what shows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from addressee.database.pool import Pool
from addressee.directory.recipient import USERS

# Nothing is so old that maintenance deletes it while a test looks at it.
AT = datetime(2099, 3, 1, 12, tzinfo=UTC)


async def store_delivery(
    pool: Pool,
    environment_id: int,
    webhook_id: UUID,
    *,
    recipient: str = "ada",
    type: str = "recipient.updated",
    status: str = "delivered",
    at: datetime = AT,
    attempts: Sequence[tuple[int | None, str]] = ((200, "OK"),),
) -> UUID:
    """Stores a delivery with its attempts, a minute apart, by status and answer. Returns its id."""
    id: UUID = await pool.fetchval(
        """
        INSERT INTO addressee.webhook_deliveries (
          environment_id, recipient_id, endpoint_id, collection, uid, type, subject, occurred_at, status, attempts,
          due_at
        )
        VALUES ($1, $2, $3, $4, $5, $6, '{}', $7, $8, $9, CASE WHEN $8 = 'pending' THEN $10::timestamptz END)
        RETURNING id
        """,
        environment_id,
        recipient,
        webhook_id,
        USERS,
        UUID(int=1),
        type,
        at,
        status,
        len(attempts),
        datetime(2999, 1, 1, tzinfo=UTC),
    )
    for number, (answered, answer) in enumerate(attempts, start=1):
        await pool.execute(
            "INSERT INTO addressee.webhook_attempts VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            environment_id,
            recipient,
            id,
            number,
            at + timedelta(minutes=number),
            40 + number,
            answered,
            answer,
        )
    return id
