"""Refusals: what the exception that ended a request means, before a dialect words it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import NamedTuple

from addressee.api.answers import ENCODINGS
from addressee.api.errors import (
    EncodingError,
    MalformedError,
    ParameterError,
    SlowBodyError,
    TooLargeError,
    TooManyConnectionsError,
    UnknownPathError,
    WebSocketsOnlyError,
    WrongMethodError,
)
from addressee.api.requests.bodies import MisshapenError
from addressee.directory.errors import MissingError, OverloadedError, RefusedError, UnavailableError
from addressee.directory.merges.merges import MergeMissingError
from addressee.directory.writing.receipts import ReceiptMismatchError
from addressee.messaging.errors import (
    ActorMissingError,
    DataInvalidError,
    SuppressionMissingError,
    WebhookDeliveryMissingError,
    WebhookMissingError,
    WorkflowInactiveError,
    WorkflowMissingError,
)

# The kind of each exception, and its status unless a dialect has another one.
KINDS: Mapping[type[Exception], tuple[str, HTTPStatus]] = {
    RefusedError: ("invalid", HTTPStatus.UNPROCESSABLE_ENTITY),
    MisshapenError: ("invalid", HTTPStatus.UNPROCESSABLE_ENTITY),
    ParameterError: ("invalid", HTTPStatus.UNPROCESSABLE_ENTITY),
    DataInvalidError: ("invalid_data", HTTPStatus.UNPROCESSABLE_ENTITY),
    MalformedError: ("malformed", HTTPStatus.BAD_REQUEST),
    WebSocketsOnlyError: ("malformed", HTTPStatus.BAD_REQUEST),
    UnknownPathError: ("unknown_path", HTTPStatus.NOT_FOUND),
    MissingError: ("not_found", HTTPStatus.NOT_FOUND),
    MergeMissingError: ("not_found", HTTPStatus.NOT_FOUND),
    SuppressionMissingError: ("not_found", HTTPStatus.NOT_FOUND),
    WebhookMissingError: ("not_found", HTTPStatus.NOT_FOUND),
    WebhookDeliveryMissingError: ("not_found", HTTPStatus.NOT_FOUND),
    WorkflowMissingError: ("workflow_missing", HTTPStatus.NOT_FOUND),
    WorkflowInactiveError: ("workflow_inactive", HTTPStatus.UNPROCESSABLE_ENTITY),
    ActorMissingError: ("actor_missing", HTTPStatus.UNPROCESSABLE_ENTITY),
    ReceiptMismatchError: ("idempotency_key_mismatch", HTTPStatus.UNPROCESSABLE_ENTITY),
    WrongMethodError: ("method_not_allowed", HTTPStatus.METHOD_NOT_ALLOWED),
    SlowBodyError: ("request_timeout", HTTPStatus.REQUEST_TIMEOUT),
    TooLargeError: ("payload_too_large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    EncodingError: ("unsupported_encoding", HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    TooManyConnectionsError: ("too_many_connections", HTTPStatus.TOO_MANY_REQUESTS),
    OverloadedError: ("service_unavailable", HTTPStatus.SERVICE_UNAVAILABLE),
    UnavailableError: ("service_unavailable", HTTPStatus.SERVICE_UNAVAILABLE),
}

HEADERS: Mapping[str, Mapping[str, str]] = {
    "unsupported_encoding": {"accept-encoding": ", ".join(ENCODINGS)},
    "too_many_connections": {"retry-after": "30"},
    "service_unavailable": {"retry-after": "1"},
}


class Refusal(NamedTuple):
    """`fields` are the dotted paths of what is wrong, each with a message; `headers` tell what to do about it."""

    kind: str
    status: HTTPStatus
    message: str
    fields: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = {}


INTERNAL = Refusal(
    "internal_error",
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "Something went wrong on our side; see the log for this request.",
)


def refusal_of(error: Exception) -> Refusal:
    """Returns the refusal that an exception stands for; of one that is not known here, nothing is shown."""
    found = KINDS.get(type(error))
    if found is None:
        return INTERNAL
    kind, status = found
    return Refusal(kind, status, str(error), fields_of(error), HEADERS.get(kind, {}))


def fields_of(error: Exception) -> Sequence[tuple[str, str]]:
    match error:
        case RefusedError() | MisshapenError() | ParameterError():
            return [(error.field, error.message)]
        case DataInvalidError():
            return [(failure.field, failure.message) for failure in error.failures]
        case _:
            return ()
