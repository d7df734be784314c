"""Who may use which route: a table over all of them, which nobody needs to add to."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote

import httpx
import pytest

from addressee.dashboard.pages import ROUTES
from addressee.dashboard.routes import ANYBODY, OPERATOR, Route
from addressee.dashboard.urls import SIGN_IN
from addressee.operators.model import Role
from tests.conftest import Environment
from tests.dashboard.conftest import BrowserOf, NewOperator
from tests.support.browsing import FORM

OF_OPERATORS = [route for route in ROUTES if route.access is not ANYBODY]
OF_ENVIRONMENTS = [route for route in OF_OPERATORS if route.access is not OPERATOR]
CHANGES = [route for route in ROUTES if route.change is not None]


class Refused(NamedTuple):
    route: Route
    role: Role


# Each route of an environment with each role that may not use it.
REFUSED = [
    Refused(route, role) for route in OF_ENVIRONMENTS for role in Role if not role.includes(Role(route.access.name))
]


def path_of(route: Route, environment: str) -> str:
    """Returns a path of a route, with something for each variable that names nothing."""
    path = route.path.replace("{environment}", quote(environment))
    return re.sub(r"\{(\w+)(:\w+)?\}", r"missing-\1", path)


def ids(value: object) -> str:
    if isinstance(value, Refused):
        return f"{value.role} {ids(value.route)}"
    assert isinstance(value, Route)
    return f"{value.method} {value.name.removeprefix('dashboard.')}"


async def send(browser: httpx.AsyncClient, route: Route, environment: str) -> httpx.Response:
    return await browser.request(
        route.method, path_of(route, environment), headers=FORM if route.change else {}, follow_redirects=False
    )


@pytest.mark.parametrize("route", OF_OPERATORS, ids=ids)
async def test_nobody_comes_in_without_a_session(browser_of: BrowserOf, environment: Environment, route: Route) -> None:
    answer = await send(await browser_of(), route, environment.name)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{SIGN_IN}?next=%2Fdashboard")


@pytest.mark.parametrize("refused", REFUSED, ids=ids)
async def test_a_role_below_the_route_s_is_refused(
    browser_of: BrowserOf, new_operator: NewOperator, environment: Environment, refused: Refused
) -> None:
    browser = await browser_of(await new_operator(refused.role))
    answer = await send(browser, refused.route, environment.name)
    assert answer.status_code == 403
    assert f"takes the role of an {refused.route.access.name} in this environment" in answer.text


@pytest.mark.parametrize("route", OF_ENVIRONMENTS, ids=ids)
async def test_another_environment_is_as_if_it_were_not(
    browser_of: BrowserOf, new_operator: NewOperator, other_environment: Environment, route: Route
) -> None:
    browser = await browser_of(await new_operator(Role.ADMIN))
    answers = [await send(browser, route, name) for name in (other_environment.name, "no-environment")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert "There is no such environment, or you have no role in it" in answers[0].text


@pytest.mark.parametrize("route", CHANGES, ids=ids)
async def test_a_form_without_the_browser_s_token_changes_nothing(
    admin: httpx.AsyncClient, environment: Environment, route: Route
) -> None:
    answer = await send(admin, route, environment.name)
    assert answer.status_code == 403
    assert "This form is not valid any more" in answer.text


@pytest.mark.parametrize("route", CHANGES, ids=ids)
async def test_a_form_of_another_site_changes_nothing(
    admin: httpx.AsyncClient, environment: Environment, route: Route
) -> None:
    answer = await admin.post(path_of(route, environment.name), headers={**FORM, "sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert "sent by a page of another site" in answer.text


@pytest.mark.parametrize("route", [route for route in ROUTES if route.show is not None], ids=ids)
async def test_pages_tell_browsers_to_be_careful(
    admin: httpx.AsyncClient, environment: Environment, route: Route
) -> None:
    answer = await send(admin, route, environment.name)
    assert answer.status_code in {200, 303, 404}
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    if answer.status_code != 303:
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors" in policy
        assert "script-src 'self'" in policy or "script-src" not in policy


def test_every_path_of_an_environment_asks_for_a_role_there() -> None:
    without = [route.path for route in ROUTES if "{environment}" in route.path and route not in OF_ENVIRONMENTS]
    assert without == []


async def test_an_unknown_page_says_so(admin: httpx.AsyncClient, at: Callable[..., str]) -> None:
    answer = await admin.get(at("no-such-page"))
    assert answer.status_code == 404
    assert "There is no such page." in answer.text
