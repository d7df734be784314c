"""The pages of whoever cannot be shown another one: they say what is wrong, and what to do."""

from __future__ import annotations

from http import HTTPStatus

from addressee.api.answers import Answer
from addressee.api.refusals import refusal_of
from addressee.api.requests.forms import ForeignFormError
from addressee.dashboard.errors import (
    EnvironmentUnknownError,
    FormExpiredError,
    PageMissingError,
    RoleNeededError,
    SignInNeededError,
)
from addressee.dashboard.rendering import page, see_other
from addressee.dashboard.urls import SIGN_IN, with_query
from addressee.dashboard.visits import Visit

STATUSES: dict[type[Exception], HTTPStatus] = {
    EnvironmentUnknownError: HTTPStatus.NOT_FOUND,
    PageMissingError: HTTPStatus.NOT_FOUND,
    RoleNeededError: HTTPStatus.FORBIDDEN,
    FormExpiredError: HTTPStatus.FORBIDDEN,
    ForeignFormError: HTTPStatus.FORBIDDEN,
}

TITLES = {
    HTTPStatus.NOT_FOUND: "Not found",
    HTTPStatus.FORBIDDEN: "Not allowed",
    HTTPStatus.SERVICE_UNAVAILABLE: "Not available for the moment",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong",
}


def refusal(error: Exception, visit: Visit) -> Answer:
    """Returns the answer to an exception. Whoever is not signed in is sent there, and comes back afterwards."""
    if isinstance(error, SignInNeededError):
        target = visit.asked.target
        return see_other(with_query(SIGN_IN, next=target))
    status = STATUSES.get(type(error))
    if status is not None:
        return page(visit, "refusal.html", status, title=TITLES[status], message=str(error))
    known = refusal_of(error)
    answer = page(
        visit,
        "refusal.html",
        known.status,
        title=TITLES.get(known.status, "This could not be done"),
        message=known.message,
    )
    return Answer(answer.body, answer.status, {**answer.headers, **known.headers}, content_type=answer.content_type)
