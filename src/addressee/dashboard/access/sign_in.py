"""Signing in by e-mail address and password, and signing out."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.access.new_sessions import begin_session
from addressee.dashboard.rendering import page, see_other
from addressee.dashboard.routes import ANYBODY, OPERATOR, Routes
from addressee.dashboard.urls import ROOT, SIGN_IN, with_query
from addressee.dashboard.visits import OperatorVisit, Visit
from addressee.operators.errors import CodeNeededError, SignInRefusedError, TooManyTriesError

routes = Routes("sign_in")


@routes.get(SIGN_IN, ANYBODY)
async def show_sign_in(visit: Visit) -> Answer:
    return sign_in_page(visit, visit.query.text("next"))


@routes.post(SIGN_IN, ANYBODY)
async def sign_in(visit: Visit, form: Form) -> Answer:
    """Begins a session under a new cookie, and leads back to where the browser was sent from."""
    operators, email = visit.services.operators, form.text("email")
    next = form.text("next")
    try:
        operator = await operators.sign_in.check(email, form.text("password"), form.text("code") or None, visit.address)
    except (SignInRefusedError, CodeNeededError, TooManyTriesError) as error:
        status = HTTPStatus.TOO_MANY_REQUESTS if isinstance(error, TooManyTriesError) else HTTPStatus.FORBIDDEN
        return sign_in_page(visit, next, status, email, error)
    await operators.acts.record(operator, None, "sessions.begin")
    return await begin_session(visit, operator, next if leads_here(next) else ROOT)


@routes.post(f"{ROOT}/sign-out", OPERATOR)
async def sign_out(visit: OperatorVisit, form: Form) -> Answer:
    await visit.services.operators.sessions.end(visit.asked.browser)
    return see_other(with_query(SIGN_IN, notice="signed-out"))


def sign_in_page(
    visit: Visit, next: str | None, status: int = HTTPStatus.OK, email: str = "", error: Exception | None = None
) -> Answer:
    return page(
        visit,
        "access/sign_in.html",
        status,
        next=next or "",
        email=email,
        error=None if error is None else str(error),
        provider=provider_of(visit),
        needs_code=isinstance(error, CodeNeededError),
    )


def provider_of(visit: Visit) -> str | None:
    """Returns the name of the provider by which operators sign in; None where there is none."""
    openid = visit.services.operators.openid
    return None if openid is None else openid.name


def leads_here(target: str) -> bool:
    """Returns whether a target is a path of the dashboard, and not of another site."""
    parts = urlsplit(target)
    is_path = not parts.scheme and not parts.netloc and "\\" not in target
    return is_path and (parts.path == ROOT or parts.path.startswith(f"{ROOT}/"))
