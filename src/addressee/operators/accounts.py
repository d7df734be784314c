"""Accounts of operators: added, listed, disabled, and given passwords, roles and one-time passwords."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from addressee.database.pool import Pool
from addressee.database.queries import Statement, load
from addressee.database.sealing import Sealer
from addressee.directory.clock import Clock
from addressee.directory.documents import check_text
from addressee.directory.emails import email_key, is_email
from addressee.directory.errors import RefusedError
from addressee.operators.credentials.one_time_passwords import period_of
from addressee.operators.credentials.passwords import check_password, hash_password
from addressee.operators.errors import AccountExistsError, FirstCodeWrongError, OperatorMissingError
from addressee.operators.model import Operator, Role
from addressee.operators.rows import operator_from

SQL = load(__package__)

MAX_NAME_LENGTH = 200


class Accounts:
    """The accounts of all operators. Whoever changes a password or disables somebody also ends the sessions."""

    def __init__(self, pool: Pool, sealer: Sealer, clock: Clock | None = None) -> None:
        self._pool = pool
        self._sealer = sealer
        self._clock = clock or Clock()

    async def add(self, email: str, name: str, roles: Mapping[int, Role], password: str) -> UUID:
        """Adds an operator, and returns the id.

        Raises ValueError for an e-mail address, name or password that is not valid, or an address that has an account.
        """
        key = checked_email(email)
        check_password(password, key)
        id = uuid7()
        stored = await self._pool.fetchval(
            *SQL["insert_operator"](
                id=id,
                email=key,
                name=checked_name(name),
                password_hash=await hash_password(password),
                now=self._clock.now(),
                environment_ids=list(roles),
                roles=list(roles.values()),
            )
        )
        if stored is None:
            raise AccountExistsError(key)
        return id

    async def list(self) -> list[Operator]:
        return [operator_from(row) for row in await self._pool.fetch(*SQL["list_operators"]())]

    async def set_password(self, email: str, password: str) -> None:
        """Raises OperatorMissingError, ValueError for a password that is not valid."""
        key = checked_email(email)
        check_password(password, key)
        await self._change(SQL["set_password"], key, password_hash=await hash_password(password))

    async def set_roles(self, email: str, roles: Mapping[int, Role]) -> None:
        """Gives an operator roles of environments; those of others stay. Raises OperatorMissingError."""
        await self._change(
            SQL["set_roles"], checked_email(email), environment_ids=list(roles), roles=list(roles.values())
        )

    async def add_roles(self, email: str, roles: Mapping[int, Role]) -> bool:
        """Gives an operator roles of environments, where there is none yet. Returns whether that was so in any."""
        added = await self._pool.fetchval(
            *SQL["add_roles"](email=checked_email(email), environment_ids=list(roles), roles=list(roles.values()))
        )
        return bool(added)

    async def disable(self, email: str) -> None:
        """Raises OperatorMissingError."""
        await self._change(SQL["disable_operator"], checked_email(email), now=self._clock.now())

    async def enable(self, email: str) -> None:
        """Raises OperatorMissingError."""
        await self._change(SQL["enable_operator"], checked_email(email))

    async def require_one_time_passwords(self, operator: Operator, secret: str, code: str) -> None:
        """Has an operator sign in with one-time passwords from now on, once a first one is right.

        Raises FirstCodeWrongError when it is not.
        """
        period = period_of(secret, code, self._clock.now())
        if period is None:
            raise FirstCodeWrongError
        sealed = self._sealer.seal(secret.encode(), totp_purpose(operator.id))
        await self._change(SQL["set_totp"], operator.email, sealed_totp=sealed, period=period)

    async def drop_one_time_passwords(self, email: str) -> None:
        """Lets an operator sign in by password alone. Raises OperatorMissingError."""
        await self._change(SQL["set_totp"], checked_email(email), sealed_totp=None, period=0)

    async def _change(self, statement: Statement, email: str, **values: Any) -> None:
        if await self._pool.fetchval(*statement(email=email, **values)) is None:
            raise OperatorMissingError(email)


def totp_purpose(id: UUID) -> str:
    """Returns the context in which the secret of an operator's one-time passwords is sealed."""
    return f"one-time passwords {id}"


def checked_email(email: str) -> str:
    """Returns the e-mail address as accounts are found by it. Raises ValueError."""
    key = email_key(email) or ""
    if not is_email(key):
        raise ValueError(f"{email!r} is not an e-mail address.")
    return key


def checked_name(name: str) -> str:
    try:
        check_text(name, "The name")
    except RefusedError as refusal:
        raise ValueError(refusal.message) from None
    stripped = name.strip()
    if not 1 <= len(stripped) <= MAX_NAME_LENGTH:
        raise ValueError(f"A name has 1 to {MAX_NAME_LENGTH} characters.")
    return stripped
