"""Keys that sign user tokens. Making or reading one takes 50 ms, so most test environments share one."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from addressee.database.pool import Pool
from addressee.directory.access.environments import Environments
from addressee.directory.access.signing_keys import new_pair


async def use_shared_key(pool: Pool, environment: str) -> str:
    """Gives an environment the public half of the key that tests share, and returns the private half (PEM)."""
    private, public = shared_pair()
    await Environments(pool).change(environment, {"signing_key": public})
    return private


def sign(claims: Mapping[str, Any], private: str) -> str:
    return jwt.encode(dict(claims), read(private), algorithm="RS256")


shared_pair = cache(new_pair)


@cache
def read(private: str) -> Any:
    return load_pem_private_key(private.encode(), None)
