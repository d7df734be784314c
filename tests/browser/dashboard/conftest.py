"""Pages of operators in a real browser. Fixtures of tests/dashboard serve here, too."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import pytest
from playwright.async_api import Page

from addressee.dashboard.cookies import NAME
from addressee.operators.model import Role
from addressee.operators.operators import Operators
from tests.browser.conftest import NewContext
from tests.dashboard.conftest import NewOperator, at, directory, new_operator, operators

__all__ = ["at", "directory", "new_operator", "operators"]

OpenAs: TypeAlias = Callable[..., Awaitable[Page]]


@pytest.fixture
def open_as(api: str, operators: Operators, new_operator: NewOperator, new_context: NewContext) -> OpenAs:
    """Opens an empty page in a browser where an operator of a role is signed in; options are those of a context.

    Paths are relative to the service: `await page.goto(at("users"))`.
    """

    async def open(role: Role = Role.ADMIN, **options: object) -> Page:
        token = await operators.sessions.begin(await new_operator(role), "2001:db8::1", "test")
        assert token is not None
        context = await new_context(base_url=api, **options)
        await context.add_cookies([{"name": NAME, "value": token, "url": f"{api}/dashboard"}])
        return await context.new_page()

    return open
