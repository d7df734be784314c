"""Audiences in the database: what they say now. Members who are added stand in the directory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.messaging.workflows.audiences.files import AudienceDefinition
from addressee.messaging.workflows.audiences.model import Audience, AudienceType, read_audience
from addressee.preferences.audiences import AUDIENCES

SQL = load(__package__)


async def read_defined(database: Pool | Connection, environment_id: int) -> dict[str, Audience]:
    """Returns the audiences of an environment that files define, by key."""
    rows = await database.fetch(*SQL["audiences"](environment_id=environment_id))
    return {row["key"]: read_audience(row["content"]) for row in rows}


async def read_dynamic(database: Pool | Connection, environment_id: int) -> Mapping[str, Audience]:
    """Returns the dynamic audiences of an environment, by key."""
    rows = await database.fetch(*SQL["audiences_of_type"](environment_id=environment_id, type=AudienceType.DYNAMIC))
    return {row["key"]: read_audience(row["content"]) for row in rows}


async def store_audience(
    connection: Connection, environment_id: int, key: str, audience: Audience, now: datetime
) -> None:
    await connection.execute(
        *SQL["upsert_audience"](
            environment_id=environment_id,
            key=key,
            type=audience.type,
            content=msgspec.json.encode(audience),
            now=now,
        )
    )


async def delete_audience(connection: Connection, environment_id: int, key: str) -> bool:
    """Deletes an audience, and returns whether there was one."""
    return await connection.fetchval(*SQL["delete_audience"](environment_id=environment_id, key=key)) is not None


async def check_members(connection: Connection, environment_id: int, defined: Sequence[AudienceDefinition]) -> None:
    """Tells the sources of dynamic audiences to which users were added that the key is taken."""
    dynamic = {each.key: each.source for each in defined if each.audience.is_dynamic}
    if not dynamic:
        return
    rows = await connection.fetch(
        *SQL["audiences_with_members"](environment_id=environment_id, collection=AUDIENCES, keys=list(dynamic))
    )
    for row in rows:
        message = "users were added to an audience of this key; archive it first, or use another key"
        dynamic[row["id"]].problem(("type",), message)
