"""The public variables of an environment: templates and feeds see them as `vars`."""

from __future__ import annotations

import msgspec

from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.recipient import Document

SQL = load(__package__)


async def read_variables(database: Pool | Connection, environment_id: int) -> Document:
    document: bytes | None = await database.fetchval(SQL["variables"], environment_id)
    return {} if document is None else msgspec.json.decode(document)
