"""Accounts in a real browser: one-time passwords, invitations, and sessions elsewhere."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

import pyotp
import pytest
from playwright.async_api import Page, expect

from addressee.operators.credentials.one_time_passwords import new_secret
from addressee.operators.model import Role
from addressee.operators.operators import Operators
from tests.browser.axe import Axe
from tests.browser.conftest import NewContext
from tests.browser.dashboard.conftest import OpenAs
from tests.browser.dashboard.widths import needed_width
from tests.conftest import Environment
from tests.dashboard.conftest import PASSWORD, NewOperator


async def enter(page: Page, email: str, password: str = PASSWORD) -> None:
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Password", exact=True).fill(password)
    await page.get_by_role("button", name="Sign in").click()


async def test_signing_in_takes_a_code_where_one_time_passwords_are_on(
    api: str, new_context: NewContext, new_operator: NewOperator, operators: Operators, environment: Environment
) -> None:
    operator, secret = await new_operator(), new_secret()
    totp = pyotp.TOTP(secret)
    # The code of the period before, so that the present one is not taken yet.
    await operators.accounts.require_one_time_passwords(operator, secret, totp.at(int(time.time()) - totp.interval))
    page = await (await new_context(base_url=api)).new_page()
    await page.goto("/dashboard")
    await enter(page, operator.email)
    await expect(page.get_by_role("alert")).to_have_text("Enter the code that your authenticator app shows.")
    await page.get_by_label("Code").fill(totp.now())
    await enter(page, operator.email)
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await page.goto("/dashboard/account")
    await expect(page.get_by_role("heading", name="One-time passwords on")).to_be_visible()


async def test_whoever_is_invited_comes_in_by_the_link(
    api: str,
    open_as: OpenAs,
    new_context: NewContext,
    at: Callable[..., str],
    operators: Operators,
    environment: Environment,
    axe: Axe,
) -> None:
    email = f"ada-{secrets.token_hex(6)}@example.org"
    page = await open_as(Role.ADMIN)
    await page.goto(at("operators"))
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Name", exact=True).fill("Ada Lovelace")
    await page.get_by_label("Role", exact=True).select_option("editor")
    await page.get_by_role("button", name="Invite").click()
    link = await page.get_by_label("Link").input_value()
    await axe.finds_nothing(page)

    theirs = await (await new_context()).new_page()
    await theirs.goto(link)
    await axe.finds_nothing(theirs)
    await theirs.get_by_label("Password", exact=True).fill(PASSWORD)
    await theirs.get_by_label("Password again").fill(PASSWORD)
    await theirs.get_by_role("button", name="Begin").click()
    await expect(theirs.get_by_text("Ada Lovelace")).to_be_visible()
    (added,) = [each for each in await operators.accounts.list() if each.email == email]
    assert added.roles == {environment.id: Role.EDITOR}


async def test_a_session_elsewhere_is_ended(
    api: str, new_operator: NewOperator, new_context: NewContext, at: Callable[..., str]
) -> None:
    operator = await new_operator()
    pages = [await (await new_context(base_url=api)).new_page() for _ in range(2)]
    for page in pages:
        await page.goto("/dashboard/account")
        await enter(page, operator.email)
        await expect(page.get_by_role("heading", name="Account")).to_be_visible()
    here, there = pages
    await here.reload()
    await here.get_by_role("button", name="End", exact=True).click()
    await expect(here.get_by_role("status")).to_have_text("The session has ended.")
    await there.goto("/dashboard/account")
    await expect(there.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing(
    open_as: OpenAs,
    new_operator: NewOperator,
    operators: Operators,
    environment: Environment,
    at: Callable[..., str],
    axe: Axe,
    scheme: str,
) -> None:
    other = await new_operator(Role.EDITOR, name="Ada Lovelace")
    await operators.invitations.invite(f"bob-{secrets.token_hex(6)}@example.org", "Bob", {environment.id: Role.VIEWER})
    await operators.acts.record(other, environment.id, "users.edit", "$users", "ada", {"fields": ["name"]})
    page = await open_as(Role.ADMIN, color_scheme=scheme)
    for path in (
        "/dashboard/account",
        "/dashboard/account/one-time-passwords",
        at("operators"),
        at("operators", other.id),
        at("activity"),
    ):
        await page.goto(path)
        await axe.finds_nothing(page)
    await page.set_viewport_size({"width": 360, "height": 740})
    for path in ("/dashboard/account", at("operators"), at("operators", other.id), at("activity")):
        await page.goto(path)
        assert (path, await needed_width(page)) == (path, 360)
