"""Signing in by a provider, in a browser."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx
import pyotp
import pytest

from addressee.database.installation import Installation
from addressee.operators.credentials.one_time_passwords import new_secret
from addressee.operators.operators import Operators
from tests.dashboard.conftest import NewOperator
from tests.support.api import running_api
from tests.support.browsing import load
from tests.support.html import parse
from tests.support.openid_provider import FakeProvider, running_provider

SIGN_IN = "/dashboard/sign-in"
BEGIN = "/dashboard/oidc/sign-in"


@pytest.fixture(scope="module")
def provider() -> Iterator[FakeProvider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def trusting_api(provider: FakeProvider, installation: Installation) -> Iterator[str]:
    with running_api(installation, **provider.settings) as url:
        yield url


@pytest.fixture
async def browser(trusting_api: str, provider: FakeProvider) -> AsyncIterator[httpx.AsyncClient]:
    provider.claims = {}
    async with httpx.AsyncClient(base_url=trusting_api, follow_redirects=True, timeout=30) as browser:
        yield browser


def alert_of(answer: httpx.Response) -> str:
    return parse(answer.text).one("p", role="alert").text


async def test_whoever_the_provider_knows_is_in_without_a_one_time_password(
    browser: httpx.AsyncClient, provider: FakeProvider, new_operator: NewOperator, operators: Operators
) -> None:
    operator = await new_operator()
    await operators.accounts.require_one_time_passwords(operator, secret := new_secret(), pyotp.TOTP(secret).now())
    provider.email = operator.email.upper()
    link = (await load(browser, f"{SIGN_IN}?next=/dashboard/account")).one("a", **{"class": "button secondary"})
    assert link.text == "Sign in with Example & Co"
    answer = await browser.get(link.attributes["href"] or "")
    assert answer.url.path == "/dashboard/account"
    assert operator.email in answer.text
    cookie = answer.history[-1].headers["set-cookie"]
    assert "HttpOnly; SameSite=Lax" in cookie


async def test_who_has_no_account_is_told_to_ask(browser: httpx.AsyncClient, provider: FakeProvider) -> None:
    provider.email = "nobody@example.org"
    answer = await browser.get(BEGIN)
    assert answer.status_code == 403
    assert alert_of(answer) == "nobody@example.org has no account here that may sign in. Ask an admin to invite you."


async def test_nor_does_who_is_disabled_come_in(
    browser: httpx.AsyncClient, provider: FakeProvider, new_operator: NewOperator, operators: Operators
) -> None:
    operator = await new_operator()
    await operators.accounts.disable(operator.email)
    provider.email = operator.email
    assert (await browser.get(BEGIN)).status_code == 403


async def test_an_address_that_is_not_verified_is_told(browser: httpx.AsyncClient, provider: FakeProvider) -> None:
    provider.claims = {"email_verified": False}
    answer = await browser.get(BEGIN)
    assert (answer.status_code, alert_of(answer)) == (
        403,
        "The provider does not say that it has verified your e-mail address. Verify it there first.",
    )


async def test_nobody_comes_in_by_a_link_of_somebody_else(
    browser: httpx.AsyncClient, provider: FakeProvider, new_operator: NewOperator, trusting_api: str
) -> None:
    provider.email = (await new_operator()).email
    begun = await browser.get(BEGIN, follow_redirects=False)
    back = await httpx.AsyncClient().get(begun.headers["location"])
    async with httpx.AsyncClient(follow_redirects=True) as victim:
        answer = await victim.get(back.headers["location"])
    assert answer.status_code == 403
    assert alert_of(answer) == "This was begun in another browser, or too long ago. Sign in once more."


@pytest.mark.parametrize("elsewhere", ["https://example.com/", "//example.com", "/docs"])
async def test_nobody_is_led_to_another_place(
    browser: httpx.AsyncClient, provider: FakeProvider, new_operator: NewOperator, elsewhere: str
) -> None:
    provider.email = (await new_operator()).email
    answer = await browser.get(BEGIN, params={"next": elsewhere})
    assert answer.url.path.startswith("/dashboard/env/")


async def test_without_a_provider_there_is_no_button_and_no_page(api: str) -> None:
    async with httpx.AsyncClient(base_url=api) as browser:
        assert "oidc" not in (await browser.get(SIGN_IN)).text
        assert [(await browser.get(path)).status_code for path in (BEGIN, "/dashboard/oidc/callback")] == [404, 404]
