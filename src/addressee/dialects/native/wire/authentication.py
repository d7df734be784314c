"""Authentication by a secret key, as `Authorization: Bearer <key>`."""

from __future__ import annotations

from http import HTTPStatus

from addressee.api.authentication import bearer_token
from addressee.api.call import Request
from addressee.dialects.native.wire.errors import NativeError
from addressee.directory.access.keys import Credential


async def authenticate(request: Request) -> tuple[Credential, None]:
    """Raises NativeError unless a key is sent that opens the operation."""
    credential = await request.services.keys.find(bearer_token(request.headers))
    if credential is None:
        message = "Send a secret key that is in force: Authorization: Bearer <key>."
        raise NativeError("unauthenticated", HTTPStatus.UNAUTHORIZED, message)
    if credential.kind not in request.operation.keys:
        message = f"A {credential.kind} key may not call this; use a secret key."
        raise NativeError("forbidden", HTTPStatus.FORBIDDEN, message)
    return credential, None
