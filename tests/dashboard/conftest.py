"""Operators' browsers without JavaScript, signed in to a fresh environment."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import TypeAlias

import httpx
import pytest

from addressee.dashboard.cookies import NAME
from addressee.dashboard.urls import ROOT, environment_url
from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.directory import Directory
from addressee.operators.model import Operator, Role
from addressee.operators.operators import Operators
from tests.conftest import Environment

PASSWORD = "correct horse battery"

Open: TypeAlias = Callable[[httpx.AsyncClient], None]
NewOperator: TypeAlias = Callable[..., Awaitable[Operator]]
BrowserOf: TypeAlias = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
def operators(pool: Pool, installation: Installation) -> Operators:
    return Operators(pool, Sealer(installation.master_key()))


@pytest.fixture
def directory(pool: Pool) -> Directory:
    return Directory(pool)


@pytest.fixture
def new_operator(operators: Operators, environment: Environment) -> NewOperator:
    """Adds an operator with a role in the environment; None: without any."""

    async def add(role: Role | None = Role.ADMIN, name: str = "Grace Hopper") -> Operator:
        email = f"grace-{secrets.token_hex(6)}@example.org"
        roles = {} if role is None else {environment.id: role}
        id = await operators.accounts.add(email, name, roles, PASSWORD)
        return Operator(id, email, name, roles, has_totp=False, created_at=datetime.now(UTC))

    return add


@pytest.fixture
async def browser_of(api: str, operators: Operators) -> AsyncIterator[BrowserOf]:
    """Opens a browser, in which an operator is signed in if one is given. It follows redirects."""
    async with AsyncExitStack() as opened:

        async def open(operator: Operator | None = None) -> httpx.AsyncClient:
            client = await opened.enter_async_context(
                httpx.AsyncClient(base_url=api, follow_redirects=True, timeout=30, verify=False)
            )
            if operator is not None:
                token = await operators.sessions.begin(operator, "2001:db8::1", "test")
                assert token is not None
                client.cookies.set(NAME, token, domain=client.base_url.host, path=ROOT)
            return client

        yield open


@pytest.fixture
async def admin(new_operator: NewOperator, browser_of: BrowserOf) -> httpx.AsyncClient:
    """The browser of an admin of the environment."""
    return await browser_of(await new_operator(Role.ADMIN))


@pytest.fixture
async def editor(new_operator: NewOperator, browser_of: BrowserOf) -> httpx.AsyncClient:
    return await browser_of(await new_operator(Role.EDITOR))


@pytest.fixture
async def viewer(new_operator: NewOperator, browser_of: BrowserOf) -> httpx.AsyncClient:
    return await browser_of(await new_operator(Role.VIEWER))


@pytest.fixture
def at(environment: Environment) -> Callable[..., str]:
    """Returns the path of a page of the environment."""

    def path(*segments: object, **query: object) -> str:
        return environment_url(environment.name, *segments, **query)

    return path
