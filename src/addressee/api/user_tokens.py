"""Tokens with which a client acts for a user (knock.md §1.3, notiflows.md §1.2)."""

from __future__ import annotations

from typing import Any

import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from addressee.directory.access.environments import Environment
from addressee.directory.access.signing_keys import parse_signing_key

MAX_LENGTH = 16_384

log = structlog.get_logger()


class SigningKeyMissingError(Exception):
    """The environment has no key that can verify tokens."""

    def __init__(self, lacks: str = "has no signing key") -> None:
        super().__init__(f"This environment {lacks}; make one with `addressee environments new-signing-key`.")


class BadTokenError(Exception):
    """A token that is not accepted; the message says why."""


def verified_claims(token: str, environment: Environment, leeway_seconds: int) -> dict[str, Any]:
    """Returns the claims of a token, among them the text `sub`.

    Raises SigningKeyMissingError, and BadTokenError unless the token is signed with the environment's key (RS256) and
    has not expired. A token without `exp` does not expire.
    """
    key = signing_key_of(environment)
    if len(token) > MAX_LENGTH:
        raise BadTokenError("The user token is too long.")
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            leeway=leeway_seconds,
            options={"require": ["sub"], "verify_aud": False},
        )
    except jwt.ExpiredSignatureError:
        raise BadTokenError("The user token has expired.") from None
    except jwt.InvalidTokenError:
        raise BadTokenError("The user token is not valid for this environment.") from None
    return claims


def signing_key_of(environment: Environment) -> RSAPublicKey:
    """Raises SigningKeyMissingError when there is no key, or one that cannot be used, which is logged."""
    pem = environment.settings.signing_key
    if pem is None:
        raise SigningKeyMissingError
    try:
        return parse_signing_key(pem)
    except ValueError as error:
        log.error("environment misconfigured", environment=environment.name, reason=f"signing_key {error}")
        raise SigningKeyMissingError("has a signing key that cannot be used") from None
