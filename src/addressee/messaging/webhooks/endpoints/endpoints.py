"""The endpoints of each environment: URLs of the product that are told of events (docs/webhooks.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from addressee.channels.requests.public_hosts import AllowedHosts
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.database.sealing import Sealer
from addressee.directory.clock import Clock
from addressee.directory.documents import check_text
from addressee.directory.errors import RefusedError
from addressee.directory.writing.receipts import Receipt, keep, refuse_repetition
from addressee.messaging.errors import WebhookMissingError
from addressee.messaging.webhooks.endpoints.removal import remove_later
from addressee.messaging.webhooks.endpoints.secrets import (
    EndpointSecret,
    check_secret,
    in_force,
    new_secret,
    open_secrets,
    rotated,
    seal_secrets,
)
from addressee.messaging.webhooks.endpoints.types import ALL, check_types
from addressee.messaging.webhooks.endpoints.urls import check_url
from addressee.messaging.webhooks.model import MAX_ENDPOINTS, DisabledFor, Endpoint, Form

SQL = load(__package__)

MAX_DESCRIPTION_LENGTH = 500


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """An endpoint to create. Without a `secret`, one is made."""

    url: str
    types: Sequence[str] = (ALL,)
    description: str = ""
    form: Form = Form.STANDARD
    secret: str | None = None


@dataclass(frozen=True, slots=True)
class EndpointChange:
    """A change of an endpoint; None keeps what is there."""

    url: str | None = None
    types: Sequence[str] | None = None
    description: str | None = None
    is_enabled: bool | None = None


class SignedEndpoint(NamedTuple):
    """An endpoint, and the secret that signs what it is told from now on."""

    endpoint: Endpoint
    secret: str


class Endpoints:
    """Endpoints of all environments. `allowed` are the hosts that may be private."""

    def __init__(self, pool: Pool, sealer: Callable[[], Sealer], clock: Clock, allowed: AllowedHosts) -> None:
        self._pool = pool
        self._sealer = sealer
        self._clock = clock
        self._allowed = allowed

    async def list(self, environment_id: int) -> Sequence[Endpoint]:
        """Returns the endpoints of an environment, oldest first. There are few, so they are always read together."""
        return [
            endpoint_from(environment_id, row)
            for row in await self._pool.fetch(*SQL["endpoints"](environment_id=environment_id))
        ]

    async def get(self, environment_id: int, id: UUID) -> Endpoint:
        """Raises WebhookMissingError."""
        row = await self._pool.fetchrow(*SQL["endpoint"](environment_id=environment_id, id=id))
        return endpoint_from(environment_id, found(row))

    async def create(self, environment_id: int, new: NewEndpoint, *, receipt: Receipt | None = None) -> SignedEndpoint:
        """Raises RefusedError for what cannot be stored, and for an endpoint too many."""
        now, id = self._clock.now(), uuid7()
        values = self._checked(new.url, new.types, new.description)
        secret = new_secret() if new.secret is None else check_secret(new.secret, new.form)
        sealed = seal_secrets(self._sealer(), id, [EndpointSecret(secret)])
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(*SQL["lock_endpoints_of_environment"](environment_id=environment_id))
            if await connection.fetchval(*SQL["count_endpoints"](environment_id=environment_id)) >= MAX_ENDPOINTS:
                await self._refuse_repetition(connection, receipt)
                message = f"An environment has at most {MAX_ENDPOINTS} webhooks; delete one that is not needed."
                raise RefusedError("size", "url", message)
            row = await connection.fetchrow(
                *SQL["create_endpoint"](
                    environment_id=environment_id, id=id, form=new.form, sealed_secrets=sealed, now=now, **values
                )
            )
            created = SignedEndpoint(endpoint_from(environment_id, found(row)), secret)
            await keep(connection, receipt, created, now)
        return created

    async def change(
        self, environment_id: int, id: UUID, change: EndpointChange, *, receipt: Receipt | None = None
    ) -> Endpoint:
        """Changes an endpoint. One that is enabled again, or has another URL, is not taken for failing any more.

        Raises WebhookMissingError, or RefusedError for what cannot be stored.
        """
        now = self._clock.now()
        values = self._checked(change.url, change.types, change.description)
        which = {"environment_id": environment_id, "id": id, "now": now}
        async with self._pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(*SQL["change_endpoint"](**which, **values))
            if row is not None and change.is_enabled is not None:
                statement = "enable_endpoint" if change.is_enabled else "disable_endpoint"
                row = await connection.fetchrow(*SQL[statement](**which))
            changed = endpoint_from(environment_id, found(row))
            await keep(connection, receipt, changed, now)
        return changed

    async def secrets(self, environment_id: int, id: UUID) -> Sequence[EndpointSecret]:
        """Returns the secrets that sign what an endpoint is told, the newest first. Raises WebhookMissingError."""
        row = await self._pool.fetchrow(*SQL["endpoint_secrets"](environment_id=environment_id, id=id))
        return in_force(open_secrets(self._sealer(), id, found(row)["sealed_secrets"]), self._clock.now())

    async def rotate(
        self, environment_id: int, id: UUID, secret: str | None = None, *, receipt: Receipt | None = None
    ) -> SignedEndpoint:
        """Has a new secret sign, this one or one that is made; those before it sign beside it for a day.

        Raises WebhookMissingError, or RefusedError for a secret that cannot sign.
        """
        now = self._clock.now()
        which = {"environment_id": environment_id, "id": id}
        async with self._pool.acquire() as connection, connection.transaction():
            locked = found(await connection.fetchrow(*SQL["lock_endpoint_secrets"](**which)))
            given = new_secret() if secret is None else check_secret(secret, Form(locked["form"]))
            stored = rotated(open_secrets(self._sealer(), id, locked["sealed_secrets"]), given, now)
            sealed = seal_secrets(self._sealer(), id, stored)
            row = await connection.fetchrow(*SQL["replace_endpoint_secrets"](**which, sealed_secrets=sealed, now=now))
            signed = SignedEndpoint(endpoint_from(environment_id, found(row)), given)
            await keep(connection, receipt, signed, now)
        return signed

    async def delete(self, environment_id: int, id: UUID, *, receipt: Receipt | None = None) -> None:
        """Deletes an endpoint, and later what it was told or was still to be told. Raises WebhookMissingError."""
        async with self._pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(*SQL["delete_endpoint"](environment_id=environment_id, id=id))
            if row is None:
                await self._refuse_repetition(connection, receipt)
                raise WebhookMissingError
            await remove_later(connection, environment_id, id)
            await keep(connection, receipt, None, self._clock.now())

    def check(self, new: NewEndpoint) -> None:
        """Raises RefusedError for what could not be created."""
        self._checked(new.url, new.types, new.description)
        if new.secret is not None:
            check_secret(new.secret, new.form)

    def check_change(self, change: EndpointChange) -> None:
        """Raises RefusedError for what could not be stored."""
        self._checked(change.url, change.types, change.description)

    def _checked(
        self, url: str | None, types: Sequence[str] | None, description: str | None
    ) -> Mapping[str, str | Sequence[str] | None]:
        """Returns values as they are stored, by column; None stays None. Raises RefusedError."""
        return {
            "url": None if url is None else check_url(url, self._allowed),
            "description": None if description is None else check_description(description),
            "types": None if types is None else check_types(types),
        }

    async def _refuse_repetition(self, connection: Connection, receipt: Receipt | None) -> None:
        """Raises RepeatedError when the same request was carried out while this one waited."""
        if receipt is not None:
            await refuse_repetition(connection, *receipt.request_key, receipt.fingerprint, self._clock.now())


def check_description(description: str) -> str:
    """Returns the words for people that an endpoint is stored with. Raises RefusedError."""
    check_text(description, "description")
    if len(description) > MAX_DESCRIPTION_LENGTH:
        message = f"description must have at most {MAX_DESCRIPTION_LENGTH} characters."
        raise RefusedError("size", "description", message)
    return description.strip()


def found(row: asyncpg.Record | None) -> asyncpg.Record:
    """Raises WebhookMissingError for a row that is not there."""
    if row is None:
        raise WebhookMissingError
    return row


def endpoint_from(environment_id: int, row: asyncpg.Record) -> Endpoint:
    return Endpoint(
        environment_id,
        row["id"],
        row["url"],
        row["description"],
        tuple(row["types"]),
        Form(row["form"]),
        row["created_at"],
        row["updated_at"],
        row["failing_since"],
        row["paused_until"],
        row["disabled_at"],
        row["disabled_for"] and DisabledFor(row["disabled_for"]),
    )
