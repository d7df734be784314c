"""Roles in an environment, as its admins give and take them, and disabling accounts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import asyncpg
from msgspec import Struct

from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.errors import unavailable_when_away
from addressee.operators.errors import LastAdminError, NotAdministeredError, NotMemberError
from addressee.operators.model import Operator, Role
from addressee.operators.rows import COLUMNS, operator_from

SQL = load(__package__)


class Member(Struct, frozen=True):
    """An operator with a role in an environment. `seen_at`: the last use of a session, or the last act."""

    operator: Operator
    seen_at: datetime | None


class Roles:
    """Gives and takes roles, and never an environment's last admin. Methods raise UnavailableError.

    Those who run the service do what they want by `Accounts`.
    """

    def __init__(self, pool: Pool, clock: Clock | None = None) -> None:
        self._pool = pool
        self._clock = clock or Clock()

    async def members(self, environment_id: int) -> list[Member]:
        """Returns the operators with a role in an environment, by e-mail address."""
        with unavailable_when_away():
            rows = await self._pool.fetch(*SQL["list_members"](environment_id=environment_id, operator_id=None))
        return [member_from(row) for row in rows]

    async def member(self, environment_id: int, operator_id: UUID) -> Member:
        """Raises NotMemberError."""
        with unavailable_when_away():
            return await find_member(self._pool, environment_id, operator_id)

    async def change(self, environment_id: int, operator_id: UUID, role: Role) -> None:
        """Gives an operator another role. Raises NotMemberError, LastAdminError."""
        with unavailable_when_away():
            async with self._pool.acquire() as connection, connection.transaction():
                await find_member(connection, environment_id, operator_id)
                if role is not Role.ADMIN:
                    await keep_admins(connection, [environment_id], operator_id)
                await connection.execute(
                    *SQL["change_role"](environment_id=environment_id, operator_id=operator_id, role=role)
                )

    async def take(self, environment_id: int, operator_id: UUID) -> None:
        """Takes an operator's role away. Raises NotMemberError, LastAdminError."""
        with unavailable_when_away():
            async with self._pool.acquire() as connection, connection.transaction():
                await find_member(connection, environment_id, operator_id)
                await keep_admins(connection, [environment_id], operator_id)
                await connection.execute(*SQL["take_role"](environment_id=environment_id, operator_id=operator_id))

    async def disable(self, by: Operator, environment_id: int, operator_id: UUID) -> None:
        """Keeps an operator from signing in, and ends all sessions.

        Raises NotMemberError, LastAdminError, and NotAdministeredError where `by` does not administer each environment
        in which the other has a role.
        """
        with unavailable_when_away():
            async with self._pool.acquire() as connection, connection.transaction():
                operator = (await find_member(connection, environment_id, operator_id)).operator
                check_administered(by, operator)
                await keep_admins(connection, operator.roles, operator_id)
                await connection.execute(*SQL["disable_operator"](email=operator.email, now=self._clock.now()))

    async def enable(self, by: Operator, environment_id: int, operator_id: UUID) -> None:
        """Lets an operator sign in again. Raises NotMemberError, NotAdministeredError."""
        operator = (await self.member(environment_id, operator_id)).operator
        check_administered(by, operator)
        with unavailable_when_away():
            await self._pool.execute(*SQL["enable_operator"](email=operator.email))


async def find_member(database: Pool | Connection, environment_id: int, operator_id: UUID) -> Member:
    """Raises NotMemberError."""
    row = await database.fetchrow(*SQL["list_members"](environment_id=environment_id, operator_id=operator_id))
    if row is None:
        raise NotMemberError
    return member_from(row)


async def keep_admins(connection: Connection, environment_ids: Iterable[int], without: UUID) -> None:
    """Makes sure, until the transaction ends, that environments keep an admin without this one. Raises LastAdminError.

    The rows of all admins are locked, so that two who take each other's role at once do not both succeed.
    """
    rows = await connection.fetch(*SQL["lock_admins"](environment_ids=list(environment_ids)))
    losing = {row["environment_id"] for row in rows if row["operator_id"] == without}
    kept = {row["environment_id"] for row in rows if row["operator_id"] != without}
    if not losing <= kept:
        raise LastAdminError


def check_administered(by: Operator, operator: Operator) -> None:
    """Raises NotAdministeredError."""
    if not administers(by, operator):
        raise NotAdministeredError


def administers(by: Operator, operator: Operator) -> bool:
    """Returns whether somebody is an admin of each environment in which an operator has a role."""
    return all(by.may(Role.ADMIN, environment_id) for environment_id in operator.roles)


def member_from(row: asyncpg.Record) -> Member:
    return Member(operator_from(row), tuple(row)[COLUMNS])
