"""User tokens, by which public keys act for one user, and what they allow (knock.md §1.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from addressee.api.user_tokens import BadTokenError, SigningKeyMissingError, verified_claims
from addressee.dialects.knock.wire.errors import KnockError
from addressee.directory.access.environments import Environment
from addressee.directory.recipient import TENANTS

LEEWAY_SECONDS = 60

# The two paths of a tenant.
TENANT_PATHS = (f"/v1/objects/{TENANTS}/", "/v1/tenants/")

# Permissions that may be granted on a tenant, for what belongs to that tenant.
OF_TENANTS = frozenset({"user/feed_read", "user/feed_write", "preferences/read", "preferences/write"})

# Other spellings of grants in Knock's documentation.
ALIASES = {
    "feed/read": "user/feed_read",
    "user_feed/read": "user/feed_read",
    "feed/write": "user/feed_write",
    "user_feed/write": "user/feed_write",
}


@dataclass(frozen=True, slots=True)
class Token:
    """A verified user token: the user that it is for, and grants by the path of the resource.

    `expires_at` is in seconds since 1970; without it, it does not expire.
    """

    user_id: str
    grants: Mapping[str, frozenset[str]] = field(default_factory=dict)
    explicit: bool = False
    expires_at: float | None = None

    def allows(self, permission: str, user_id: str) -> bool:
        """Returns whether its bearer may do this to that user's things."""
        if user_id == self.user_id and not self.explicit:
            return True
        if permission in self.grants.get(user_path(user_id), ()):
            return True
        return user_id == self.user_id and permission in OF_TENANTS and self.is_granted_on_a_tenant(permission)

    def is_granted_on_a_tenant(self, permission: str) -> bool:
        return any(permission in granted for path, granted in self.grants.items() if path.startswith(TENANT_PATHS))

    def allows_object(self, permission: str, collection: str, id: str) -> bool:
        """Returns whether its bearer may do this to an object's things: no more than was granted."""
        paths = tenant_paths(id) if collection == TENANTS else [f"/v1/objects/{collection}/{id}"]
        return any(permission in self.grants.get(path, ()) for path in paths)

    @property
    def is_limited_to_tenants(self) -> bool:
        """Returns whether it opens feeds and preferences of listed tenants only."""
        return any(path.startswith(TENANT_PATHS) for path in self.grants)

    def allows_tenant(self, permission: str, tenant: str | None) -> bool:
        """Returns whether its bearer may do this to feeds and preferences of a tenant; None: of no tenant.

        The tenant must be listed; an explicit grant may stand with it or with the user.
        """
        if not self.is_limited_to_tenants:
            return True
        own = user_path(self.user_id)
        listed = [path for path in ([own] if tenant is None else tenant_paths(tenant)) if path in self.grants]
        granted = (self.grants.get(path, frozenset()) for path in (own, *listed))
        return bool(listed) and (not self.explicit or any(permission in each for each in granted))


def tenant_paths(id: str) -> list[str]:
    return [prefix + id for prefix in TENANT_PATHS]


def user_path(id: str) -> str:
    return f"/v1/users/{id}"


def verify(token: str, environment: Environment) -> Token:
    """Returns the token. Raises KnockError unless it is signed with the environment's key (RS256) and in force."""
    try:
        claims = verified_claims(token, environment, LEEWAY_SECONDS)
    except SigningKeyMissingError as error:
        raise KnockError("missing_jwt_signing_key", str(error)) from None
    except BadTokenError as error:
        raise KnockError("invalid_user_token", str(error)) from None
    explicit = claims.get("explicit_grants") is True
    return Token(claims["sub"], read_grants(claims.get("grants")), explicit, claims.get("exp"))


def read_grants(claim: Any) -> dict[str, frozenset[str]]:
    """Returns grants by the paths of resources. The hosts in their URIs are Knock's, and do not count."""
    if not isinstance(claim, dict):
        return {}
    return {
        unquote(urlsplit(uri).path): frozenset(ALIASES.get(grant, grant) for grant in map(str, granted))
        for uri, granted in claim.items()
        if isinstance(uri, str) and isinstance(granted, dict)
    }
