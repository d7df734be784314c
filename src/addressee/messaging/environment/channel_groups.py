"""Groups of channels: a step that names one sends on those channels whose rules hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import asyncpg
import msgspec

from addressee.channels.provider import ChannelType
from addressee.conditions.model import Conditions
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.messaging.definitions.model import Definition, Name

SQL = load(__package__)


class GroupOperator(StrEnum):
    """The channels of a group on which a message goes out: the first that can be taken, or all of them."""

    ANY = "any"
    ALL = "all"


class RuleType(StrEnum):
    """The use of a rule's condition: a channel may be taken if it is true, unless it is, or always."""

    IF = "if"
    UNLESS = "unless"
    ALWAYS = "always"


class ChannelRule(Definition, frozen=True, kw_only=True, omit_defaults=True):
    """A channel of a group. `variable`, `operator` and `argument` are its condition as it is written, `conditions` the
    same as steps have it: None for one that may always be taken.
    """

    channel_key: str
    rule_type: RuleType
    variable: str | None = None
    operator: str | None = None
    argument: Any = None
    conditions: Conditions | None = None


class ChannelGroup(Definition, frozen=True, kw_only=True, omit_defaults=True):
    """A group of channels of one type, with its rules in their order."""

    name: Name
    channel_type: ChannelType
    operator: GroupOperator = GroupOperator.ANY
    channel_rules: tuple[ChannelRule, ...] = ()


@dataclass(frozen=True, slots=True)
class ListedChannelGroup:
    """A channel group as it is now."""

    key: str
    group: ChannelGroup
    created_at: datetime
    updated_at: datetime


class ChannelGroups:
    """Lists the channel groups of environments."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def list(self, environment_id: int) -> Sequence[ListedChannelGroup]:
        """Returns groups by key. There are few."""
        rows = await self._pool.fetch(*SQL["channel_groups"](environment_id=environment_id, key=None))
        return [listed_from(row) for row in rows]

    async def find(self, environment_id: int, key: str) -> ListedChannelGroup | None:
        row = await self._pool.fetchrow(*SQL["channel_groups"](environment_id=environment_id, key=key))
        return None if row is None else listed_from(row)


async def read_channel_groups(database: Pool | Connection, environment_id: int) -> dict[str, ChannelGroup]:
    """Returns the channel groups of an environment, by key."""
    rows = await database.fetch(*SQL["channel_groups"](environment_id=environment_id, key=None))
    return {row["key"]: group_from(row) for row in rows}


async def store_channel_group(
    connection: Connection, environment_id: int, key: str, group: ChannelGroup, now: datetime
) -> None:
    await connection.execute(
        *SQL["upsert_channel_group"](
            environment_id=environment_id, key=key, content=msgspec.json.encode(group), now=now
        )
    )


async def delete_channel_group(connection: Connection, environment_id: int, key: str) -> bool:
    """Deletes a group, and returns whether there was one. Workflows keep the channels that they took from it."""
    statement = SQL["delete_channel_group"](environment_id=environment_id, key=key)
    return await connection.fetchval(*statement) is not None


def group_from(row: asyncpg.Record) -> ChannelGroup:
    return msgspec.json.decode(row["content"], type=ChannelGroup)


def listed_from(row: asyncpg.Record) -> ListedChannelGroup:
    return ListedChannelGroup(row["key"], group_from(row), row["created_at"], row["updated_at"])
