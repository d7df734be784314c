"""Who calls: a secret key, as `Authorization: Bearer <key>`."""

from __future__ import annotations

from addressee.api.call import Request
from addressee.dialects.native.wire.errors import ForbiddenError, UnauthenticatedError
from addressee.directory.access.keys import Credential

SCHEME = "bearer "


async def authenticate(request: Request) -> tuple[Credential, None]:
    """Raises UnauthenticatedError or ForbiddenError."""
    header = request.headers.get("authorization", "")
    key = header[len(SCHEME) :].strip() if header.lower().startswith(SCHEME) else ""
    credential = await request.services.keys.find(key) if key else None
    if credential is None:
        raise UnauthenticatedError("Send a secret key that is in force: Authorization: Bearer <key>.")
    if credential.kind not in request.operation.keys:
        raise ForbiddenError(f"A {credential.kind} key may not call this; use a secret key.")
    return credential, None
