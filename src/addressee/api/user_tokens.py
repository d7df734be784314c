"""Tokens with which a client acts for a user (knock.md §1.3, notiflows.md §1.2, realtime-suprsend.md §2)."""

from __future__ import annotations

from typing import Any

import jwt
import structlog

from addressee.directory.access.algorithms import SETTINGS as SIGNING_KEYS
from addressee.directory.access.algorithms import Algorithm
from addressee.directory.access.environments import Environment
from addressee.directory.access.signing_keys import PublicKey, parse_signing_key

MAX_LENGTH = 16_384

log = structlog.get_logger()


class SigningKeyMissingError(Exception):
    """The environment has no key that can verify tokens of an algorithm."""

    def __init__(self, algorithm: Algorithm, lacks: str = "has no signing key") -> None:
        option = "" if algorithm == "RS256" else f" --algorithm {algorithm}"
        command = f"addressee environments new-signing-key{option}"
        super().__init__(f"This environment {lacks}; make one with `{command}`.")


class BadTokenError(Exception):
    """A token that is not accepted; the message says why."""


def verified_claims(
    token: str,
    environment: Environment,
    leeway_seconds: int,
    *,
    algorithm: Algorithm = "RS256",
    subject: str = "sub",
) -> dict[str, Any]:
    """Returns the claims of a token, among them the text `subject`.

    Raises SigningKeyMissingError, and BadTokenError unless the token is signed with the environment's key of the
    algorithm and has not expired. A token without `exp` does not expire.
    """
    key = signing_key_of(environment, algorithm)
    if len(token) > MAX_LENGTH:
        raise BadTokenError("The user token is too long.")
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            leeway=leeway_seconds,
            options={"require": [subject], "verify_aud": False},
        )
    except jwt.ExpiredSignatureError:
        raise BadTokenError("The user token has expired.") from None
    except jwt.InvalidTokenError:
        raise BadTokenError("The user token is not valid for this environment.") from None
    return claims


def signing_key_of(environment: Environment, algorithm: Algorithm) -> PublicKey:
    """Raises SigningKeyMissingError when there is no key, or one that cannot be used, which is logged."""
    pem = environment.settings.signing_key_of(algorithm)
    if pem is None:
        raise SigningKeyMissingError(algorithm)
    try:
        return parse_signing_key(pem, algorithm)
    except ValueError as error:
        setting = SIGNING_KEYS[algorithm]
        log.error("environment misconfigured", environment=environment.name, reason=f"{setting} {error}")
        raise SigningKeyMissingError(algorithm, "has a signing key that cannot be used") from None
