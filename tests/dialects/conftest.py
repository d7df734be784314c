"""Plain clients of all dialects on one environment, for what they do to each other's people."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from dataclasses import dataclass

import httpx
import pytest

from addressee.database.pool import Pool
from addressee.directory.access.keys import Keys
from tests.conftest import Environment
from tests.dialects.notiflows.conftest import user_token
from tests.support.signing import use_shared_key


@dataclass(frozen=True, slots=True)
class Clients:
    """`acting` makes clients of Notiflows' user API, each for the user with this id."""

    knock: httpx.Client
    suprsend: httpx.Client
    notiflows: httpx.Client
    acting: Callable[[str], httpx.Client]


@pytest.fixture
async def everybody(api: str, keys: Keys, pool: Pool, environment: Environment) -> AsyncIterator[Clients]:
    public, secret, rest = [await keys.create(environment.name, kind) for kind in ("public", "secret", "api")]
    signing_key = await use_shared_key(pool, environment.name)
    with ExitStack() as opened:

        def client(**headers: str) -> httpx.Client:
            dashed = {name.replace("_", "-"): value for name, value in headers.items()}
            return opened.enter_context(httpx.Client(base_url=api, headers=dashed, timeout=30, verify=False))

        yield Clients(
            knock=client(authorization=f"Bearer {secret.key}"),
            suprsend=client(authorization=f"Bearer {rest.key}"),
            notiflows=client(x_notiflows_api_key=public.key, x_notiflows_secret_key=secret.key),
            acting=lambda id: client(x_notiflows_api_key=public.key, x_notiflows_user_key=user_token(signing_key, id)),
        )
