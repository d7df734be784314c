"""Authenticates requests by a secret key, or by a public key and a user token (knock.md §1.2–§1.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from addressee.api.authentication import bearer_token
from addressee.api.call import Request
from addressee.dialects.knock.wire import tokens
from addressee.dialects.knock.wire.errors import KnockError
from addressee.dialects.knock.wire.tokens import Token
from addressee.directory.access.key_ring import KeyRing
from addressee.directory.access.keys import Credential
from addressee.directory.recipient import Place

# Permissions that user tokens grant.
FEED_READ = "user/feed_read"
FEED_WRITE = "user/feed_write"
GUIDE_READ = "user/guide_read"
GUIDE_WRITE = "user/guide_write"
WRITE_PREFERENCES = "preferences/write"
WRITE_CHANNEL_DATA = "channel_data/write"
SLACK = "slack/channels_read"
MS_TEAMS = "ms_teams/channels_read"

# Permissions for an object that the query names: the routes check them.
OF_NAMED_OBJECTS = frozenset({SLACK, MS_TEAMS})


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller of a request.

    `token` is set when a public key acts in enhanced security mode, and then says what the caller may do.
    """

    token: Token | None = None

    @property
    def user_id(self) -> str | None:
        """The one user whose things the caller may touch; None: anyone's."""
        return self.token.user_id if self.token else None

    def check_permission(self, permission: str, user_id: str) -> None:
        """Raises KnockError when the token does not allow this to be done to that user's things."""
        if self.token is not None and not self.token.allows(permission, user_id):
            raise KnockError("authorization", f"The user token does not allow {permission}.")

    def check_object(self, permission: str, place: Place) -> None:
        """Raises KnockError when the token does not allow this to be done with an object's things."""
        if self.token is not None and not self.token.allows_object(permission, place.collection, place.id):
            raise KnockError("authorization", f"The user token does not allow {permission} for this object.")

    @property
    def is_limited_to_tenants(self) -> bool:
        return self.token is not None and self.token.is_limited_to_tenants

    def covers_tenant(self, permission: str, tenant: str | None) -> bool:
        """Returns whether the caller may do this to what belongs to a tenant; None: to no tenant."""
        return self.token is None or self.token.allows_tenant(permission, tenant)

    def check_tenant(self, permission: str, tenant: str | None) -> None:
        """Raises KnockError when the token is limited to tenants and this is none of them."""
        if not self.covers_tenant(permission, tenant):
            raise KnockError("authorization", "The user token does not cover this tenant.")


ANYBODY = Caller()


async def authenticate(request: Request) -> tuple[Credential, Caller]:
    """Returns the key's credential and the caller. Raises KnockError unless they may call the operation."""
    if not request.headers.get("authorization"):
        raise KnockError("authentication_required", "Send an API key: Authorization: Bearer <key>.")
    credential = await request.services.keys.find(bearer_token(request.headers))
    if credential is None:
        raise KnockError("api_key_missing", "The API key is missing, unknown or revoked.")
    if credential.kind not in request.operation.keys:
        raise KnockError("incorrect_token_type", f"A {credential.kind} key may not call this; use a secret key.")
    return credential, identify_caller(request, credential)


def identify_caller(request: Request, credential: Credential) -> Caller:
    environment = credential.environment
    if credential.kind != "public" or not environment.settings.enhanced_security:
        return ANYBODY
    text = request.headers.get("x-knock-user-token")
    if not text:
        raise KnockError("missing_user_token", "This environment needs a user token in X-Knock-User-Token.")
    token = tokens.verify(text, environment)
    if not is_allowed(token, request.operation.permission or "", request.path):
        raise KnockError("authorization", "The user token does not allow this.")
    return Caller(token)


async def authenticate_page(keys: KeyRing, public_key: str | None, user_token: str | None) -> tuple[Credential, Caller]:
    """Returns the credential and the caller of a page that cannot send headers.

    Raises KnockError without a public key, or without a user token where the environment wants one.
    """
    credential = await keys.find(public_key, ("public",))
    if credential is None:
        raise KnockError("api_key_missing", "The API key is missing, unknown or revoked.")
    if not credential.environment.settings.enhanced_security:
        return credential, ANYBODY
    if not user_token:
        raise KnockError("missing_user_token", "This environment needs a user token.")
    return credential, Caller(tokens.verify(user_token, credential.environment))


def is_allowed(token: Token, permission: str, path: Mapping[str, str]) -> bool:
    """Returns whether the token opens what the path names: an object, a user, or something of the token's own user."""
    if permission in OF_NAMED_OBJECTS:
        return True
    if "collection" in path:
        return token.allows_object(permission, path["collection"], path["object_id"])
    return token.allows(permission, path.get("user_id", token.user_id))
