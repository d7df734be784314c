"""Invitations: an operator-to-be gets a link, chooses a password, and has an account."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from uuid_utils.compat import uuid7

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.database.sealing import Sealer
from addressee.directory.clock import Clock
from addressee.directory.errors import unavailable_when_away
from addressee.operators.accounts import checked_email, checked_name
from addressee.operators.credentials.passwords import check_password, hash_password
from addressee.operators.errors import AccountExistsError, InvitationInvalidError, InvitedElsewhereError
from addressee.operators.model import Operator, Role
from addressee.operators.rows import roles_from

SQL = load(__package__)

LIFE = timedelta(days=7)
RANDOM_BYTES = 32


def invitation_path(token: str) -> str:
    """Returns the path of the dashboard where an invitation is accepted."""
    return f"/dashboard/invitations/{token}"


class Invitation(Struct, frozen=True):
    """An invitation as whoever has its token sees it; `roles` by the ids of environments."""

    email: str
    name: str
    roles: Mapping[int, Role]


class OpenInvitation(Struct, frozen=True):
    """An invitation to an environment in a list. `handle` names it, and is of no use to whoever wants to come in."""

    handle: str
    email: str
    name: str
    role: Role
    expires_at: datetime


class Invitations:
    """Invitations, each of which one account can be made by. A new one replaces an earlier one of the same address."""

    def __init__(self, pool: Pool, sealer: Sealer, clock: Clock | None = None) -> None:
        self._pool = pool
        self._sealer = sealer
        self._clock = clock or Clock()

    async def invite(self, email: str, name: str, roles: Mapping[int, Role]) -> str:
        """Makes an invitation for 7 days, and returns its token.

        Raises AccountExistsError, InvitedElsewhereError, ValueError for an e-mail address or name that is not valid.
        """
        key, token, now = checked_email(email), secrets.token_urlsafe(RANDOM_BYTES), self._clock.now()
        named = checked_name(name)
        with unavailable_when_away():
            if await self._pool.fetchval(*SQL["has_account"](email=key)):
                raise AccountExistsError(key)
            stored = await self._pool.fetchval(
                *SQL["insert_invitation"](
                    hash=self._hash(token),
                    email=key,
                    name=named,
                    roles=msgspec.json.encode(roles),
                    environment_ids=[str(id) for id in roles],
                    now=now,
                    expires_at=now + LIFE,
                )
            )
        if stored is None:
            raise InvitedElsewhereError(key)
        return token

    async def list(self, environment_id: int) -> list[OpenInvitation]:
        """Returns the open invitations to an environment, by e-mail address."""
        with unavailable_when_away():
            rows = await self._pool.fetch(
                *SQL["list_invitations"](environment_id=environment_id, now=self._clock.now())
            )
        return [OpenInvitation(handle, email, name, Role(role), until) for handle, email, name, role, until in rows]

    async def withdraw(self, environment_id: int, handle: str) -> None:
        """Takes an environment out of an invitation; one to no other environment ends. None is no error."""
        with unavailable_when_away():
            await self._pool.execute(*SQL["withdraw_invitation"](environment_id=environment_id, handle=handle))

    async def find(self, token: str) -> Invitation:
        """Returns the invitation of a token. Raises InvitationInvalidError."""
        with unavailable_when_away():
            row = await self._pool.fetchrow(*SQL["find_invitation"](hash=self._hash(token), now=self._clock.now()))
        if row is None:
            raise InvitationInvalidError
        return Invitation(row["email"], row["name"], roles_from(row["roles"]))

    async def accept(self, token: str, password: str) -> Operator:
        """Makes the account of an invitation, and returns its operator.

        Raises InvitationInvalidError; ValueError for a password that is not valid, which leaves the invitation.
        """
        now = self._clock.now()
        with unavailable_when_away():
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
        return Operator(stored, invited["email"], invited["name"], roles, has_totp=False, created_at=now)

    def _hash(self, token: str) -> bytes:
        return self._sealer.digest(f"invitation {token}")
