"""How the native API words errors: `{"error": {"code", "message", "fields": [{"field", "message"}]}}`."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from msgspec import Struct

from addressee.api.answers import RETRY_SOON, TAKEN_ENCODINGS, Answer, json_answer
from addressee.api.bodies import MisshapenError
from addressee.api.dialect import Refusals
from addressee.api.errors import (
    EncodingError,
    MalformedError,
    SlowBodyError,
    TooLargeError,
    UnknownPathError,
    WrongMethodError,
)
from addressee.directory.errors import MissingError, OverloadedError, RefusedError, UnavailableError
from addressee.directory.merges.merges import MergeMissingError
from addressee.directory.writing.receipts import ReceiptMismatchError
from addressee.messaging.errors import ActorMissingError


class FieldError(Struct, frozen=True):
    field: str
    message: str


class Error(Struct, frozen=True):
    code: str
    message: str
    fields: list[FieldError]


class Refused(Struct, frozen=True):
    """The body of every refusal."""

    error: Error


REFUSALS = Refusals(
    body=Refused,
    always=frozenset({HTTPStatus.FORBIDDEN}),
    input=frozenset({HTTPStatus.UNPROCESSABLE_ENTITY}),
    writes=frozenset({HTTPStatus.UNPROCESSABLE_ENTITY}),
)


class UnauthenticatedError(Exception):
    """No key, or none that is known."""


class ForbiddenError(Exception):
    """A key of a kind that may not do this."""


class NotFoundError(Exception):
    """What the path names is not there."""


# What the rooms and the service say, each with its own message.
KNOWN: dict[type[Exception], tuple[HTTPStatus, str]] = {
    UnauthenticatedError: (HTTPStatus.UNAUTHORIZED, "unauthenticated"),
    ForbiddenError: (HTTPStatus.FORBIDDEN, "forbidden"),
    NotFoundError: (HTTPStatus.NOT_FOUND, "not_found"),
    UnknownPathError: (HTTPStatus.NOT_FOUND, "not_found"),
    MissingError: (HTTPStatus.NOT_FOUND, "not_found"),
    MergeMissingError: (HTTPStatus.NOT_FOUND, "not_found"),
    ActorMissingError: (HTTPStatus.UNPROCESSABLE_ENTITY, "actor_missing"),
    ReceiptMismatchError: (HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency_key_mismatch"),
    MalformedError: (HTTPStatus.BAD_REQUEST, "malformed"),
    TooLargeError: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large"),
    SlowBodyError: (HTTPStatus.REQUEST_TIMEOUT, "request_timeout"),
    WrongMethodError: (HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed"),
}


def render(error: Exception) -> Answer:
    """The answer to any exception. One that is not known here is an internal error, of which nothing is shown."""
    match error:
        case RefusedError() | MisshapenError():
            return envelope(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", error.message, error.field)
        case EncodingError():
            status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
            return envelope(status, "unsupported_encoding", str(error), headers=TAKEN_ENCODINGS)
        case OverloadedError() | UnavailableError():
            return envelope(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", str(error), headers=RETRY_SOON)
        case _ if (known := KNOWN.get(type(error))) is not None:
            return envelope(*known, str(error))
        case _:
            message = "Something went wrong on our side; see the log for this request."
            return envelope(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", message)


def envelope(
    status: HTTPStatus, code: str, message: str, field: str | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    fields = [] if field is None else [FieldError(field, message)]
    return json_answer(Refused(Error(code, message, fields)), status, headers)
