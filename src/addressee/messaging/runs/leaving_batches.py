"""Items leave open batches: they are cancelled, or the runs that go on for the batches end before these close.

Runs are locked before batches, as everywhere: whoever closes a batch holds its run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.messaging.runs.store import Run
from addressee.messaging.steps.batches.batch import ClosingStep
from addressee.messaging.steps.run import RecipientRun

SQL = load(__package__)


class CancelledRuns(Protocol):
    """The choice of runs to cancel: the parameters of statements, and the names of those that take them."""

    def statement(self, name: str) -> str: ...

    def _asdict(self) -> dict[str, Any]: ...


async def cancel_items(
    connection: Connection, which: CancelledRuns, recipients: Mapping[str, Any], journal: bytes, now: datetime
) -> None:
    """Takes the items of cancelled runs out of their open batches, and holds these until the transaction ends.

    `which` are the runs that are cancelled, `recipients` whose they are.
    """
    where = which._asdict()
    runs = await connection.fetch(*SQL[which.statement("hold_runs_to_cancel")](**where, **recipients))
    held = await connection.fetch(
        *SQL[which.statement("hold_batches_to_cancel")](**where, run_ids=[row["id"] for row in runs])
    )
    if held:
        await connection.execute(
            *SQL[which.statement("cancel_batch_items")](
                **{name: value for name, value in where.items() if name != "workflow"},
                **recipients,
                batch_ids=[row["id"] for row in held],
                journal=journal,
                now=now,
            )
        )


async def close_batches_of_ended(
    connection: Connection, run: Run, before: Sequence[RecipientRun], ended: Sequence[RecipientRun], now: datetime
) -> None:
    """Closes the batches for which runs waited `before` that have ended instead."""
    steps = run.workflow.steps
    waited = {each.id for each in before if each.step < len(steps) and isinstance(steps[each.step], ClosingStep)}
    await abandon_batches(connection, run.environment_id, [each.id for each in ended if each.id in waited], now)


async def abandon_batches(connection: Connection, environment_id: int, run_ids: Sequence[UUID], now: datetime) -> None:
    """Closes the batches of these runs, which others then cannot join any more."""
    if run_ids:
        await connection.execute(*SQL["abandon_batches"](environment_id=environment_id, run_ids=run_ids, now=now))
