"""Authentication by a secret key, or where an operation allows it, by a public key and a user token.

A key comes as `Authorization: Bearer <key>`, a token in `X-Addressee-User-Token`. Operations that browsers open without
headers take both as the parameters `api_key` and `user_token`.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import NamedTuple

from addressee.api.authentication import bearer_token
from addressee.api.call import Request
from addressee.api.requests.query_strings import Query
from addressee.api.user_tokens import BadTokenError, SigningKeyMissingError, verified_claims
from addressee.dialects.native.wire.errors import NativeError
from addressee.directory.access.environments import Environment
from addressee.directory.access.keys import Credential

IN_QUERY = ("api_key", "user_token")
LEEWAY_SECONDS = 60


class Caller(NamedTuple):
    """The user for whom a public key acts, and until when, in seconds since 1970; None: for as long as it wants."""

    user_id: str
    expires_at: float | None = None


async def authenticate(request: Request) -> tuple[Credential, Caller | None]:
    """Raises NativeError unless a key opens the operation, and a token its user, where one is needed."""
    key, token = bearer_token(request.headers), request.headers.get("x-addressee-user-token")
    if set(IN_QUERY) <= set(request.operation.query):
        query = Query(request.query_string)
        key, token = key or query.text("api_key"), token or query.text("user_token")
    credential = await request.services.keys.find(key)
    if credential is None:
        message = "Send a secret key that is in force: Authorization: Bearer <key>."
        raise NativeError("unauthenticated", HTTPStatus.UNAUTHORIZED, message)
    if credential.kind not in request.operation.keys:
        message = f"A {credential.kind} key may not call this; use a secret key."
        raise NativeError("forbidden", HTTPStatus.FORBIDDEN, message)
    if credential.kind == "secret" or not credential.environment.settings.enhanced_security:
        return credential, None
    caller = user_of(token, credential.environment)
    if request.path.get("user_id") != caller.user_id:
        raise NativeError("forbidden", HTTPStatus.FORBIDDEN, "The user token is another user's.")
    return credential, caller


def user_of(token: str | None, environment: Environment) -> Caller:
    if not token:
        message = "This environment needs a user token: X-Addressee-User-Token, or user_token in the query."
        raise NativeError("unauthenticated", HTTPStatus.UNAUTHORIZED, message)
    try:
        claims = verified_claims(token, environment, LEEWAY_SECONDS)
    except (SigningKeyMissingError, BadTokenError) as error:
        raise NativeError("unauthenticated", HTTPStatus.UNAUTHORIZED, str(error)) from None
    expires_at = claims.get("exp")
    return Caller(claims["sub"], None if expires_at is None else float(expires_at))
