"""Files that say the whole of something: variables, categories and preferences, as they were pushed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from addressee.database.pool import Connection, Pool
from addressee.database.queries import load

SQL = load(__package__)


@dataclass(frozen=True, slots=True)
class PushedFiles:
    """A file as it was pushed: its value in builtin types, and the texts of it and of the files that it names."""

    value: Any
    files: Mapping[str, str]


class PushedRow(NamedTuple):
    name: str
    document: str
    files: str


async def store_pushed_files(connection: Connection, environment_id: int, pushed: Mapping[str, PushedFiles]) -> None:
    rows = [
        PushedRow(name, msgspec.json.encode(each.value).decode(), msgspec.json.encode(each.files).decode())
        for name, each in pushed.items()
    ]
    if rows:
        await connection.execute(*SQL["upsert_pushed_files"](environment_id=environment_id, pushed=rows))


async def read_pushed_files(database: Pool | Connection, environment_id: int) -> dict[str, PushedFiles]:
    """Returns the files that were pushed to an environment, by their names."""
    return {
        row["name"]: PushedFiles(
            msgspec.json.decode(row["document"]), msgspec.json.decode(row["files"], type=dict[str, str])
        )
        for row in await database.fetch(*SQL["pushed_files"](environment_id=environment_id))
    }
