"""Authentication of browsers and apps, by a public key and the token of a user (realtime-suprsend.md §2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from addressee.api.user_tokens import BadTokenError, SigningKeyMissingError, verified_claims
from addressee.dialects.suprsend.wire.errors import forbidden, unauthenticated
from addressee.dialects.suprsend.wire.places import parse_id, parse_tenant_id
from addressee.directory.access.environments import Environment
from addressee.directory.access.key_ring import KeyRing
from addressee.directory.access.keys import Credential
from addressee.preferences.sets import DEFAULT

# The header of a request, and the field of a socket's authentication.
USER_TOKEN = "x-ss-signature"  # noqa: S105

LEEWAY_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Subscriber:
    """The user for whom a client acts, and the tenant within which it does.

    `expires_at`, in seconds since 1970, is when the token expires; None: it does not, or there is none.
    """

    user_id: str
    tenant_id: str
    expires_at: float | None = None


@dataclass(frozen=True, slots=True)
class Client:
    """A client whose requests say in their bodies for whom it acts, if for anybody; `token` is its user's, if any."""

    environment: Environment
    token: str | None
    user_id: None = None

    def check_body(self, workspace: object) -> None:
        """Does nothing: clients know no workspace."""

    def check_subscriber(self, user_id: str, tenant_id: str | None) -> None:
        """Raises SuprSendError unless the client may act for a user, and within a tenant if one is named."""
        allowed_claims(self.environment, self.token, user_id, tenant_id)


async def authenticate_subscriber(
    keys: KeyRing, public_key: str, token: str | None, distinct_id: object, tenant_id: object
) -> tuple[Credential, Subscriber]:
    """Returns the credential of a public key, and the user and the tenant that a request or a socket names.

    In enhanced security mode a token must allow both; otherwise tokens are not looked at. No tenant stands for the
    default one. Raises SuprSendError: 401 for the key or the token, 403 for a token of another user or tenant.
    """
    credential = await require_public_key(keys, public_key)
    user_id = parse_id(distinct_id)
    tenant = DEFAULT if tenant_id is None else parse_tenant_id(tenant_id)
    claims = allowed_claims(credential.environment, token, user_id, tenant)
    return credential, Subscriber(user_id, tenant, claims.get("exp"))


async def require_public_key(keys: KeyRing, public_key: str) -> Credential:
    """Returns the credential of a public key. Raises SuprSendError when there is none."""
    credential = await keys.find(public_key, ("public",))
    if credential is None:
        raise unauthenticated("Send a public key that is in force, and nothing else: Authorization: <public key>.")
    return credential


def allowed_claims(
    environment: Environment, token: str | None, user_id: str, tenant_id: str | None
) -> Mapping[str, Any]:
    """Returns the claims of a token that allows a client to act for a user, and within a tenant if one is named.

    Without enhanced security no token is looked at. Raises SuprSendError.
    """
    if not environment.settings.enhanced_security:
        return {}
    claims = claims_of(token, environment)
    check_user(claims, user_id)
    check_tenant(claims, tenant_id, is_required=environment.settings.require_tenant_scope)
    return claims


def claims_of(token: str | None, environment: Environment) -> dict[str, Any]:
    """Raises SuprSendError unless the token is signed with the environment's key (ES256) and in force."""
    if not token:
        raise unauthenticated(f"This environment needs a user token: {USER_TOKEN}.")
    try:
        return verified_claims(token, environment, LEEWAY_SECONDS, algorithm="ES256", subject="entity_id")
    except (SigningKeyMissingError, BadTokenError) as error:
        raise unauthenticated(str(error)) from None


def check_user(claims: dict[str, Any], user_id: str) -> None:
    if claims.get("entity_type", "subscriber") != "subscriber" or claims["entity_id"] != user_id:
        raise forbidden("The user token is another user's: its entity_id must be the distinct_id.")


def check_tenant(claims: dict[str, Any], tenant: str | None, *, is_required: bool) -> None:
    """Raises SuprSendError when a token's scope lacks, or is another tenant than the one that is named."""
    scope = claims.get("scope")
    allowed = scope.get("tenant_id") if isinstance(scope, dict) else None
    if allowed is None and not is_required:
        return
    if not isinstance(allowed, str) or tenant not in (None, allowed.strip().lower()):
        raise forbidden("The user token is for another tenant: its scope.tenant_id must be the tenant_id.")
