"""Authentication of servers, by a pair of keys, and of clients, on behalf of a user (notiflows.md §1.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from addressee.api.call import Request
from addressee.api.user_tokens import BadTokenError, SigningKeyMissingError, verified_claims
from addressee.dialects.notiflows.wire.errors import NotiflowsError, unauthenticated
from addressee.dialects.notiflows.wire.places import checked_external_id
from addressee.directory.access.environments import Environment, Settings
from addressee.directory.access.keys import Credential, Kind
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
    """`user` is the user on whose behalf a client calls; None when a server calls."""

    user: Recipient | None = None

    @property
    def user_id(self) -> str | None:
        return None if self.user is None else self.user.place.id


async def authenticate(request: Request) -> tuple[Credential, Caller]:
    """Raises NotiflowsError unless the credentials that were sent may call the operation."""
    if request.operation.keys == ADMIN:
        return await by_pair(request), Caller()
    credential = await by_public_key(request)
    check_origin(request, credential.environment.settings)
    return credential, Caller(await acting_user(request, credential.environment))


async def by_pair(request: Request) -> Credential:
    """The credential of the secret key; a public key that is sent with it must belong to the same environment."""
    secret = await find(request, SECRET_KEY, "secret")
    if secret is None:
        raise unauthenticated("secret_key", f"Send a secret key that is in force: {SECRET_KEY}.")
    if PUBLIC_KEY in request.headers:
        public = await find(request, PUBLIC_KEY, "public")
        if public is None or public.environment.id != secret.environment.id:
            raise unauthenticated("api_key", f"The public key is not one that belongs to the secret key: {PUBLIC_KEY}.")
    return secret


async def by_public_key(request: Request) -> Credential:
    public = await find(request, PUBLIC_KEY, "public")
    if public is None:
        raise unauthenticated("api_key", f"Send a public key that is in force: {PUBLIC_KEY}.")
    return public


async def find(request: Request, header: str, kind: Kind) -> Credential | None:
    key = request.headers.get(header, "")
    return await request.services.keys.find(key, (kind,)) if key else None


def check_origin(request: Request, settings: Settings) -> None:
    """Raises NotiflowsError for a browser whose page is not of an allowed origin; other clients send no origin."""
    origin = request.headers.get("origin")
    if origin is not None and origin.lower() not in settings.allowed_origins:
        raise NotiflowsError(
            "forbidden", f"Pages from {origin} may not call; allowed_origins of the environment says which."
        )


async def acting_user(request: Request, environment: Environment) -> Recipient:
    """The user whom a token names, or in development mode a header.

    Raises NotiflowsError when there is none; users are not created here.
    """
    token = request.headers.get(USER_TOKEN)
    named = request.headers.get(USER_ID) if environment.settings.development_mode else None
    if token:
        id = subject(token, environment)
    elif named:
        id = named.encode("latin-1").decode("utf-8", errors="replace")
    else:
        raise unauthenticated("user_key", f"Send a token that says who the user is: {USER_TOKEN}.")
    user = await request.services.directory.read(place_of(environment, id))
    if user is None:
        raise unauthenticated("user_key", "The user is not known.")
    return user


def place_of(environment: Environment, id: str) -> Place:
    try:
        return Place(environment.id, USERS, checked_external_id(id))
    except (NotiflowsError, RefusedError):
        raise unauthenticated("user_key", "The user is not known.") from None


def subject(token: str, environment: Environment) -> str:
    """The external id in a token. Raises NotiflowsError unless it is signed with the environment's key and in force."""
    try:
        found: str = verified_claims(token, environment, LEEWAY_SECONDS)["sub"]
    except (SigningKeyMissingError, BadTokenError) as error:
        raise unauthenticated("user_key", str(error)) from None
    return found
