"""Sessions in a browser: how their cookie is kept, and when they end."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from addressee.api.answers import Answer
from addressee.dashboard.cookies import NAME, with_browser
from addressee.database.pool import Pool
from addressee.operators.signing_in.sessions import IDLE_LIFE, LIFE
from tests.dashboard.conftest import PASSWORD, BrowserOf, NewOperator
from tests.support.browsing import load, submit

ACCOUNT = "/dashboard/account"
MINUTE = timedelta(minutes=1)


async def test_no_script_and_no_other_site_has_the_cookie(api: str, new_operator: NewOperator) -> None:
    operator = await new_operator()
    async with httpx.AsyncClient(base_url=api) as browser:
        first = await browser.get("/dashboard/sign-in")
        form = (await load(browser, "/dashboard/sign-in")).one("form", method="post")
        answer = await submit(browser, form, email=operator.email, password=PASSWORD)
    for each in (first, answer):
        token, _, flags = each.headers["set-cookie"].partition("; ")
        assert token.startswith(f"{NAME}=")
        assert flags == "Path=/dashboard; Max-Age=604800; HttpOnly; SameSite=Lax"
    assert first.headers["set-cookie"] != answer.headers["set-cookie"]


def test_it_is_sent_by_https_only_where_the_service_is_reached_by_it() -> None:
    answer = with_browser(Answer(), "token", "https://addressee.example.com")
    assert answer.headers["set-cookie"].endswith("; HttpOnly; SameSite=Lax; Secure")


@pytest.mark.parametrize(
    ("column", "life"), [("seen_at", IDLE_LIFE), ("began_at", LIFE)], ids=["not used", "however much it is used"]
)
async def test_a_session_ends(
    browser_of: BrowserOf, new_operator: NewOperator, pool: Pool, column: str, life: timedelta
) -> None:
    operator = await new_operator()
    browser = await browser_of(operator)
    statement = f"UPDATE addressee.operator_sessions SET {column} = {column} - $2::interval WHERE operator_id = $1"
    await pool.execute(statement, operator.id, life - MINUTE)
    assert (await browser.get(ACCOUNT)).url.path == ACCOUNT
    await pool.execute(statement, operator.id, life)
    assert (await browser.get(ACCOUNT)).url.path == "/dashboard/sign-in"


async def test_the_root_leaves_the_session(browser_of: BrowserOf, new_operator: NewOperator) -> None:
    browser = await browser_of(await new_operator())
    assert "set-cookie" not in (await browser.get("/", follow_redirects=False)).headers
    assert (await browser.get(ACCOUNT)).url.path == ACCOUNT
