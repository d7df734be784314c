"""The operators of an environment: invited, given other roles, disabled."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import httpx
import pytest

from addressee.operators.model import Role
from addressee.operators.operators import Operators
from tests.conftest import Environment
from tests.dashboard.conftest import PASSWORD, BrowserOf, NewOperator
from tests.support.browsing import load, submit
from tests.support.html import Element, parse

NEW = "another horse battery"


@pytest.fixture
def email() -> str:
    return f"ada-{secrets.token_hex(6)}@example.org"


async def form_of(browser: httpx.AsyncClient, path: str, action: str) -> Element:
    return (await load(browser, path)).one("form", action=action)


async def invite(browser: httpx.AsyncClient, path: str, email: str, **filled: str) -> httpx.Response:
    form = await form_of(browser, path, path)
    return await submit(browser, form, (), (), **{"email": email, "name": "Ada", "role": "editor", **filled})


def link_in(answer: httpx.Response) -> str:
    return parse(answer.text).one("input", id="f-link").attributes["value"] or ""


def rows_of(page: Element) -> list[list[str]]:
    return [[each.text for each in row.content if isinstance(each, Element)] for row in page.one("table").all("tr")[1:]]


async def roles_of(operators: Operators, email: str) -> dict[int, Role]:
    (found,) = [operator for operator in await operators.accounts.list() if operator.email == email]
    return dict(found.roles)


class TestInvitations:
    async def test_whoever_has_the_link_chooses_a_password_and_is_in(
        self,
        browser_of: BrowserOf,
        admin: httpx.AsyncClient,
        at: Callable[..., str],
        api: str,
        email: str,
        environment: Environment,
        operators: Operators,
    ) -> None:
        link = link_in(await invite(admin, at("operators"), email))
        assert link.startswith(f"{api}/dashboard/invitations/")
        listed = await load(admin, at("operators"))
        assert link.rpartition("/")[2] not in listed.text
        assert [each.text for each in listed.all("tbody")[1].all("th")] == ["Ada"]

        browser = await browser_of()
        shown = await load(browser, link)
        assert f"as editor of {environment.name}" in shown.text
        form = shown.one("form", method="post")
        form.attributes["action"] = link
        refused = await submit(browser, form, password="short", again="short")
        assert (refused.status_code, "A password has 12 to 256 characters." in refused.text) == (422, True)
        refused = await submit(browser, form, password=NEW, again=PASSWORD)
        assert (refused.status_code, "This is not the same password." in refused.text) == (422, True)
        answer = await submit(browser, form, password=NEW, again=NEW)
        assert answer.url.path == at()
        assert await roles_of(operators, email) == {environment.id: Role.EDITOR}
        assert (await browser.get(link)).status_code == 404
        assert len((await load(admin, at("operators"))).all("table")) == 1

    async def test_an_unknown_one_says_what_to_do(self, browser_of: BrowserOf) -> None:
        answer = await (await browser_of()).get("/dashboard/invitations/unknown")
        assert answer.status_code == 404
        assert "Ask whoever sent it to you for a new one." in answer.text

    async def test_it_is_withdrawn(
        self, browser_of: BrowserOf, admin: httpx.AsyncClient, at: Callable[..., str], email: str
    ) -> None:
        link = link_in(await invite(admin, at("operators"), email))
        answer = await submit(admin, await form_of(admin, at("operators"), at("invitations", "withdraw")))
        assert "The invitation does not work any more." in answer.text
        assert (await (await browser_of()).get(link)).status_code == 404

    @pytest.mark.parametrize(
        ("filled", "error"),
        [
            ({"email": "ada"}, "'ada' is not an e-mail address."),
            ({"name": " "}, "A name has 1 to 200 characters."),
            ({"name": "x" * 300}, "A name has 1 to 200 characters."),
            ({"role": "owner"}, "Choose a role."),
        ],
    )
    async def test_mistakes_are_told_beside_what_was_typed(
        self, admin: httpx.AsyncClient, at: Callable[..., str], email: str, filled: dict[str, str], error: str
    ) -> None:
        answer = await invite(admin, at("operators"), **{"email": email, **filled})
        assert answer.status_code == 422
        page = parse(answer.text)
        assert error in [each.text for each in page.all("p")]
        assert page.one("input", id="f-email").attributes["value"] == filled.get("email", email)

    async def test_an_address_with_an_account_gets_the_role_at_once(
        self,
        admin: httpx.AsyncClient,
        new_operator: NewOperator,
        at: Callable[..., str],
        operators: Operators,
        environment: Environment,
    ) -> None:
        operator = await new_operator(None)
        answer = await invite(admin, at("operators"), operator.email)
        assert "It has the role now." in answer.text
        assert await roles_of(operators, operator.email) == {environment.id: Role.EDITOR}
        again = await invite(admin, at("operators"), operator.email, role="admin")
        assert (again.status_code, "It has a role here: change it in the list." in again.text) == (422, True)
        assert await roles_of(operators, operator.email) == {environment.id: Role.EDITOR}

    async def test_an_invitation_to_another_environment_stays(
        self,
        admin: httpx.AsyncClient,
        at: Callable[..., str],
        email: str,
        operators: Operators,
        other_environment: Environment,
    ) -> None:
        await operators.invitations.invite(email, "Ada", {other_environment.id: Role.ADMIN})
        answer = await invite(admin, at("operators"), email)
        assert answer.status_code == 422
        assert f"{email} has an open invitation to another environment." in answer.text
        assert len(await operators.invitations.list(other_environment.id)) == 1


class TestRoles:
    async def test_all_with_a_role_here_are_listed(
        self, browser_of: BrowserOf, new_operator: NewOperator, at: Callable[..., str], operators: Operators
    ) -> None:
        hostile = "<script>alert(1)</script>"
        me, other = await new_operator(), await new_operator(Role.VIEWER, name=hostile)
        await new_operator(None)
        await operators.accounts.disable(other.email)
        page = await load(await browser_of(me), at("operators"))
        rows = {row[1]: (row[0], *row[2:]) for row in rows_of(page)}
        assert rows[other.email] == (f"{hostile} disabled", "viewer", "off", "–")
        assert rows[me.email][:3] == ("Grace Hopper (you)", "admin", "off")
        assert set(rows) == {me.email, other.email}

    async def test_a_role_is_changed_and_taken_away(
        self,
        admin: httpx.AsyncClient,
        new_operator: NewOperator,
        at: Callable[..., str],
        operators: Operators,
        environment: Environment,
    ) -> None:
        other = await new_operator(Role.VIEWER)
        path = at("operators", other.id)
        answer = await submit(admin, await form_of(admin, path, f"{path}/role"), role="editor")
        assert "The role is changed." in answer.text
        assert await roles_of(operators, other.email) == {environment.id: Role.EDITOR}
        form = await form_of(admin, path, f"{path}/role")
        assert (await submit(admin, form, role="owner")).status_code == 422
        answer = await submit(admin, await form_of(admin, path, f"{path}/take-role"))
        assert "no role in this environment any more" in answer.text
        assert await roles_of(operators, other.email) == {}
        assert (await admin.get(path)).status_code == 404

    async def test_the_last_admin_stays(
        self,
        browser_of: BrowserOf,
        new_operator: NewOperator,
        at: Callable[..., str],
        operators: Operators,
        environment: Environment,
    ) -> None:
        me = await new_operator()
        browser = await browser_of(me)
        path = at("operators", me.id)
        for act in ("role", "take-role", "disable"):
            form = await form_of(browser, path, f"{path}/{act}")
            answer = await submit(browser, form, (), (), **({"role": "viewer"} if act == "role" else {}))
            assert answer.status_code == 422
            assert "An environment must keep an admin who may sign in." in answer.text
        await new_operator()
        answer = await submit(browser, await form_of(browser, path, f"{path}/role"), role="viewer")
        assert answer.url.path == at()
        assert await roles_of(operators, me.email) == {environment.id: Role.VIEWER}

    async def test_who_has_roles_elsewhere_is_not_disabled_by_an_admin_of_here_alone(
        self,
        admin: httpx.AsyncClient,
        new_operator: NewOperator,
        at: Callable[..., str],
        operators: Operators,
        other_environment: Environment,
    ) -> None:
        other = await new_operator(Role.VIEWER)
        path = at("operators", other.id)
        disable = await form_of(admin, path, f"{path}/disable")
        await operators.accounts.set_roles(other.email, {other_environment.id: Role.VIEWER})
        assert (await load(admin, path)).all("form", action=f"{path}/disable") == []
        answer = await submit(admin, disable)
        assert (answer.status_code, "of which you are no admin" in answer.text) == (422, True)

    async def test_an_account_is_disabled_and_enabled(
        self, admin: httpx.AsyncClient, browser_of: BrowserOf, new_operator: NewOperator, at: Callable[..., str]
    ) -> None:
        other = await new_operator(Role.VIEWER)
        theirs = await browser_of(other)
        path = at("operators", other.id)
        await submit(admin, await form_of(admin, path, f"{path}/disable"))
        assert (await theirs.get(at())).url.path == "/dashboard/sign-in"
        answer = await submit(admin, await form_of(admin, path, f"{path}/enable"))
        assert "The operator may sign in again." in answer.text

    @pytest.mark.parametrize("id", ["nobody", "01890000-0000-7000-8000-000000000000"])
    async def test_nobody_else_has_a_page(self, admin: httpx.AsyncClient, at: Callable[..., str], id: str) -> None:
        answer = await admin.get(f"{at('operators')}/{id}")
        assert (answer.status_code, "There is no such operator in this environment." in answer.text) == (404, True)
