"""The operator's own account: password, one-time passwords, and sessions."""

from __future__ import annotations

import httpx
import pyotp
import pytest

from addressee.dashboard.cookies import NAME
from addressee.database.pool import Pool
from addressee.operators.model import Operator, Role
from addressee.operators.operators import Operators
from tests.conftest import Environment
from tests.dashboard.conftest import PASSWORD, BrowserOf, NewOperator
from tests.support.browsing import load, submit
from tests.support.html import Element, fields_of, parse

ACCOUNT = "/dashboard/account"
NEW = "another horse battery"


async def signed_in(browser: httpx.AsyncClient, operator: Operator, **fields: str) -> httpx.Response:
    form = (await load(browser, "/dashboard/sign-in")).one("form", method="post")
    return await submit(browser, form, (), (), email=operator.email, **{"password": PASSWORD, **fields})


async def form_of(browser: httpx.AsyncClient, action: str, path: str = ACCOUNT) -> Element:
    return (await load(browser, path)).one("form", action=action)


def errors_in(answer: httpx.Response) -> dict[str, str]:
    """Returns what is said about each field of the page."""
    page = parse(answer.text)
    return {
        str(each.attributes["name"]): page.one("p", id=str(each.attributes["aria-describedby"])).text
        for each in page.all("input")
        if "aria-invalid" in each.attributes
    }


async def acts_of(pool: Pool, operator: Operator) -> list[str]:
    statement = "SELECT name FROM addressee.operator_acts WHERE operator_id = $1 ORDER BY id"
    return [row["name"] for row in await pool.fetch(statement, operator.id)]


async def test_the_page_shows_who_is_signed_in_and_the_roles(
    browser_of: BrowserOf, new_operator: NewOperator, environment: Environment
) -> None:
    operator = await new_operator(Role.EDITOR, name="<script>alert(1)</script> \u202egrace")
    shown = await load(await browser_of(operator), ACCOUNT)
    facts = shown.one("dl")
    names = [each.text for each in facts.all("dt")]
    values = dict(zip(names, (each.text for each in facts.all("dd")), strict=True))
    assert values["E-mail address"] == operator.email
    assert values[f"Role in {environment.name}"] == "editor"
    assert "<script>alert(1)</script> \u202egrace" in shown.one("h2", id="you").text


class TestPassword:
    async def test_a_new_one_signs_out_everywhere_else(
        self, browser_of: BrowserOf, new_operator: NewOperator, pool: Pool
    ) -> None:
        operator = await new_operator()
        browser, other = await browser_of(operator), await browser_of(operator)
        before = browser.cookies[NAME]
        form = await form_of(browser, f"{ACCOUNT}/password")
        answer = await submit(browser, form, current=PASSWORD, password=NEW, again=NEW)
        assert parse(answer.text).one("p", role="status").text.startswith("Your password is changed.")
        assert browser.cookies[NAME] != before
        assert (await other.get(ACCOUNT)).url.path == "/dashboard/sign-in"
        assert (await signed_in(other, operator)).status_code == 403
        assert (await signed_in(other, operator, password=NEW)).status_code == 200
        assert await acts_of(pool, operator) == ["passwords.change", "sessions.begin"]

    @pytest.mark.parametrize(
        ("filled", "errors"),
        [
            ({"current": NEW}, {"current": "This is not your password."}),
            ({"password": "short", "again": "short"}, {"password": "A password has 12 to 256 characters."}),
            ({"again": PASSWORD}, {"again": "This is not the same password."}),
        ],
    )
    async def test_mistakes_change_nothing(
        self, browser_of: BrowserOf, new_operator: NewOperator, filled: dict[str, str], errors: dict[str, str]
    ) -> None:
        operator = await new_operator()
        browser = await browser_of(operator)
        form = await form_of(browser, f"{ACCOUNT}/password")
        answer = await submit(browser, form, (), (), **{"current": PASSWORD, "password": NEW, "again": NEW, **filled})
        assert (answer.status_code, errors_in(answer)) == (422, errors)
        assert (await signed_in(await browser_of(), operator)).status_code == 200

    async def test_the_current_one_is_guessed_no_quicker_than_at_the_door(
        self, browser_of: BrowserOf, new_operator: NewOperator, pool: Pool
    ) -> None:
        operator = await new_operator()
        browser = await browser_of(operator)
        form = await form_of(browser, f"{ACCOUNT}/password")
        await submit(browser, form, current="wrong", password=NEW, again=NEW)
        counted = (
            "UPDATE addressee.sign_in_tries SET free_at = free_at + interval '1 hour' WHERE who = $1 AND failures = 1"
        )
        assert await pool.execute(counted, f"account {operator.email}") == "UPDATE 1"
        answer = await submit(browser, form, current=PASSWORD, password=NEW, again=NEW)
        assert answer.status_code == 429
        assert errors_in(answer) == {"current": "There were too many failed tries. Wait a little, then try again."}


