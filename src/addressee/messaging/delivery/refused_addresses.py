"""Refused addresses: those that providers have learnt not to write to are suppressed (docs/decisions/0031)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from addressee.database.pool import Pool
from addressee.messaging.delivery.sends import SendAttempt
from addressee.messaging.messages.status import OPTED_OUT, Status
from addressee.messaging.suppressions.model import Reason, suppresses, suppression_of
from addressee.messaging.suppressions.suppressions import add_suppressions


async def suppress_refused(pool: Pool, environment_id: int, attempts: Iterable[SendAttempt], now: datetime) -> None:
    """Suppresses the addresses that these attempts show to be refused. One that a crash leaves out is refused again."""
    entries = [
        suppression_of(
            each.send.address,
            reason,
            now,
            details=(each.changes[-1].data or {}).get("failure_details"),
            channel_id=each.send.channel_id,
            message_id=each.send.message_id,
        )
        for each in attempts
        if (reason := refusal_of(each)) is not None
    ]
    if entries:
        async with pool.acquire() as connection, connection.transaction():
            await add_suppressions(connection, environment_id, entries)


def refusal_of(attempt: SendAttempt) -> Reason | None:
    """Returns the reason to suppress the address of an attempt, None without one."""
    last = attempt.changes[-1]
    reason = None
    if last.status is Status.BOUNCED:
        reason = Reason.BOUNCED
    elif (last.data or {}).get("failure_reason") == OPTED_OUT:
        reason = Reason.OPTED_OUT
    return reason if reason is not None and suppresses(attempt.send.address.kind, reason) else None
