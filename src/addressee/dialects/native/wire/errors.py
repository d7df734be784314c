"""Errors of the native API: `{"error": {"code", "message", "fields": [{"field", "message"}]}}`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from msgspec import Struct

from addressee.api.answers import Answer, json_answer
from addressee.api.dialect import Refusals
from addressee.api.refusals import refusal_of


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


REFUSALS = Refusals(body=Refused)


class NativeError(Exception):
    """An error that this dialect itself finds."""

    def __init__(self, status: HTTPStatus, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


# The codes of refusals that are not called as their kinds are.
CODE_OF: Mapping[str, str] = {
    "invalid_data": "invalid",
    "unknown_path": "not_found",
    "payload_too_large": "too_large",
    "service_unavailable": "unavailable",
    "internal_error": "internal",
}


def render(error: Exception) -> Answer:
    """The answer to any exception. One that is not known is an internal error, of which nothing is shown."""
    if isinstance(error, NativeError):
        return envelope(error.status, error.code, error.message)
    refusal = refusal_of(error)
    code = CODE_OF.get(refusal.kind, refusal.kind)
    return envelope(refusal.status, code, refusal.message, refusal.fields, refusal.headers)


def envelope(
    status: HTTPStatus,
    code: str,
    message: str,
    failures: Sequence[tuple[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> Answer:
    fields = [FieldError(field, text) for field, text in failures]
    return json_answer(Refused(Error(code, message, fields)), status, headers)
