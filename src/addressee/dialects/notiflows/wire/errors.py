"""The envelope of errors, which is the same for both APIs of Notiflows (notiflows.md §1.4)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

from msgspec import Struct

from addressee.api import refusals
from addressee.api.answers import Answer, json_answer
from addressee.api.call import Call, RequestInfo
from addressee.api.dialect import Code, Refusals, page_of
from addressee.api.errors import MalformedError, ParameterError
from addressee.api.requests.bodies import MisshapenError
from addressee.directory.errors import MissingError, RefusedError
from addressee.directory.recipient import USERS
from addressee.directory.writing.receipts import ReceiptMismatchError
from addressee.messaging.errors import ActorMissingError, DataInvalidError, WorkflowInactiveError, WorkflowMissingError

CODES: Mapping[str, Code] = {
    "bad_request": Code(HTTPStatus.BAD_REQUEST, "The body is no JSON, or an id or a parameter of the query is none."),
    "unauthenticated": Code(HTTPStatus.UNAUTHORIZED, "A key or a user token is missing, unknown, revoked or expired."),
    "forbidden": Code(HTTPStatus.FORBIDDEN, "A browser calls from a page that allowed_origins does not name."),
    "not_found": Code(HTTPStatus.NOT_FOUND, "There is nothing of this id in the environment of the key."),
    "method_not_allowed": Code(HTTPStatus.METHOD_NOT_ALLOWED, "The path takes other methods; `allow` names them."),
    "request_timeout": Code(HTTPStatus.REQUEST_TIMEOUT, "The rest of the body did not arrive in time."),
    "conflict": Code(HTTPStatus.CONFLICT, "What is asked does not follow from how things are; a repetition fails too."),
    "payload_too_large": Code(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is larger than the message says."),
    "unsupported_encoding": Code(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body's Content-Encoding is none that `accept-encoding` names."
    ),
    "validation_failed": Code(HTTPStatus.UNPROCESSABLE_ENTITY, "Fields of the body are not as they must be."),
    "internal_error": Code(HTTPStatus.INTERNAL_SERVER_ERROR, "The fault is ours; the log has the request's id."),
    "service_unavailable": Code(HTTPStatus.SERVICE_UNAVAILABLE, "Try again after the seconds in `retry-after`."),
}

# Reasons of RefusedError, and their names in this dialect; all others are `invalid_format`.
REASONS = {"type": "invalid_type", "length": "too_long", "size": "too_long", "missing": "required"}

# Parts of the messages of MisshapenError, and the reasons they stand for; all others are `invalid_type`.
REASONS_OF_SHAPES = {
    "missing required": "required",
    "got `null`": "required",
    "of length >=": "required",
    "of length <=": "too_long",
    "matching regex": "invalid_format",
}

# An index in the path of a field: `recipients[0]`, which is `recipients.0` in this dialect.
INDEX = re.compile(r"\[(\d+)\]")

# Tells SDKs not to repeat a request: they repeat every 409, but no conflict is resolved by that (§4.2).
RETRY_NEVER = {"x-should-retry": "false"}


class Field(NamedTuple):
    """An error of one field of a body. `field` is its dotted path."""

    field: str
    message: str
    reason: str


class Error(Struct, frozen=True):
    """`type` is the URL of a page that explains the code. The keys of `details` depend on the code."""

    type: str
    code: str
    message: str
    status: int
    request_id: str
    details: dict[str, Any]


class Refused(Struct, frozen=True):
    """The body of every refusal."""

    error: Error


REFUSALS = Refusals(
    body=Refused,
    writes=frozenset({HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}),
)


class NotiflowsError(Exception):
    """An error that this dialect itself finds, under one of CODES. `details` are those of the envelope."""

    def __init__(self, code: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details


def invalid(field: str, message: str, reason: str = "invalid_format") -> NotiflowsError:
    """The error of one field of a body."""
    return refused([Field(field, message, reason)])


def refused(fields: Sequence[Field]) -> NotiflowsError:
    return NotiflowsError("validation_failed", fields[0].message, fields=[field._asdict() for field in fields])


def field_of(error: RefusedError) -> Field:
    """The field of a RefusedError, with the reason that this dialect gives."""
    return Field(error.field, error.message, REASONS.get(error.reason, "invalid_format"))


def bad_id(param: str) -> NotiflowsError:
    message = f"{param} must be 1 to 64 letters, digits, - and _."
    return NotiflowsError("bad_request", message, reason="invalid_uuid", param=param)


def missing(resource: str, id: str) -> NotiflowsError:
    """The error for a resource that does not exist; `resource` is its name, like `channel_settings`."""
    named = resource.replace("_", " ").capitalize()
    return NotiflowsError("not_found", f"{named} not found", resource=resource, id=id)


def not_found(call: Call, resource: str, id: str) -> Answer:
    """The answer to a request whose write found nothing. Unlike an error, it is kept with the receipt."""
    return render(missing(resource, id), call.info)


def conflict(message: str, **details: Any) -> NotiflowsError:
    return NotiflowsError("conflict", message, **details)


def unauthenticated(auth: str, message: str) -> NotiflowsError:
    """`auth` names the credential that is wrong: api_key, secret_key or user_key."""
    return NotiflowsError("unauthenticated", message, auth=auth)


def render(error: Exception, info: RequestInfo) -> Answer:
    """The answer to any exception. One that is not known is an internal error, of which nothing is shown."""
    return envelope(converted(error), info)


def converted(error: Exception) -> NotiflowsError:
    """Converts an exception to the error of this dialect that stands for it."""
    match error:
        case NotiflowsError():
            return error
        case RefusedError():
            return refused([field_of(error)])
        case MisshapenError():
            reason = next((word for said, word in REASONS_OF_SHAPES.items() if said in error.message), "invalid_type")
            return invalid(INDEX.sub(r".\1", error.field), INDEX.sub(r".\1", error.message, count=1), reason)
        case ParameterError():
            return NotiflowsError("bad_request", error.message, reason="invalid_param", param=error.field)
        case MalformedError():
            reason = "invalid_json" if error.part == "body" else "invalid_param"
            return NotiflowsError("bad_request", str(error), reason=reason)
        case MissingError():
            return missing("user" if error.place.collection == USERS else "topic", error.place.id)
        case WorkflowMissingError():
            return missing("notiflow", error.workflow)
        case WorkflowInactiveError():
            return conflict(str(error), current_status="inactive", allowed_statuses=["active"])
        case ActorMissingError():
            return invalid("actor", str(error), "not_found")
        case DataInvalidError():
            return refused([Field(each.field, each.message, "invalid_format") for each in error.failures])
        case ReceiptMismatchError():
            return conflict(str(error), reason="key_reused", idempotency_key=error.key)
        case _:
            refusal = refusals.refusal_of(error)
            return NotiflowsError("not_found" if refusal.kind == "unknown_path" else refusal.kind, refusal.message)


HEADERS: Mapping[str, Mapping[str, str]] = {"conflict": RETRY_NEVER, **refusals.HEADERS}


def envelope(error: NotiflowsError, info: RequestInfo) -> Answer:
    status = CODES[error.code].status
    url = f"{info.base_url}{page_of(error.code)}"
    body = Refused(Error(url, error.code, error.message, int(status), info.id, error.details))
    return json_answer(body, status, HEADERS.get(error.code))
