"""ID tokens: what a provider signs about whoever has signed in there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog

from addressee.operators.openid.errors import NotTrustedError
from addressee.operators.openid.provider import Keys, Tokens
from addressee.operators.openid.settings import OpenIdSettings

# Signatures by keys that the provider alone has.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")

# By which the clocks of the provider and of this machine may differ.
LEEWAY_SECONDS = 60

log = structlog.get_logger()


class UnknownKeyError(Exception):
    """The token is signed by a key that is not among those that are known: the provider may have new ones."""


def claims_of(tokens: Tokens, keys: Keys, settings: OpenIdSettings, nonce: str, now: datetime) -> Mapping[str, Any]:
    """Returns what an ID token says, once its signature, issuer, audience, times and nonce are right.

    Raises UnknownKeyError, NotTrustedError.
    """
    # Slow imports that only an installation with a provider needs.
    from authlib.oidc.core import CodeIDToken
    from joserfc import jwt
    from joserfc.errors import InvalidKeyIdError, JoseError
    from joserfc.jwk import KeySet

    options = {
        "iss": {"essential": True, "value": settings.issuer},
        "aud": {"essential": True, "value": settings.client_id},
        "nonce": {"essential": True, "value": nonce},
    }
    params = {"client_id": settings.client_id, "nonce": nonce, "access_token": tokens.access_token}
    try:
        known = KeySet.import_key_set({"keys": [dict(key) for key in keys.keys]})
        token = jwt.decode(tokens.id_token, known, algorithms=ALGORITHMS)
        claims = CodeIDToken(token.claims, token.header, options, params)
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY_SECONDS)
    except InvalidKeyIdError:
        raise UnknownKeyError from None
    except (JoseError, ValueError, TypeError, KeyError) as error:
        log.warning("ID token refused", reason=type(error).__name__)
        raise NotTrustedError from None
    return dict(claims)
