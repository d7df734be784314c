"""Invitations: an operator-to-be gets a link, chooses a password, and has an account."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta

import msgspec
from uuid_utils.compat import uuid7

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.database.sealing import Sealer
from addressee.directory.clock import Clock
from addressee.operators.accounts import checked_email, checked_name
from addressee.operators.errors import InvitationInvalidError
from addressee.operators.model import Role
from addressee.operators.passwords import check_password, hash_password
from addressee.operators.rows import roles_from

SQL = load(__package__)

LIFE = timedelta(days=7)
RANDOM_BYTES = 32


class Invitations:
    """Invitations, each of which one account can be made by. A new one replaces an earlier one of the same address."""

    def __init__(self, pool: Pool, sealer: Sealer, clock: Clock | None = None) -> None:
        self._pool = pool
        self._sealer = sealer
        self._clock = clock or Clock()

    async def invite(self, email: str, name: str, roles: Mapping[int, Role]) -> str:
        """Makes an invitation for 7 days, and returns its token.

        Raises ValueError for an e-mail address or name that is not valid, or an address that has an account.
        """
        key, token = checked_email(email), secrets.token_urlsafe(RANDOM_BYTES)
        stored = await self._pool.fetchval(
            *SQL["insert_invitation"](
                hash=self._hash(token),
                email=key,
                name=checked_name(name),
                roles=msgspec.json.encode(roles),
                expires_at=self._clock.now() + LIFE,
            )
        )
        if stored is None:
            raise ValueError(f"{key} has an account already.")
        return token

    async def accept(self, token: str, password: str) -> str:
        """Makes the account of an invitation, and returns its e-mail address.

        Raises InvitationInvalidError; ValueError for a password that is not valid, which leaves the invitation.
        """
        now = self._clock.now()
        async with self._pool.acquire() as connection, connection.transaction():
            invited = await connection.fetchrow(*SQL["take_invitation"](hash=self._hash(token), now=now))
            if invited is None:
                raise InvitationInvalidError
            check_password(password, invited["email"])
            roles = roles_from(invited["roles"])
            stored = await connection.fetchval(
                *SQL["insert_operator"](
                    id=uuid7(),
                    email=invited["email"],
                    name=invited["name"],
                    password_hash=await hash_password(password),
                    now=now,
                    environment_ids=list(roles),
                    roles=list(roles.values()),
                )
            )
            if stored is None:
                raise InvitationInvalidError
        email: str = invited["email"]
        return email

    def _hash(self, token: str) -> bytes:
        return self._sealer.digest(f"invitation {token}")
