"""Switching one-time passwords on and off."""

from __future__ import annotations

from http import HTTPStatus

import segno
from markupsafe import Markup

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.access.account import account_page
from addressee.dashboard.rendering import page, see_other
from addressee.dashboard.routes import OPERATOR, Routes
from addressee.dashboard.urls import ACCOUNT, with_query
from addressee.dashboard.visits import OperatorVisit
from addressee.operators.credentials.enrolments import Enrolment
from addressee.operators.errors import (
    CodeNeededError,
    EnrolmentInvalidError,
    FirstCodeWrongError,
    SignInRefusedError,
    TooManyTriesError,
)

routes = Routes("one_time_passwords")

ENROLMENT = f"{ACCOUNT}/one-time-passwords"

# The secret is easier to type in groups.
GROUP_LENGTH = 4


@routes.get(ENROLMENT, OPERATOR)
async def show_enrolment(visit: OperatorVisit) -> Answer:
    if visit.operator.has_totp:
        return see_other(ACCOUNT)
    return enrolment_page(visit, visit.services.operators.enrolments.begin(visit.operator))


@routes.post(ENROLMENT, OPERATOR)
async def switch_on(visit: OperatorVisit, form: Form) -> Answer:
    """Has the operator sign in with one-time passwords from now on, once the first code is right.

    A secret that the account has is not replaced: that would be a way around switching off, which asks for a code.
    """
    operators, operator = visit.services.operators, visit.operator
    if operator.has_totp:
        return see_other(ACCOUNT)
    try:
        enrolment = operators.enrolments.resume(operator, form.text("enrolment"))
    except EnrolmentInvalidError as error:
        fresh = operators.enrolments.begin(operator)
        return enrolment_page(visit, fresh, HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
    try:
        operators.enrolments.check(enrolment, form.text("code"))
        await operators.acts.record(operator, None, "one_time_passwords.switch_on")
        await operators.accounts.require_one_time_passwords(operator, enrolment.secret, form.text("code"))
    except FirstCodeWrongError as error:
        return enrolment_page(visit, enrolment, HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
    await operators.sessions.end_others(operator, visit.asked.browser)
    return see_other(with_query(ACCOUNT, notice="one-time-passwords-on"))


@routes.post(f"{ENROLMENT}/off", OPERATOR)
async def switch_off(visit: OperatorVisit, form: Form) -> Answer:
    """Lets the operator sign in by password alone, once password and code are right."""
    operators, operator = visit.services.operators, visit.operator
    try:
        await operators.sign_in.check(
            operator.email, form.text("own_password"), form.text("code") or None, visit.address
        )
    except SignInRefusedError:
        wrong = {"own_password": "The password or the code is not right. Each code works once."}
        return await account_page(visit, HTTPStatus.UNPROCESSABLE_ENTITY, wrong)
    except CodeNeededError as error:
        return await account_page(visit, HTTPStatus.UNPROCESSABLE_ENTITY, {"code": str(error)})
    except TooManyTriesError as error:
        return await account_page(visit, HTTPStatus.TOO_MANY_REQUESTS, {"own_password": str(error)})
    await operators.acts.record(operator, None, "one_time_passwords.switch_off")
    await operators.accounts.drop_one_time_passwords(operator.email)
    return see_other(with_query(ACCOUNT, notice="one-time-passwords-off"))


def enrolment_page(visit: OperatorVisit, enrolment: Enrolment, status: int = HTTPStatus.OK, error: str = "") -> Answer:
    secret = enrolment.secret
    groups = [secret[start : start + GROUP_LENGTH] for start in range(0, len(secret), GROUP_LENGTH)]
    return page(
        visit,
        "access/enrolment.html",
        status,
        enrolment=enrolment,
        groups=groups,
        qr_code=qr_code(enrolment.url),
        error=error,
    )


def qr_code(text: str) -> Markup:
    """Returns a QR code as SVG: dark on light in every colour scheme, as not all apps read the other way round."""
    svg = segno.make(text, error="m", micro=False).svg_inline(
        dark="#000", light="#fff", border=4, omitsize=True, svgclass="qr-code", lineclass=None
    )
    return Markup(svg)  # noqa: S704
