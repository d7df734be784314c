"""Authentication of servers, by a pair of keys, and of clients, on behalf of a user (notiflows.md §1.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from addressee.api.call import Request
from addressee.api.services import Services
from addressee.api.user_tokens import BadTokenError, SigningKeyMissingError, verified_claims
from addressee.dialects.notiflows.wire.errors import NotiflowsError, unauthenticated
from addressee.dialects.notiflows.wire.places import checked_external_id
from addressee.directory.access.environments import Environment, Settings
from addressee.directory.access.key_ring import KeyRing
from addressee.directory.access.keys import Credential, Kind
from addressee.directory.directory import Directory
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import USERS, Place, Recipient

# The secret key of a pair is for the API of servers, the public key for that of users.
ADMIN: frozenset[Kind] = frozenset({"secret"})
USER: frozenset[Kind] = frozenset({"public"})

PUBLIC_KEY = "x-notiflows-api-key"
SECRET_KEY = "x-notiflows-secret-key"  # noqa: S105
USER_TOKEN = "x-notiflows-user-key"  # noqa: S105
USER_ID = "x-notiflows-user-id"

HEADERS: Mapping[Kind, str] = {"public": PUBLIC_KEY, "secret": SECRET_KEY}

LEEWAY_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Caller:
    """`user` is the user on whose behalf a client calls; None when a server calls.

    `expires_at` is when the user's token runs out, in seconds since 1970; None: it does not.
    """

    user: Recipient | None = None
    expires_at: float | None = None

    @property
    def user_id(self) -> str | None:
        return None if self.user is None else self.user.place.id


async def authenticate(request: Request) -> tuple[Credential, Caller]:
    """Raises NotiflowsError unless the credentials that were sent may call the operation."""
    if request.operation.keys == ADMIN:
        return await by_pair(request.services.keys, request.headers), Caller()
    return await authenticate_user(request.services, request.headers)


async def authenticate_user(services: Services, headers: Mapping[str, str]) -> tuple[Credential, Caller]:
    """Raises NotiflowsError unless the headers have a public key, and say on whose behalf their client calls."""
    credential = await by_public_key(services.keys, headers)
    check_origin(headers, credential.environment.settings)
    return credential, await acting_user(services.directory, headers, credential.environment)


async def by_pair(keys: KeyRing, headers: Mapping[str, str]) -> Credential:
    """The credential of the secret key; a public key that is sent with it must belong to the same environment."""
    secret = await find(keys, headers, SECRET_KEY, "secret")
    if secret is None:
        raise unauthenticated("secret_key", f"Send a secret key that is in force: {SECRET_KEY}.")
    if PUBLIC_KEY in headers:
        public = await find(keys, headers, PUBLIC_KEY, "public")
        if public is None or public.environment.id != secret.environment.id:
            raise unauthenticated("api_key", f"The public key is not one that belongs to the secret key: {PUBLIC_KEY}.")
    return secret


async def by_public_key(keys: KeyRing, headers: Mapping[str, str]) -> Credential:
    public = await find(keys, headers, PUBLIC_KEY, "public")
    if public is None:
        raise unauthenticated("api_key", f"Send a public key that is in force: {PUBLIC_KEY}.")
    return public


async def find(keys: KeyRing, headers: Mapping[str, str], header: str, kind: Kind) -> Credential | None:
    key = headers.get(header, "")
    return await keys.find(key, (kind,)) if key else None


def check_origin(headers: Mapping[str, str], settings: Settings) -> None:
    """Raises NotiflowsError for a browser whose page is not of an allowed origin; other clients send no origin."""
    origin = headers.get("origin")
    if origin is not None and origin.lower() not in settings.allowed_origins:
        raise NotiflowsError(
            "forbidden", f"Pages from {origin} may not call; allowed_origins of the environment says which."
        )


async def acting_user(directory: Directory, headers: Mapping[str, str], environment: Environment) -> Caller:
    """A caller for the user whom a token names, or in development mode a header.

    Raises NotiflowsError when there is none; users are not created here.
    """
    token = headers.get(USER_TOKEN)
    named = headers.get(USER_ID) if environment.settings.development_mode else None
    if token:
        claims = claims_of(token, environment)
        id, expires_at = claims["sub"], claims.get("exp")
    elif named:
        expires_at = None
        id = named.encode("latin-1").decode("utf-8", errors="replace")
    else:
        raise unauthenticated("user_key", f"Send a token that says who the user is: {USER_TOKEN}.")
    user = await directory.read(place_of(environment, id))
    if user is None:
        raise unauthenticated("user_key", "The user is not known.")
    return Caller(user, expires_at)


def place_of(environment: Environment, id: str) -> Place:
    try:
        return Place(environment.id, USERS, checked_external_id(id))
    except (NotiflowsError, RefusedError):
        raise unauthenticated("user_key", "The user is not known.") from None


def claims_of(token: str, environment: Environment) -> Mapping[str, Any]:
    """The claims of a token. Raises NotiflowsError unless it is signed with the environment's key and in force."""
    try:
        return verified_claims(token, environment, LEEWAY_SECONDS)
    except (SigningKeyMissingError, BadTokenError) as error:
        raise unauthenticated("user_key", str(error)) from None
