"""User tokens and what they allow (knock.md §1.3): who acts when a public key calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import jwt

from addressee.dialects.knock.errors import KnockError
from addressee.directory.environments import Settings
from addressee.directory.recipient import TENANTS

LEEWAY_SECONDS = 60
MAX_LENGTH = 16_384

# The vendor's pages spell some grants in several ways.
ALIASES = {
    "feed/read": "user/feed_read",
    "user_feed/read": "user/feed_read",
    "feed/write": "user/feed_write",
    "user_feed/write": "user/feed_write",
}


@dataclass(frozen=True, slots=True)
class Token:
    """A verified user token: whom it is for, and the grants by the path of the resource."""

    user_id: str
    grants: Mapping[str, frozenset[str]] = field(default_factory=dict)
    explicit: bool = False

    def allows(self, permission: str, user_id: str) -> bool:
        """Whether its bearer may do this to that user's things."""
        if user_id == self.user_id and not self.explicit:
            return True
        return permission in self.grants.get(f"/v1/users/{user_id}", ())

    def allows_object(self, permission: str, collection: str, id: str) -> bool:
        """Whether its bearer may do this to an object's things: no more than was granted. A tenant has two paths."""
        paths = [f"/v1/objects/{collection}/{id}", *([f"/v1/tenants/{id}"] if collection == TENANTS else [])]
        return any(permission in self.grants.get(path, ()) for path in paths)

    @property
    def tenants(self) -> frozenset[str] | None:
        """The tenants that feeds and preferences are limited to; None: there is no limit."""
        prefixes = ("/v1/objects/$tenants/", "/v1/tenants/")
        named = [path.removeprefix(prefix) for path in self.grants for prefix in prefixes if path.startswith(prefix)]
        return frozenset(named) or None

    def allows_tenant(self, tenant: str | None) -> bool:
        if self.tenants is None:
            return True
        if tenant is None:
            return f"/v1/users/{self.user_id}" in self.grants
        return tenant in self.tenants


def verify(token: str, settings: Settings) -> Token:
    """Raises KnockError unless the token is signed with the environment's key (RS256) and in force."""
    if settings.signing_key is None:
        raise KnockError(
            "missing_jwt_signing_key",
            "This environment has no signing key; make one with `addressee environments new-signing-key`.",
        )
    if len(token) > MAX_LENGTH:
        raise KnockError("invalid_user_token", "The user token is too long.")
    try:
        claims = jwt.decode(
            token,
            settings.signing_key,
            algorithms=["RS256"],
            leeway=LEEWAY_SECONDS,
            options={"require": ["sub"], "verify_aud": False},
        )
    except jwt.ExpiredSignatureError:
        raise KnockError("invalid_user_token", "The user token has expired.") from None
    except jwt.InvalidTokenError:
        raise KnockError("invalid_user_token", "The user token is not valid for this environment.") from None
    return Token(claims["sub"], read_grants(claims.get("grants")), claims.get("explicit_grants") is True)


def read_grants(claim: Any) -> dict[str, frozenset[str]]:
    """Grants by resource path: the host of a resource's URI is the vendor's, whatever ours is."""
    if not isinstance(claim, dict):
        return {}
    return {
        unquote(urlsplit(uri).path): frozenset(ALIASES.get(grant, grant) for grant in map(str, granted))
        for uri, granted in claim.items()
        if isinstance(uri, str) and isinstance(granted, dict)
    }
