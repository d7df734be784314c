"""Tokens with which a client acts for a user (knock.md §1.3, notiflows.md §1.2)."""

from __future__ import annotations

from typing import Any

import jwt

from addressee.directory.environments import Settings

MAX_LENGTH = 16_384


class SigningKeyMissingError(Exception):
    """The environment has no key with which tokens could be signed."""

    def __init__(self) -> None:
        super().__init__("This environment has no signing key; make one with `addressee environments new-signing-key`.")


class BadTokenError(Exception):
    """A token that opens nothing; the message says why."""


def verified_claims(token: str, settings: Settings, leeway_seconds: int) -> dict[str, Any]:
    """What a token says: `sub`, a text, at least.

    Raises SigningKeyMissingError, and BadTokenError unless it is signed with the environment's key (RS256) and in
    force. A token that says nothing of its end has none.
    """
    if settings.signing_key is None:
        raise SigningKeyMissingError
    if len(token) > MAX_LENGTH:
        raise BadTokenError("The user token is too long.")
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            settings.signing_key,
            algorithms=["RS256"],
            leeway=leeway_seconds,
            options={"require": ["sub"], "verify_aud": False},
        )
    except jwt.ExpiredSignatureError:
        raise BadTokenError("The user token has expired.") from None
    except jwt.InvalidTokenError:
        raise BadTokenError("The user token is not valid for this environment.") from None
    return claims
