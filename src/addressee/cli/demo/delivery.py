"""What a trigger led to, where the API does not show it yet: runs in the database, e-mails in the outbox."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from addressee.cli.demo.telling import Act
from addressee.database.jobs.queue import queue_state
from addressee.database.pool import Pool
from addressee.database.queries import load

SQL = load(__package__)

PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.1

# The kinds of job that take a trigger from page to page until its last e-mail has left.
DELIVERING = frozenset({"start", "advance", "send"})


class Skipped(NamedTuple):
    step: str
    reason: str


async def wait_until_delivered(pool: Pool, environment_id: int, runs: Sequence[UUID], outbox: Path, act: Act) -> None:
    """Returns when nothing is left to do for these runs, or after a minute: what is missing then fails a check."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        waiting = sum(state.waiting for state in await queue_state(pool) if state.name in DELIVERING)
        completed = await pool.fetchval(SQL["count_completed_runs"], environment_id, runs)
        act.reach(completed + len(emails_in(outbox)))
        if not waiting:
            return
        await asyncio.sleep(POLL_SECONDS)


async def completed_runs(pool: Pool, environment_id: int, runs: Sequence[UUID]) -> int:
    return int(await pool.fetchval(SQL["count_completed_runs"], environment_id, runs))


async def skipped_steps(pool: Pool, environment_id: int, runs: Sequence[UUID]) -> Mapping[str, Skipped]:
    """By the id of the recipient."""
    rows = await pool.fetch(SQL["skipped_steps"], environment_id, runs)
    return {row["recipient_id"]: Skipped(row["step"], row["reason"]) for row in rows}


def emails_in(outbox: Path) -> list[Path]:
    return sorted(outbox.glob("*.eml"))


def read_outbox(outbox: Path) -> list[EmailMessage]:
    parsed = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in emails_in(outbox)]
    return [message for message in parsed if isinstance(message, EmailMessage)]
