"""How Notiflows words errors: one envelope for both of its APIs (notiflows.md §1.4)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

from msgspec import Struct

from addressee.api import refusals
from addressee.api.answers import Answer, json_answer
from addressee.api.bodies import MisshapenError
from addressee.api.call import Call, RequestInfo
from addressee.api.dialect import Code, Refusals, page_of
from addressee.api.errors import MalformedError, ParameterError
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

# What a field's refusal by the rooms is called here; all others are of a format that is not taken.
REASONS = {"type": "invalid_type", "length": "too_long", "size": "too_long", "missing": "required"}

# What a body of the wrong shape lacks or has too much of, by what is said of it; all others are of a wrong type.
REASONS_OF_SHAPES = {
    "missing required": "required",
    "got `null`": "required",
    "of length >=": "required",
    "of length <=": "too_long",
    "matching regex": "invalid_format",
}

# Where a path leads into an array: `recipients[0]`, which is `recipients.0` here.
INDEX = re.compile(r"\[(\d+)\]")

# The SDKs repeat every 409 by themselves; none of ours is cured by that (§4.2).
RETRY_NEVER = {"x-should-retry": "false"}


class Field(NamedTuple):
    """What is wrong with a field of a body. `field` is its dotted path."""

    field: str
    message: str
    reason: str


class Error(Struct, frozen=True):
    """`type` is the URL of a page that explains the code. `details` say more, in keys that depend on the code."""

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
    always=frozenset({HTTPStatus.FORBIDDEN}),
    input=frozenset({HTTPStatus.UNPROCESSABLE_ENTITY}),
    writes=frozenset({HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}),
)


class NotiflowsError(Exception):
    """An error of this dialect's own. `details` are those keys of the envelope's that say more."""

    def __init__(self, code: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details


def invalid(field: str, message: str, reason: str = "invalid_format") -> NotiflowsError:
    """A field of a body that is not as it must be."""
    return refused([Field(field, message, reason)])


def refused(fields: Sequence[Field]) -> NotiflowsError:
    return NotiflowsError("validation_failed", fields[0].message, fields=[field._asdict() for field in fields])


def field_of(error: RefusedError) -> Field:
    """What a room refuses, as it is called here."""
    return Field(error.field, error.message, REASONS.get(error.reason, "invalid_format"))


def bad_id(param: str) -> NotiflowsError:
    message = f"{param} must be 1 to 64 letters, digits, - and _."
    return NotiflowsError("bad_request", message, reason="invalid_uuid", param=param)


def missing(resource: str, id: str) -> NotiflowsError:
    """`resource` is a word like `channel_settings`."""
    named = resource.replace("_", " ").capitalize()
    return NotiflowsError("not_found", f"{named} not found", resource=resource, id=id)


def not_found(call: Call, resource: str, id: str) -> Answer:
    """What a request is answered whose write found nothing; it is kept with its receipt."""
    return render(missing(resource, id), call.info)


def conflict(message: str, **details: Any) -> NotiflowsError:
    return NotiflowsError("conflict", message, **details)


def unauthenticated(auth: str, message: str) -> NotiflowsError:
    """`auth` says which of the credentials is meant: api_key, secret_key or user_key."""
    return NotiflowsError("unauthenticated", message, auth=auth)


def render(error: Exception, info: RequestInfo) -> Answer:
    """The answer to any exception. One that is not known here is an internal error, of which nothing is shown."""
    return envelope(understood(error), info)


def understood(error: Exception) -> NotiflowsError:
    """What an exception of the rooms or the service is here."""
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
