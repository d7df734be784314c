"""Signing in: a session under a new cookie, back to where the browser was sent from, and out again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from addressee.dashboard.cookies import NAME
from tests.conftest import Environment
from tests.dashboard.conftest import PASSWORD, BrowserOf, NewOperator
from tests.support.browsing import load, submit
from tests.support.html import parse


async def test_signing_in_leads_back_to_the_page_that_was_asked_for(
    browser_of: BrowserOf, new_operator: NewOperator, at: Callable[..., str], environment: Environment
) -> None:
    operator, browser = await new_operator(), await browser_of()
    asked = await browser.get(at())
    assert [each.status_code for each in asked.history] == [303]
    before = browser.cookies[NAME]
    form = parse(asked.text).one("form", method="post")
    answer = await submit(browser, form, email=operator.email, password=PASSWORD)
    assert str(answer.url).endswith(at())
    assert parse(answer.text).one("h1").text == environment.name
    assert browser.cookies[NAME] != before


async def test_a_wrong_password_is_refused(browser_of: BrowserOf, new_operator: NewOperator) -> None:
    operator, browser = await new_operator(), await browser_of()
    form = (await load(browser, "/dashboard/sign-in")).one("form", method="post")
    answer = await submit(browser, form, email=operator.email, password="wrong horse battery")
    assert answer.status_code == 403
    shown = parse(answer.text)
    assert shown.one("p", role="alert").text == "The e-mail address, the password or the code is not right."
    assert shown.one("input", type="email").attributes["value"] == operator.email


async def test_signing_out_ends_the_session(
    browser_of: BrowserOf, new_operator: NewOperator, at: Callable[..., str]
) -> None:
    browser = await browser_of(await new_operator())
    form = (await load(browser, at())).one("form", action="/dashboard/sign-out")
    answer = await submit(browser, form)
    assert parse(answer.text).one("p", role="status").text == "You are signed out."
    assert str((await browser.get(at())).url.path) == "/dashboard/sign-in"


@pytest.mark.parametrize(
    "elsewhere", ["https://example.com/dashboard", "//example.com/dashboard", "/\\example.com", "/docs"]
)
async def test_nobody_is_led_to_another_place(browser_of: BrowserOf, new_operator: NewOperator, elsewhere: str) -> None:
    operator, browser = await new_operator(), await browser_of()
    form = (await load(browser, "/dashboard/sign-in")).one("form", method="post")
    answer = await submit(browser, form, email=operator.email, password=PASSWORD, next=elsewhere)
    assert answer.history[0].headers["location"] == "/dashboard"


async def test_a_form_of_another_browser_is_refused(browser_of: BrowserOf, new_operator: NewOperator) -> None:
    operator, browser, other = await new_operator(), await browser_of(), await browser_of()
    form = (await load(other, "/dashboard/sign-in")).one("form", method="post")
    await load(browser, "/dashboard/sign-in")
    answer = await submit(browser, form, email=operator.email, password=PASSWORD)
    assert answer.status_code == 403
    assert "This form is not valid any more" in answer.text


@pytest.mark.parametrize("path", ["/", "/dashboard"])
async def test_the_root_leads_to_the_first_environment(
    browser_of: BrowserOf, new_operator: NewOperator, environment: Environment, path: str
) -> None:
    browser = await browser_of(await new_operator())
    assert (await load(browser, path)).one("h1").text == environment.name


async def test_an_operator_without_roles_is_told_what_to_do(browser_of: BrowserOf, new_operator: NewOperator) -> None:
    operator = await new_operator(None)
    shown = await load(await browser_of(operator), "/dashboard")
    assert f"addressee operators set-role {operator.email} --role viewer" in shown.text
