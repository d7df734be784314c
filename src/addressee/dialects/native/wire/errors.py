"""Errors of the native API: `{"error": {"code", "message", "fields": [{"field", "message"}]}}`."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from msgspec import Struct

from addressee.api.answers import Answer, json_answer
from addressee.api.dialect import Refusals
from addressee.api.refusals import Refusal, refusal_of


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

    def __init__(self, code: str, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.refusal = Refusal(code, status, message)


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
    refusal = error.refusal if isinstance(error, NativeError) else refusal_of(error)
    fields = [FieldError(field, message) for field, message in refusal.fields]
    body = Refused(Error(CODE_OF.get(refusal.kind, refusal.kind), refusal.message, fields))
    return json_answer(body, refusal.status, refusal.headers)
