"""Refusals: what the exception that ended a request means, before a dialect words it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Literal, NamedTuple, TypeAlias

from addressee.api.answers import ENCODINGS
from addressee.api.bodies import MisshapenError
from addressee.api.errors import (
    EncodingError,
    MalformedError,
    ParameterError,
    SlowBodyError,
    TooLargeError,
    UnknownPathError,
    WrongMethodError,
)
from addressee.directory.errors import MissingError, OverloadedError, RefusedError, UnavailableError
from addressee.directory.merges.merges import MergeMissingError
from addressee.directory.writing.receipts import ReceiptMismatchError
from addressee.messaging.errors import ActorMissingError, DataInvalidError, WorkflowInactiveError, WorkflowMissingError

Kind: TypeAlias = Literal[
    "invalid",
    "invalid_data",
    "malformed",
    "unknown_path",
    "not_found",
    "workflow_missing",
    "workflow_inactive",
    "actor_missing",
    "idempotency_key_mismatch",
    "method_not_allowed",
    "request_timeout",
    "payload_too_large",
    "unsupported_encoding",
    "service_unavailable",
    "internal_error",
]

KINDS: Mapping[type[Exception], Kind] = {
    RefusedError: "invalid",
    MisshapenError: "invalid",
    ParameterError: "invalid",
    DataInvalidError: "invalid_data",
    MalformedError: "malformed",
    UnknownPathError: "unknown_path",
    MissingError: "not_found",
    MergeMissingError: "not_found",
    WorkflowMissingError: "workflow_missing",
    WorkflowInactiveError: "workflow_inactive",
    ActorMissingError: "actor_missing",
    ReceiptMismatchError: "idempotency_key_mismatch",
    WrongMethodError: "method_not_allowed",
    SlowBodyError: "request_timeout",
    TooLargeError: "payload_too_large",
    EncodingError: "unsupported_encoding",
    OverloadedError: "service_unavailable",
    UnavailableError: "service_unavailable",
}

# The status of each kind, unless a dialect has another one.
STATUSES: Mapping[Kind, HTTPStatus] = {
    "invalid": HTTPStatus.UNPROCESSABLE_ENTITY,
    "invalid_data": HTTPStatus.UNPROCESSABLE_ENTITY,
    "malformed": HTTPStatus.BAD_REQUEST,
    "unknown_path": HTTPStatus.NOT_FOUND,
    "not_found": HTTPStatus.NOT_FOUND,
    "workflow_missing": HTTPStatus.NOT_FOUND,
    "workflow_inactive": HTTPStatus.UNPROCESSABLE_ENTITY,
    "actor_missing": HTTPStatus.UNPROCESSABLE_ENTITY,
    "idempotency_key_mismatch": HTTPStatus.UNPROCESSABLE_ENTITY,
    "method_not_allowed": HTTPStatus.METHOD_NOT_ALLOWED,
    "request_timeout": HTTPStatus.REQUEST_TIMEOUT,
    "payload_too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "unsupported_encoding": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "service_unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "internal_error": HTTPStatus.INTERNAL_SERVER_ERROR,
}

HEADERS: Mapping[str, Mapping[str, str]] = {
    "unsupported_encoding": {"accept-encoding": ", ".join(ENCODINGS)},
    "service_unavailable": {"retry-after": "1"},
}

INTERNAL = "Something went wrong on our side; see the log for this request."


class Refusal(NamedTuple):
    """`fields` are the dotted paths of what is wrong, each with a message; `headers` tell what to do about it."""

    kind: Kind
    status: HTTPStatus
    message: str
    fields: Sequence[tuple[str, str]]
    headers: Mapping[str, str]


def refusal_of(error: Exception) -> Refusal:
    """Returns the refusal that an exception stands for; of one that is not known here, nothing is shown."""
    kind = KINDS.get(type(error), "internal_error")
    message = INTERNAL if kind == "internal_error" else str(error)
    return Refusal(kind, STATUSES[kind], message, fields_of(error), HEADERS.get(kind, {}))


def fields_of(error: Exception) -> Sequence[tuple[str, str]]:
    match error:
        case RefusedError() | MisshapenError() | ParameterError():
            return [(error.field, error.message)]
        case DataInvalidError():
            return [(failure.field, failure.message) for failure in error.failures]
        case _:
            return ()
