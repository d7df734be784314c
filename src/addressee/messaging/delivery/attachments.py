"""Reads the attachments of messages that are about to be sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.messaging.delivery.sends import ClaimedSend
from addressee.messaging.runs.model import RunPage

SQL = load(__package__)


async def read_attachments(pool: Pool, page: RunPage, sends: Iterable[ClaimedSend]) -> Mapping[UUID, bytes]:
    """Returns the contents of the attachments of these sends' messages, by their ids."""
    ids = {id for send in sends for id in send.content.attached}
    if not ids:
        return {}
    rows = await pool.fetch(*SQL["attachments"](environment_id=page.environment_id, run_id=page.run_id, ids=list(ids)))
    return {row["id"]: row["content"] for row in rows}
