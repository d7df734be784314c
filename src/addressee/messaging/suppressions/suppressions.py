"""The suppression list of each environment: what adds to it, asks it and takes from it (docs/decisions/0031)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import asyncpg

from addressee.database.paging import Page, PageRequest, build_page
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.directory import Directory
from addressee.directory.writing.history import NO_ORIGIN, Origin
from addressee.directory.writing.receipts import Receipt, keep, refuse_repetition
from addressee.messaging.errors import SuppressionMissingError
from addressee.messaging.messages.model import Address
from addressee.messaging.suppressions.enabling import enable_addresses
from addressee.messaging.suppressions.model import (
    KINDS,
    Position,
    Reason,
    Suppression,
    is_suppressible,
    position_of,
    strongest,
)

SQL = load(__package__)

# The bounds of the list: UTF-8 has no text before the first one or after the last one.
FIRST, LAST = "", "\U0010ffff"


@dataclass(frozen=True, slots=True)
class SuppressionFilter:
    """`address` is one in any spelling, of any kind that has it."""

    kind: str | None = None
    reason: Reason | None = None
    address: str | None = None


class Suppressions:
    """Suppressions of all environments."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    async def add(self, environment_id: int, entries: Iterable[Suppression], *, receipt: Receipt | None = None) -> None:
        """Suppresses addresses, as `add_suppressions` does."""
        async with self._pool.acquire() as connection, connection.transaction():
            await add_suppressions(connection, environment_id, entries)
            await keep(connection, receipt, None, self._clock.now())

    async def lift(
        self,
        directory: Directory,
        environment_id: int,
        addresses: Collection[Address],
        *,
        origin: Origin = NO_ORIGIN,
        receipt: Receipt | None = None,
    ) -> list[Suppression]:
        """Lifts the suppressions of these addresses, whatever their reasons, and returns them.

        An address that bounced is enabled again at the recipient of the message that bounced.

        Raises SuppressionMissingError when none of the addresses is suppressed.
        """
        found = await self.find(environment_id, addresses)
        await enable_addresses(
            directory.pool, directory.reader, directory.writer, environment_id, [*found.values()], origin
        )
        async with self._pool.acquire() as connection, connection.transaction():
            lifted = await lift_suppressions(connection, environment_id, addresses)
            if lifted:
                await keep(connection, receipt, None, self._clock.now())
                return lifted
            if receipt is not None:  # what this waited for may have been the same request
                await refuse_repetition(connection, *receipt.request_key, receipt.fingerprint, self._clock.now())
        raise SuppressionMissingError

    async def find(self, environment_id: int, addresses: Collection[Address]) -> Mapping[Address, Suppression]:
        """Returns the entries of those of these addresses that are suppressed."""
        return await find_suppressed(self._pool, environment_id, addresses)

    async def list(
        self, environment_id: int, filter: SuppressionFilter, page: PageRequest[Position]
    ) -> Page[Suppression]:
        """Returns a page of the list, in the order of kinds and keys."""
        statement, named = access_path(filter)
        rows = await self._pool.fetch(
            *SQL[statement](environment_id=environment_id, **named, **page_parameters(page, filter.kind))
        )
        return build_page([suppression_from(row) for row in rows], page, lambda entry: entry.position)


async def add_suppressions(connection: Connection, environment_id: int, entries: Iterable[Suppression]) -> None:
    """Suppresses addresses in the caller's transaction.

    One that is suppressed already keeps its entry, unless the new one has a stronger reason.
    """
    rows = strongest(entries)
    if rows:
        await connection.execute(
            *SQL["add_suppressions"](environment_id=environment_id, entries=rows, reasons=list(Reason))
        )


async def find_suppressed(
    database: Pool | Connection, environment_id: int, addresses: Collection[Address]
) -> Mapping[Address, Suppression]:
    """Returns the entries of those of these addresses that are suppressed, found in one query at most."""
    positions = {address: position_of(address) for address in addresses if is_suppressible(address.kind)}
    if not positions:
        return {}
    rows = await database.fetch(
        *SQL["find_suppressions"](environment_id=environment_id, positions=set(positions.values()))
    )
    found = {entry.position: entry for entry in map(suppression_from, rows)}
    return {address: found[position] for address, position in positions.items() if position in found}


async def lift_suppressions(
    connection: Connection,
    environment_id: int,
    addresses: Iterable[Address],
    reasons: Collection[Reason] = tuple(Reason),
) -> list[Suppression]:
    """Lifts the suppressions that have one of these reasons in the caller's transaction, and returns them."""
    rows = await connection.fetch(
        *SQL["lift_suppressions"](
            environment_id=environment_id, positions=set(map(position_of, addresses)), reasons=list(reasons)
        )
    )
    return [suppression_from(row) for row in rows]


def access_path(filter: SuppressionFilter) -> tuple[str, Mapping[str, object]]:
    """Returns the statement whose index leaves the fewest rows to read, and its parameters besides those of a page."""
    if filter.address is not None:
        positions = [position_of(Address(kind, filter.address)) for kind in KINDS]
        return "suppressions_of_address", {"positions": positions, "reason": filter.reason}
    if filter.reason is not None:
        return "suppressions_of_reason", {"reason": filter.reason}
    return "suppressions_in_order", {}


def page_parameters(page: PageRequest[Position], kind: str | None) -> Mapping[str, object]:
    """Returns the direction, bounds and limit of a page of all kinds, or of one. Its start is within the bounds."""
    first, last = (kind or FIRST, FIRST), (kind or LAST, LAST)
    start = min(page.start or last, last) if page.backwards else max(page.start or first, first)
    end = first if page.backwards else last
    return {
        "forward": not page.backwards,
        "start_kind": start[0],
        "start_key": start[1],
        "end_kind": end[0],
        "end_key": end[1],
        "limit": page.size + 1,
    }


def suppression_from(row: asyncpg.Record) -> Suppression:
    return Suppression(
        row["kind"],
        row["key"],
        Reason(row["reason"]),
        row["created_at"],
        row["details"],
        row["channel_id"],
        row["message_id"],
    )
