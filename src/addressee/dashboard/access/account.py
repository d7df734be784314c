"""The operator's own account: roles, password, and sessions."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.access.browsers import browser_name
from addressee.dashboard.cookies import with_browser
from addressee.dashboard.rendering import page, see_other
from addressee.dashboard.routes import OPERATOR, Routes
from addressee.dashboard.urls import ACCOUNT, SIGN_IN, with_query
from addressee.dashboard.visits import OperatorVisit
from addressee.operators.errors import SignInRefusedError, TooManyTriesError
from addressee.operators.passwords import check_password

routes = Routes("account")

UNKNOWN_ADDRESS = "unknown"


@routes.get(ACCOUNT, OPERATOR)
async def show_account(visit: OperatorVisit) -> Answer:
    return await account_page(visit)


@routes.post(f"{ACCOUNT}/password", OPERATOR)
async def change_password(visit: OperatorVisit, form: Form) -> Answer:
    """Sets a new password, ends all sessions, and goes on with a new one."""
    operators, operator = visit.services.operators, visit.operator
    password = form.text("password")
    problem = problem_of(password, form.text("again"), operator.email)
    if problem is not None:
        return await account_page(visit, HTTPStatus.UNPROCESSABLE_ENTITY, problem)
    try:
        await operators.sign_in.confirm(operator, form.text("current"), visit.address)
    except SignInRefusedError:
        wrong = {"current": "This is not your password."}
        return await account_page(visit, HTTPStatus.UNPROCESSABLE_ENTITY, wrong)
    except TooManyTriesError as error:
        return await account_page(visit, HTTPStatus.TOO_MANY_REQUESTS, {"current": str(error)})
    await operators.acts.record(operator, None, "passwords.change")
    await operators.accounts.set_password(operator.email, password)
    return await begin_session(visit, with_query(ACCOUNT, notice="password-changed"))


@routes.post(f"{ACCOUNT}/sessions/end", OPERATOR)
async def end_session(visit: OperatorVisit, form: Form) -> Answer:
    await visit.services.operators.acts.record(visit.operator, None, "sessions.end")
    await visit.services.operators.sessions.end_listed(visit.operator, form.text("session"))
    return see_other(with_query(ACCOUNT, notice="session-ended"))


@routes.post(f"{ACCOUNT}/sessions/end-others", OPERATOR)
async def end_other_sessions(visit: OperatorVisit, form: Form) -> Answer:
    await visit.services.operators.acts.record(visit.operator, None, "sessions.end")
    await visit.services.operators.sessions.end_others(visit.operator, visit.asked.browser)
    return see_other(with_query(ACCOUNT, notice="sessions-ended"))


async def begin_session(visit: OperatorVisit, target: str) -> Answer:
    """Begins a session in place of the one that the browser has, and leads on."""
    sessions, user_agent = visit.services.operators.sessions, visit.asked.headers.get("user-agent", "")
    address = visit.address or UNKNOWN_ADDRESS
    token = await sessions.begin(visit.operator, address, user_agent, visit.asked.browser)
    if token is None:
        return see_other(SIGN_IN)
    return with_browser(see_other(target), token, visit.asked.info.base_url)


def problem_of(password: str, again: str, email: str) -> Mapping[str, str] | None:
    """Returns what is wrong with a new password that was entered twice, by field."""
    try:
        check_password(password, email)
    except ValueError as error:
        return {"password": str(error)}
    return None if password == again else {"again": "This is not the same password."}


async def account_page(
    visit: OperatorVisit, status: int = HTTPStatus.OK, errors: Mapping[str, str] | None = None
) -> Answer:
    sessions = await visit.services.operators.sessions.list(visit.operator, visit.asked.browser)
    return page(
        visit,
        "access/account.html",
        status,
        errors=errors or {},
        roles={name: visit.operator.roles[each.id] for name, each in visit.environments.items()},
        sessions=[(session, browser_name(session.user_agent)) for session in sessions],
    )
