"""The operator's own account: roles, password, and sessions."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.access.browsers import browser_name
from addressee.dashboard.access.new_passwords import problem_of
from addressee.dashboard.access.new_sessions import begin_session
from addressee.dashboard.rendering import page, see_other
from addressee.dashboard.routes import OPERATOR, Routes
from addressee.dashboard.urls import ACCOUNT, with_query
from addressee.dashboard.visits import OperatorVisit
from addressee.operators.errors import SignInRefusedError, TooManyTriesError

routes = Routes("account")


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
    return await begin_session(visit, operator, with_query(ACCOUNT, notice="password-changed"))


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
