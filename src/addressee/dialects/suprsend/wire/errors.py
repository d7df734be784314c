"""Refusals, with one body that all of SuprSend's SDKs can read (suprsend.md §1.6)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Literal

from msgspec import Struct

from addressee.api.answers import Answer, json_answer
from addressee.api.dialect import Refusals
from addressee.api.refusals import refusal_of
from addressee.directory.edits.lists import LISTS
from addressee.directory.errors import MissingError
from addressee.directory.recipient import TENANTS, USERS, Place

# The `error_code` of each status, and its `type`, which SDKs know from the vendor's errors.
NAMES: Mapping[HTTPStatus, tuple[str, str]] = {
    HTTPStatus.BAD_REQUEST: ("invalid_request_error", "ValidationError"),
    HTTPStatus.UNAUTHORIZED: ("authentication_error", "NotAuthenticated"),
    HTTPStatus.FORBIDDEN: ("permission_error", "PermissionDenied"),
    HTTPStatus.NOT_FOUND: ("not_found", "NotFound"),
    HTTPStatus.METHOD_NOT_ALLOWED: ("method_not_allowed", "MethodNotAllowed"),
    HTTPStatus.REQUEST_TIMEOUT: ("request_timeout", "RequestTimeout"),
    HTTPStatus.CONFLICT: ("conflict", "Conflict"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("payload_too_large", "PayloadTooLarge"),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: ("unsupported_encoding", "UnsupportedEncoding"),
    HTTPStatus.UNPROCESSABLE_ENTITY: ("unprocessable", "Unprocessable"),
    HTTPStatus.INTERNAL_SERVER_ERROR: ("internal_error", "InternalError"),
    HTTPStatus.SERVICE_UNAVAILABLE: ("service_unavailable", "ServiceUnavailable"),
}

# The statuses of refusals, where they are others than usual.
STATUS_OF: Mapping[str, HTTPStatus] = {
    "invalid": HTTPStatus.BAD_REQUEST,
    "invalid_data": HTTPStatus.BAD_REQUEST,
    "workflow_inactive": HTTPStatus.BAD_REQUEST,
    "actor_missing": HTTPStatus.BAD_REQUEST,
    "idempotency_key_mismatch": HTTPStatus.CONFLICT,
}


class Error(Struct, frozen=True):
    type: str
    message: str


class Refused(Struct, frozen=True):
    """The body of every refusal. `detail` is the message, or says it by the fields that are wrong.

    `records` is for bulk events: their SDK expects it in errors too (§0, rule 6).
    """

    code: int
    error_code: str
    type: str
    message: str
    detail: str | dict[str, Any]
    error: Error
    status: Literal["error"] = "error"
    records: list[None] = []


REFUSALS = Refusals(
    body=Refused,
    always=frozenset(),
    input=frozenset(),
    writes=frozenset({HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}),
)


class SuprSendError(Exception):
    """An error of this dialect's own. `detail` says it by fields, and is the message when there are none."""

    def __init__(self, status: HTTPStatus, message: str, detail: Any = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.detail = message if detail is None else detail


def invalid(field: str, message: str) -> SuprSendError:
    return SuprSendError(HTTPStatus.BAD_REQUEST, message, {field: [message]} if field else None)


def missing(message: str) -> SuprSendError:
    return SuprSendError(HTTPStatus.NOT_FOUND, message)


def unauthenticated(message: str) -> SuprSendError:
    return SuprSendError(HTTPStatus.UNAUTHORIZED, message)


def forbidden(message: str) -> SuprSendError:
    return SuprSendError(HTTPStatus.FORBIDDEN, message)


def missing_at(place: Place) -> SuprSendError:
    """Returns the error that no recipient is at a place, in the words for its collection."""
    words = {
        USERS: f"user [distinct_id: '{place.id}'] not found",
        TENANTS: f"No tenant found for tenant_id {place.id}",
        LISTS: f"list_id: {place.id} not found",
    }
    return missing(words.get(place.collection, f"object '{place.collection}/{place.id}' not found"))


def render(error: Exception) -> Answer:
    """Returns the answer to any exception. An unexpected one is an internal error, of which nothing is shown."""
    body, headers = refused(error)
    return json_answer(body, body.code, headers)


def refused(error: Exception) -> tuple[Refused, Mapping[str, str]]:
    """Returns the body and the headers of the answer to an exception."""
    if isinstance(error, MissingError):
        error = missing_at(error.place)
    if isinstance(error, SuprSendError):
        return refused_with(error.status, error.message, error.detail), {}
    refusal = refusal_of(error)
    fields = refusal.fields if refusal.kind == "invalid" else ()
    detail = {field: [message] for field, message in fields if field} or refusal.message
    return refused_with(STATUS_OF.get(refusal.kind, refusal.status), refusal.message, detail), refusal.headers


def refused_with(status: HTTPStatus, message: str, detail: str | dict[str, Any]) -> Refused:
    code, type = NAMES[status]
    return Refused(int(status), code, type, message, detail, Error(code, message))
