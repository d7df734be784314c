"""Signing in: a password, and a one-time password where the account asks for one."""

from __future__ import annotations

import asyncpg

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.database.sealing import Sealer
from addressee.directory.clock import Clock
from addressee.directory.emails import email_key
from addressee.directory.errors import unavailable_when_away
from addressee.operators.accounts import totp_purpose
from addressee.operators.credentials.one_time_passwords import period_of
from addressee.operators.credentials.passwords import matches
from addressee.operators.errors import CodeNeededError, SignInRefusedError
from addressee.operators.model import Operator
from addressee.operators.openid.errors import NoAccountError
from addressee.operators.rows import operator_from
from addressee.operators.signing_in.tries import Tries

SQL = load(__package__)

MAX_EMAIL_LENGTH = 254
MAX_PASSWORD_LENGTH = 256


class SignIn:
    def __init__(self, pool: Pool, sealer: Sealer, clock: Clock | None = None) -> None:
        self._pool = pool
        self._sealer = sealer
        self._clock = clock or Clock()

    async def check(self, email: str, password: str, code: str | None, address: str | None) -> Operator:
        """Returns the operator who signs in from an address of the network, None where that is not known.

        Raises SignInRefusedError, CodeNeededError when only the code is missing, TooManyTriesError, UnavailableError.
        """
        with unavailable_when_away():
            tries, row = await self._begin(email, password, address)
            operator = operator_from(row)
            if row["sealed_totp"] is not None:
                await self._take_code(operator, row["sealed_totp"], code)
            await tries.succeed()
        return operator

    async def confirm(self, operator: Operator, password: str, address: str | None) -> None:
        """Makes sure that whoever uses a session knows the password, too. A wrong one is a failed try to sign in.

        Raises SignInRefusedError, TooManyTriesError, UnavailableError.
        """
        with unavailable_when_away():
            tries, _ = await self._begin(operator.email, password, address)
            await tries.succeed()

    async def vouched(self, email: str) -> Operator:
        """Returns the operator of an e-mail address that a trusted provider has verified.

        Raises NoAccountError, UnavailableError.
        """
        key = email_key(email) or ""
        if not key or len(key) > MAX_EMAIL_LENGTH or "\0" in key:
            raise NoAccountError("This e-mail address")
        with unavailable_when_away():
            row = await self._pool.fetchrow(*SQL["find_operator"](email=key))
        if row is None or row["disabled_at"] is not None:
            raise NoAccountError(key)
        return operator_from(row)

    async def _begin(self, email: str, password: str, address: str | None) -> tuple[Tries, asyncpg.Record]:
        """Returns a try that fails until it is said to succeed, and the row of the operator whose password it is."""
        key = email_key(email) or ""
        if len(key) > MAX_EMAIL_LENGTH or len(password) > MAX_PASSWORD_LENGTH or "\0" in key:
            raise SignInRefusedError
        tries = Tries(self._pool, key, address, self._clock.now())
        await tries.begin()
        row = await self._pool.fetchrow(*SQL["find_operator"](email=key))
        fits = await matches(None if row is None else row["password_hash"], password)
        if row is None or not fits or row["disabled_at"] is not None:
            raise SignInRefusedError
        return tries, row

    async def _take_code(self, operator: Operator, sealed: bytes, code: str | None) -> None:
        """Takes a one-time password, each of which is taken once."""
        if not code:
            raise CodeNeededError
        secret = self._sealer.open(sealed, totp_purpose(operator.id)).decode()
        period = period_of(secret, code, self._clock.now())
        if period is None or await self._pool.fetchval(*SQL["use_totp"](id=operator.id, period=period)) is None:
            raise SignInRefusedError
