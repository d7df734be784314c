"""The plan of a statement: what it reads, and what it may read besides its own rows."""

from typing import Any

import msgspec

from addressee.database.queries import load
from tests.messaging.office import Office

ROOMS = (
    *("messages", "feeds", "runs", "schedules", "delivery", "feedback", "lifecycle", "suppressions"),
    "webhooks.delivering",
)

SQL = {name: text for room in ROOMS for name, text in load(f"addressee.messaging.{room}").items()}

# Scans of what another node of the plan made.
SUBQUERIES = {("CTE Scan", None), ("Subquery Scan", None)}

# Whether a row's recipient lives is looked up by place or by identity.
LIVING = {
    ("Index Scan", "recipients_pkey"),
    ("Index Scan", "recipients_in_order"),
    ("Index Scan", "merges_by_secondary"),
    ("Index Only Scan", "merges_by_secondary"),
    ("Index Only Scan", "departed_pkey"),
}

# Those who are asked for, and merges whose messages are on their way.
OWNERS = {
    ("Function Scan", None),
    ("WorkTable Scan", None),
    ("Index Scan", "merges_moving_by_primary"),
    ("Index Scan", "merges_moving_by_secondary"),
}

FILLED = ("recipients", "messages", "recipient_runs", "merges", "departed", "suppressions", "sends")

# A page's rows with their recipients, in blocks: 51 of them, or one more block for each further row.
FEW_BLOCKS = 450


async def plan(office: Office, statement: str, **values: Any) -> list[dict[str, Any]]:
    """The nodes of a statement's plan for these values that were run. Nothing is kept."""
    async with office.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        text, *arguments = SQL[statement](**values)
        explained = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {text}", *arguments)
        await transaction.rollback()
    return nodes(msgspec.json.decode(explained)[0]["Plan"])


def nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
    below = [each for child in node.get("Plans", []) for each in nodes(child)]
    return [node, *below] if node["Actual Loops"] else below


def scans(found: list[dict[str, Any]]) -> set[tuple[str, str | None]]:
    return {(node["Node Type"], node.get("Index Name")) for node in found if "Scan" in node["Node Type"]} - SUBQUERIES


def read_whole(found: list[dict[str, Any]]) -> set[str]:
    """Tables that were read from end to end; those that hold next to nothing may be."""
    return {node["Relation Name"] for node in found if node["Node Type"] == "Seq Scan"} & {*FILLED}


def blocks(found: list[dict[str, Any]]) -> int:
    return int(found[0]["Shared Hit Blocks"] + found[0]["Shared Read Blocks"])
