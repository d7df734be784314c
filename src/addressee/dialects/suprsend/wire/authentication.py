"""Authenticates requests: of servers by a workspace key and a signature or by an API key (suprsend.md §1.1–§1.3), of
browsers by a public key and a user token (realtime-suprsend.md §2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from addressee.api.authentication import bearer_token
from addressee.api.call import Request
from addressee.dialects.suprsend.wire.errors import invalid, unauthenticated
from addressee.dialects.suprsend.wire.query import Query
from addressee.dialects.suprsend.wire.signatures import DEFAULT_CONTENT_TYPE, Signed, is_signed, parse_date
from addressee.dialects.suprsend.wire.subscribers import (
    USER_TOKEN,
    Client,
    Subscriber,
    authenticate_subscriber,
    require_public_key,
)
from addressee.directory.access.keys import Credential, Kind

# The kinds of keys of this dialect: of servers, and of browsers and apps.
SERVER: frozenset[Kind] = frozenset({"workspace", "api"})
CLIENT: frozenset[Kind] = frozenset({"public"})

# The header of each kind of key that does not come as a bearer token.
HEADERS: Mapping[Kind, str] = {"public": "authorization"}


@dataclass(frozen=True, slots=True)
class Caller:
    """`workspace` is how the caller names its workspace: by its key, or by its UID when it sends an API key."""

    workspace: str
    user_id: None = None

    def check_path(self, workspace: str) -> None:
        """Raises SuprSendError when a path names another workspace (§1.3, step 6)."""
        if workspace != self.workspace:
            raise unauthenticated("The path names another workspace than the key's.")

    def check_body(self, workspace: object) -> None:
        """Raises SuprSendError when a body's `env` names another workspace; None: it names none."""
        if workspace is not None and workspace != self.workspace:
            raise invalid("env", "env names another workspace than the key's; leave it out, or correct it.")

    def check_subscriber(self, user_id: str, tenant_id: str | None) -> None:
        """Does nothing: a server acts for all users."""


async def authenticate(request: Request) -> tuple[Credential, Caller | Subscriber | Client]:
    """Raises SuprSendError when neither a key nor a signature opens the operation, TooLargeError."""
    if request.operation.keys == CLIENT:
        return await by_public_key(request)
    token = bearer_token(request.headers)
    if token is not None:
        return await by_api_key(request, token)
    key, colon, signature = request.headers.get("authorization", "").partition(":")
    if colon:
        return await by_signature(request, key, signature)
    if key and "public" in request.operation.keys:
        return await by_public_key_alone(request, key)
    raise unauthenticated(
        "Sign the request with a workspace key and its secret, or send an API key: Authorization: Bearer <key>."
    )


async def by_api_key(request: Request, key: str) -> tuple[Credential, Caller]:
    credential = await request.services.keys.find(key, ("api",))
    if credential is None:
        raise unauthenticated("The API key is unknown or revoked.")
    return credential, Caller(str(credential.environment.uid))


async def by_public_key(request: Request) -> tuple[Credential, Subscriber]:
    """The user is the one that the path names, or the query; the tenant is the query's."""
    query = Query(request.query_string)
    return await authenticate_subscriber(
        request.services.keys,
        request.headers.get("authorization", ""),
        request.headers.get(USER_TOKEN),
        request.path.get("distinct_id", query.text("distinct_id")),
        query.text("tenant_id"),
    )


async def by_public_key_alone(request: Request, key: str) -> tuple[Credential, Client]:
    """The body says for whom the client acts; the handler checks whether it may."""
    credential = await require_public_key(request.services.keys, key)
    return credential, Client(credential.environment, request.headers.get(USER_TOKEN))


async def by_signature(request: Request, key: str, signature: str) -> tuple[Credential, Caller]:
    credential = await request.services.keys.find(key, ("workspace",))
    if credential is None or credential.secret is None:
        raise unauthenticated("The workspace key is unknown or revoked.")
    date = request.headers.get("date", "")
    signed = Signed(
        request.operation.method,
        request.target,
        request.headers.get("content-type", DEFAULT_CONTENT_TYPE),
        date,
        await request.body(),
    )
    if not is_signed(credential.secret, signed, signature, request.headers.get("user-agent", "")):
        raise unauthenticated("The signature is not that of this request; check the workspace secret.")
    check_date(request, credential, date)
    return credential, Caller(key)


def check_date(request: Request, credential: Credential, date: str) -> None:
    """Raises SuprSendError for a date that is too far from now: somebody may be replaying the request."""
    sent = parse_date(date)
    if sent is None:
        raise unauthenticated("Send a Date header, like: Tue, 04 Feb 2025 10:20:30 GMT.")
    minutes = credential.environment.settings.clock_skew_minutes
    if minutes and abs(request.services.directory.clock.now() - sent) > timedelta(minutes=minutes):
        most = "1 minute" if minutes == 1 else f"{minutes:,} minutes"
        raise unauthenticated(f"The request's date is more than {most} away from the time here; set your clock.")
