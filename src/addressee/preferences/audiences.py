"""Audiences of recipients, which are subscriptions to objects of the collection `$audiences`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from addressee.conditions.operators import AUDIENCE_OPERATORS
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.recipient import Place, Recipient

SQL = load(__package__)

AUDIENCES = "$audiences"

NO_AUDIENCES: frozenset[str] = frozenset()


def audiences_asked_for(value: Any) -> Iterator[str]:
    """Yields the arguments of the conditions anywhere in a document that test membership of an audience."""
    if isinstance(value, dict):
        operator, argument = value.get("operator"), value.get("argument")
        if isinstance(operator, str) and operator in AUDIENCE_OPERATORS and isinstance(argument, str):
            yield argument
        for part in value.values():
            yield from audiences_asked_for(part)
    elif isinstance(value, list):
        for part in value:
            yield from audiences_asked_for(part)


async def read_audiences(
    database: Pool | Connection, environment_id: int, members: Sequence[Recipient]
) -> Mapping[Place, frozenset[str]]:
    """Returns the ids of the audiences that each recipient was added to; recipients without any are left out."""
    rows = await database.fetch(*SQL["audiences"](environment_id=environment_id, members=members, collection=AUDIENCES))
    found: dict[Place, set[str]] = defaultdict(set)
    for row in rows:
        found[Place(environment_id, row["recipient_collection"], row["recipient_id"])].add(row["object_id"])
    return {place: frozenset(ids) for place, ids in found.items()}