class TestOneTimePasswords:
    async def enrol(self, browser: httpx.AsyncClient) -> tuple[pyotp.TOTP, Element]:
        shown = await load(browser, f"{ACCOUNT}/one-time-passwords")
        assert len(shown.all("svg")) == 1
        url = next(each.text for each in shown.all("a") if each.text.startswith("otpauth:"))
        totp = pyotp.parse_uri(url)
        assert isinstance(totp, pyotp.TOTP)
        assert shown.one("p", **{"class": "code secret"}).text.replace(" ", "") == totp.secret
        form = shown.one("form", action=f"{ACCOUNT}/one-time-passwords")
        assert totp.secret not in str(form)
        return totp, form

    async def test_they_are_switched_on_asked_for_and_switched_off(
        self, browser_of: BrowserOf, new_operator: NewOperator, operators: Operators, pool: Pool
    ) -> None:
        operator = await new_operator()
        browser, other = await browser_of(operator), await browser_of(operator)
        totp, form = await self.enrol(browser)
        wrong = await submit(browser, form, code="0")
        assert wrong.status_code == 422
        assert errors_in(wrong)["code"].startswith("This is not the code that the app shows now")
        code = totp.now()
        answer = await submit(browser, parse(wrong.text).one("form", action=form.attributes["action"] or ""), code=code)
        assert parse(answer.text).one("p", role="status").text.startswith("One-time passwords are on.")
        assert (await other.get(ACCOUNT)).url.path == "/dashboard/sign-in"

        asked = await signed_in(other, operator)
        assert asked.status_code == 403
        assert parse(asked.text).one("p", role="alert").text == "Enter the code that your authenticator app shows."

        off = await form_of(browser, f"{ACCOUNT}/one-time-passwords/off")
        refused = await submit(browser, off, own_password=PASSWORD, code=code)
        assert errors_in(refused) == {"own_password": "The password or the code is not right. Each code works once."}
        await pool.execute("UPDATE addressee.operators SET totp_period = 0 WHERE id = $1", operator.id)
        answer = await submit(browser, off, own_password=PASSWORD, code=totp.now())
        assert parse(answer.text).one("p", role="status").text.startswith("One-time passwords are off.")
        assert (await signed_in(other, operator)).status_code == 200
        assert await acts_of(pool, operator) == [
            "one_time_passwords.switch_on",
            "one_time_passwords.switch_off",
            "sessions.begin",
        ]

    async def test_a_secret_of_another_operator_is_not_taken(
        self, browser_of: BrowserOf, new_operator: NewOperator
    ) -> None:
        browser, other = await browser_of(await new_operator()), await browser_of(await new_operator())
        totp, theirs = await self.enrol(other)
        _, form = await self.enrol(browser)
        sealed = dict(fields_of(theirs))["enrolment"]
        answer = await submit(browser, form, enrolment=sealed, code=totp.now())
        assert (answer.status_code, errors_in(answer)) == (
            422,
            {"code": "This code was shown too long ago. Scan the new one."},
        )

    async def test_they_are_not_replaced_while_they_are_on(
        self, browser_of: BrowserOf, new_operator: NewOperator, operators: Operators
    ) -> None:
        operator = await new_operator()
        browser = await browser_of(operator)
        _, first = await self.enrol(browser)
        totp, second = await self.enrol(browser)
        await submit(browser, second, code=totp.now())
        other = operators.enrolments.resume(operator, dict(fields_of(first))["enrolment"])
        answer = await submit(browser, first, code=pyotp.TOTP(other.secret).now())
        assert answer.url.query == b""
        assert (await browser.get(f"{ACCOUNT}/one-time-passwords")).url.path == ACCOUNT


class TestSessions:
    async def test_one_is_ended_and_then_all_others(
        self, browser_of: BrowserOf, new_operator: NewOperator, operators: Operators
    ) -> None:
        operator = await new_operator()
        browser, second, third = [await browser_of(operator) for _ in range(3)]
        for each in (second, third):
            await each.get(ACCOUNT)
        shown = await load(browser, ACCOUNT)
        rows = shown.all("tbody")[0].all("tr")
        assert [row.all("th")[0].text for row in rows] == ["test this browser", "test", "test"]
        assert [row.all("td")[0].text for row in rows] == ["2001:db8::1"] * 3
        ending = shown.all("form", action=f"{ACCOUNT}/sessions/end")
        assert len(ending) == 2
        answer = await submit(browser, ending[0])
        assert parse(answer.text).one("p", role="status").text == "The session has ended."
        left = [each for each in (second, third) if (await each.get(ACCOUNT)).url.path == ACCOUNT]
        assert len(left) == 1
        answer = await submit(browser, await form_of(browser, f"{ACCOUNT}/sessions/end-others"))
        assert answer.url.path == ACCOUNT
        assert (await left[0].get(ACCOUNT)).url.path == "/dashboard/sign-in"
        assert parse(answer.text).all("form", action=f"{ACCOUNT}/sessions/end-others") == []

    async def test_another_operator_s_is_left(
        self, browser_of: BrowserOf, new_operator: NewOperator, operators: Operators
    ) -> None:
        bob = await new_operator()
        theirs = await browser_of(bob)
        (session,) = await operators.sessions.list(bob, theirs.cookies[NAME])
        operator = await new_operator()
        browser, _ = await browser_of(operator), await browser_of(operator)
        await submit(browser, await form_of(browser, f"{ACCOUNT}/sessions/end"), session=session.handle)
        assert (await theirs.get(ACCOUNT)).url.path == ACCOUNT
