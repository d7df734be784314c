"""Refusals as Knock words them (knock.md §1.5): every code, its status and its type, in this one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from msgspec import UNSET, Struct, UnsetType

from addressee.api.answers import Answer, json_answer
from addressee.api.dialect import Refusals
from addressee.api.errors import UnknownPathError
from addressee.api.refusals import refusal_of

AUTHENTICATION = "authentication_error"
INVALID_REQUEST = "invalid_request_error"
API = "api_error"

CODES: dict[str, tuple[HTTPStatus, str]] = {
    "api_key_missing": (HTTPStatus.UNAUTHORIZED, AUTHENTICATION),
    "authentication_required": (HTTPStatus.UNAUTHORIZED, AUTHENTICATION),
    "missing_user_token": (HTTPStatus.UNAUTHORIZED, AUTHENTICATION),
    "invalid_user_token": (HTTPStatus.UNAUTHORIZED, AUTHENTICATION),
    "missing_jwt_signing_key": (HTTPStatus.UNAUTHORIZED, AUTHENTICATION),
    "incorrect_token_type": (HTTPStatus.FORBIDDEN, AUTHENTICATION),
    "authorization": (HTTPStatus.FORBIDDEN, AUTHENTICATION),
    "resource_missing": (HTTPStatus.NOT_FOUND, API),
    "workflow_missing": (HTTPStatus.NOT_FOUND, INVALID_REQUEST),
    "method_not_allowed": (HTTPStatus.METHOD_NOT_ALLOWED, INVALID_REQUEST),
    "request_timeout": (HTTPStatus.REQUEST_TIMEOUT, INVALID_REQUEST),
    "payload_too_large": (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, INVALID_REQUEST),
    "unsupported_encoding": (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, INVALID_REQUEST),
    "workflow_inactive": (HTTPStatus.UNPROCESSABLE_ENTITY, INVALID_REQUEST),
    "actor_missing": (HTTPStatus.UNPROCESSABLE_ENTITY, INVALID_REQUEST),
    "channel_invalid": (HTTPStatus.UNPROCESSABLE_ENTITY, INVALID_REQUEST),
    "invalid_params": (HTTPStatus.UNPROCESSABLE_ENTITY, INVALID_REQUEST),
    "idempotency_key_mismatch": (HTTPStatus.UNPROCESSABLE_ENTITY, INVALID_REQUEST),
    "invalid_json": (HTTPStatus.BAD_REQUEST, INVALID_REQUEST),
    "service_unavailable": (HTTPStatus.SERVICE_UNAVAILABLE, API),
    "internal_server_error": (HTTPStatus.INTERNAL_SERVER_ERROR, API),
}


class FieldError(Struct, frozen=True):
    field: str
    message: str
    type: None = None


class Error(Struct, frozen=True):
    """The body of every refusal. It has `errors` when fields are wrong."""

    code: str
    message: str
    status: int
    type: str
    errors: list[FieldError] | UnsetType = UNSET


REFUSALS = Refusals(body=Error)


class KnockError(Exception):
    """A refusal of this dialect, under one of the codes above. `failures` are fields with their messages."""

    def __init__(self, code: str, message: str, failures: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.failures = failures


def invalid(field: str, message: str) -> KnockError:
    """Returns the refusal of one field of a body or a query."""
    return KnockError("invalid_params", message, [(field, message)])


def missing(what: str) -> KnockError:
    return KnockError("resource_missing", f"{what} was not found.")


# The codes of refusals that are not called as their kinds are.
CODE_OF: Mapping[str, str] = {
    "invalid": "invalid_params",
    "invalid_data": "invalid_params",
    "malformed": "invalid_json",
    "not_found": "resource_missing",
    "internal_error": "internal_server_error",
}


def render(error: Exception) -> Answer:
    """Returns the answer to an exception. One that is not known is an internal error, of which nothing is shown."""
    if isinstance(error, KnockError):
        return envelope(error.code, error.message, error.failures)
    if isinstance(error, UnknownPathError):  # which has a body of its own (§1.1)
        return json_answer({"errors": {"detail": "404 Not Found"}}, HTTPStatus.NOT_FOUND)
    refusal = refusal_of(error)
    return envelope(CODE_OF.get(refusal.kind, refusal.kind), refusal.message, refusal.fields, refusal.headers)


def envelope(
    code: str,
    message: str,
    failures: Sequence[tuple[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> Answer:
    status, type = CODES[code]
    errors = [FieldError(field, text) for field, text in failures] or UNSET
    return json_answer(Error(code, message, int(status), type, errors), status, headers)
