"""The outcome of triggers where the API does not show it: runs in the database, e-mails in the outbox."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from addressee.cli.demo.progress import Act
from addressee.database.jobs.queue import queue_state
from addressee.database.pool import Pool
from addressee.database.queries import load

SQL = load(__package__)

PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.1

# The kinds of job that carry a trigger from its start to the last e-mail.
DELIVERING = frozenset({"start", "begin", "begin_large", "advance", "send"})


class Skipped(NamedTuple):
    step: str
    reason: str


async def wait_until_delivered(pool: Pool, environment_id: int, runs: Sequence[UUID], outbox: Path, act: Act) -> None:
    """Waits until no jobs of these runs are left, for a minute at most: results missing then fail a check."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        left = await left_to_deliver(pool)
        act.reach(await completed_runs(pool, environment_id, runs) + len(emails_in(outbox)))
        if not left:
            return
        await asyncio.sleep(POLL_SECONDS)


async def left_to_deliver(pool: Pool) -> int:
    """Returns how many jobs are left that carry triggers on; others are for later."""
    return sum(state.waiting for state in await queue_state(pool) if state.name in DELIVERING)


async def completed_runs(pool: Pool, environment_id: int, runs: Sequence[UUID]) -> int:
    return int(await pool.fetchval(*SQL["count_completed_runs"](environment_id=environment_id, run_ids=runs)))


async def skipped_steps(pool: Pool, environment_id: int, runs: Sequence[UUID]) -> Mapping[str, Skipped]:
    """Returns skipped steps by the ids of the recipients."""
    rows = await pool.fetch(*SQL["skipped_steps"](environment_id=environment_id, run_ids=runs))
    return {row["recipient_id"]: Skipped(row["step"], row["reason"]) for row in rows}


def emails_in(outbox: Path) -> list[Path]:
    return sorted(outbox.glob("*.eml"))


def read_outbox(outbox: Path) -> list[EmailMessage]:
    parsed = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in emails_in(outbox)]
    return [message for message in parsed if isinstance(message, EmailMessage)]
