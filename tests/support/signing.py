"""Keys that sign user tokens. Making or reading one takes 50 ms, so most test environments share one."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from addressee.database.pool import Pool
from addressee.directory.access.algorithms import SETTINGS, Algorithm
from addressee.directory.access.environments import Environments
from addressee.directory.access.signing_keys import new_pair


async def use_shared_key(pool: Pool, environment: str, algorithm: Algorithm = "RS256") -> str:
    """Gives an environment the public half of the key that tests share, and returns the private half (PEM)."""
    private, public = shared_pair(algorithm)
    await Environments(pool).change(environment, {SETTINGS[algorithm]: public})
    return private


def sign(claims: Mapping[str, Any], private: str, algorithm: Algorithm = "RS256") -> str:
    return jwt.encode(dict(claims), read(private), algorithm=algorithm)


shared_pair = cache(new_pair)


@cache
def read(private: str) -> Any:
    return load_pem_private_key(private.encode(), None)
