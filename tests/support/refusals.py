"""The dialects in tests: their keys, and how each answers a refused request."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Annotated, Literal, NamedTuple, Protocol, TypeAlias

import msgspec
from msgspec import Meta, Struct

from addressee.api.dialect import Dialect
from addressee.api.operation import Operation
from addressee.dialects.knock import KNOCK
from addressee.dialects.management import MANAGEMENT
from addressee.dialects.native import NATIVE
from addressee.dialects.notiflows import NOTIFLOWS
from addressee.dialects.suprsend import SUPRSEND
from addressee.directory.access.keys import Kind
from tests.support.raw_http import Reply

Text: TypeAlias = Annotated[str, Meta(min_length=1)]

SHOWN = 300

# The user of a populated environment.
USER = "ada"


class Refusal(Enum):
    """Why a request is not carried out."""

    NO_KEY = auto()
    UNKNOWN_KEY = auto()
    PUBLIC_KEY = auto()
    UNREADABLE = auto()
    INVALID = auto()
    INVALID_PARAMETER = auto()
    TOO_LARGE = auto()
    ENCODING = auto()
    TOO_SLOW = auto()
    MISSING = auto()
    WORKFLOW_MISSING = auto()
    WRONG_METHOD = auto()
    UNAVAILABLE = auto()


class Words(NamedTuple):
    """How a dialect says it: the status of the answer, and what stands in its body under `code` and `type`."""

    status: int
    code: str
    type: str | None = None


class Envelope(Protocol):
    """The body of a refusal. Reading one fails when it has another shape than the dialect's."""

    def words(self, status: int) -> Words: ...

    def text(self) -> str: ...

    def fields(self) -> Sequence[str]:
        """What it says is wrong."""


class KnockField(Struct, forbid_unknown_fields=True):
    field: str
    message: Text
    type: str | None


class KnockEnvelope(Struct, forbid_unknown_fields=True):
    """knock.md §1.5"""

    code: str
    message: Text
    status: int
    type: str
    errors: Annotated[list[KnockField], Meta(min_length=1)] | msgspec.UnsetType = msgspec.UNSET

    def __post_init__(self) -> None:
        if (self.errors is msgspec.UNSET) == (self.code == "invalid_params"):
            raise ValueError("`errors` belong to invalid_params, and to nothing else")

    def words(self, status: int) -> Words:
        return Words(self.status, self.code, self.type)

    def text(self) -> str:
        return self.message

    def fields(self) -> Sequence[str]:
        return [] if self.errors is msgspec.UNSET else [error.field for error in self.errors]


class NativeField(Struct, forbid_unknown_fields=True):
    field: str
    message: Text


class NativeError(Struct, forbid_unknown_fields=True):
    code: str
    message: Text
    fields: Annotated[list[NativeField], Meta(max_length=1)]


class NativeEnvelope(Struct, forbid_unknown_fields=True):
    error: NativeError

    def words(self, status: int) -> Words:
        return Words(status, self.error.code)

    def text(self) -> str:
        return self.error.message

    def fields(self) -> Sequence[str]:
        return [named.field for named in self.error.fields]


class ManagementField(Struct, forbid_unknown_fields=True):
    field: str
    message: Text


class ManagementEnvelope(Struct, forbid_unknown_fields=True):
    """engine.md §7.1, §12"""

    code: str
    message: Text
    errors: list[ManagementField]

    def words(self, status: int) -> Words:
        return Words(status, self.code)

    def text(self) -> str:
        return self.message

    def fields(self) -> Sequence[str]:
        return [error.field for error in self.errors]


class SuprSendError(Struct, forbid_unknown_fields=True):
    type: str
    message: Text


class SuprSendEnvelope(Struct, forbid_unknown_fields=True):
    """suprsend.md §1.6"""

    code: int
    error_code: str
    type: str
    message: Text
    detail: Text | dict[Text, Text | Annotated[list[Text], Meta(min_length=1)]]
    status: Literal["error"]
    error: SuprSendError
    records: Annotated[list[None], Meta(max_length=0)]

    def __post_init__(self) -> None:
        if self.error != SuprSendError(self.error_code, self.message):
            raise ValueError("`error` must say the same as the rest")

    def words(self, status: int) -> Words:
        return Words(self.code, self.error_code, self.type)

    def text(self) -> str:
        return self.message

    def fields(self) -> Sequence[str]:
        """Where no field is at fault, the detail is the message."""
        return [""] if isinstance(self.detail, str) else list(self.detail)


class NotiflowsField(Struct, forbid_unknown_fields=True):
    field: str
    message: Text
    reason: Text


class NotiflowsDetails(Struct, forbid_unknown_fields=True, omit_defaults=True):
    fields: Annotated[list[NotiflowsField], Meta(min_length=1)] | msgspec.UnsetType = msgspec.UNSET
    auth: Text | None = None
    resource: Text | None = None
    id: str | None = None
    reason: Text | None = None
    param: Text | None = None
    current_status: Text | None = None
    allowed_statuses: list[str] | None = None
    allowed_transitions: list[str] | None = None
    idempotency_key: str | None = None


class NotiflowsError(Struct, forbid_unknown_fields=True):
    type: str
    code: str
    message: Text
    status: int
    request_id: Text
    details: NotiflowsDetails

    def __post_init__(self) -> None:
        if not re.fullmatch(rf"https?://[^/]+/docs/errors/{self.code}", self.type):
            raise ValueError("`type` must say where the code is explained")


class NotiflowsEnvelope(Struct, forbid_unknown_fields=True):
    """notiflows.md §1.4"""

    error: NotiflowsError

    def words(self, status: int) -> Words:
        return Words(self.error.status, self.error.code)

    def text(self) -> str:
        return self.error.message

    def fields(self) -> Sequence[str]:
        details = self.error.details
        if details.param is not None:
            return [details.param]
        return [] if details.fields is msgspec.UNSET else [named.field for named in details.fields]


def bearer(key: str) -> Mapping[str, str]:
    return {"authorization": f"Bearer {key}"}


def as_a_server(key: str) -> Mapping[str, str]:
    return {"x-notiflows-secret-key": key}


def as_a_user(key: str) -> Mapping[str, str]:
    """In an environment in development mode, where no token is needed."""
    return {"x-notiflows-api-key": key, "x-notiflows-user-id": USER}


def as_a_browser(key: str) -> Mapping[str, str]:
    """In an environment without enhanced security, where no token is needed."""
    return {"authorization": key}


@dataclass(frozen=True, slots=True, eq=False)
class Spoken:
    """A dialect as tests speak it to the routes that take this kind of key. Keys of the `strange` kinds are none to it.

    What is wrong with a parameter of a query is INVALID where `words` do not have it otherwise.
    """

    dialect: Dialect
    key: Kind
    strange: tuple[Kind, ...]
    envelope: type[Envelope]
    words: Mapping[Refusal, Words]
    sends: Callable[[str], Mapping[str, str]] = bearer

    @property
    def name(self) -> str:
        return f"{self.dialect.name} with a {self.key} key"

    @property
    def operations(self) -> Sequence[Operation]:
        return [operation for operation in self.dialect.operations if self.key in operation.keys]

    def problems(self, reply: Reply, refusal: Refusal, field: str | None = None) -> list[str]:
        """What is wrong with a reply that must be this refusal; `field` is the beginning of what it has to name."""
        is_invalid = refusal in {Refusal.INVALID, Refusal.INVALID_PARAMETER}
        expected = self.words.get(refusal) or self.words[Refusal.INVALID]
        shown = f"{reply.status} {reply.body[:SHOWN]!r}"
        try:
            said = msgspec.json.decode(reply.body, type=self.envelope)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return [f"{shown} is no refusal ({error}); expected {expected}"]
        problems = []
        if (reply.status, said.words(reply.status)) != (expected.status, expected):
            problems.append(f"{shown}, not {expected}")
        named = said.fields()
        if is_invalid and not (named and named[0].startswith(field or "")):
            problems.append(f"{shown} does not name {field or 'any field'}")
        if not is_invalid and any(named):
            problems.append(f"{shown} names a field")
        if not reply.headers.get("x-request-id"):
            problems.append(f"{shown} has no request id")
        return problems

    def message(self, reply: Reply) -> str:
        """What a refusal says."""
        return msgspec.json.decode(reply.body, type=self.envelope).text()


AUTHENTICATION = "authentication_error"
INVALID_REQUEST = "invalid_request_error"

SPOKEN_KNOCK = Spoken(
    KNOCK,
    key="secret",
    strange=("workspace", "api", "service"),
    envelope=KnockEnvelope,
    words={
        Refusal.NO_KEY: Words(401, "authentication_required", AUTHENTICATION),
        Refusal.UNKNOWN_KEY: Words(401, "api_key_missing", AUTHENTICATION),
        Refusal.PUBLIC_KEY: Words(403, "incorrect_token_type", AUTHENTICATION),
        Refusal.UNREADABLE: Words(400, "invalid_json", INVALID_REQUEST),
        Refusal.INVALID: Words(422, "invalid_params", INVALID_REQUEST),
        Refusal.TOO_LARGE: Words(413, "payload_too_large", INVALID_REQUEST),
        Refusal.ENCODING: Words(415, "unsupported_encoding", INVALID_REQUEST),
        Refusal.TOO_SLOW: Words(408, "request_timeout", INVALID_REQUEST),
        Refusal.MISSING: Words(404, "resource_missing", "api_error"),
        Refusal.WORKFLOW_MISSING: Words(404, "workflow_missing", INVALID_REQUEST),
        Refusal.WRONG_METHOD: Words(405, "method_not_allowed", INVALID_REQUEST),
        Refusal.UNAVAILABLE: Words(503, "service_unavailable", "api_error"),
    },
)

SPOKEN_NATIVE = Spoken(
    NATIVE,
    key="secret",
    strange=("workspace", "api", "service"),
    envelope=NativeEnvelope,
    words={
        Refusal.NO_KEY: Words(401, "unauthenticated"),
        Refusal.UNKNOWN_KEY: Words(401, "unauthenticated"),
        Refusal.PUBLIC_KEY: Words(403, "forbidden"),
        Refusal.UNREADABLE: Words(400, "malformed"),
        Refusal.INVALID: Words(422, "invalid"),
        Refusal.TOO_LARGE: Words(413, "too_large"),
        Refusal.ENCODING: Words(415, "unsupported_encoding"),
        Refusal.TOO_SLOW: Words(408, "request_timeout"),
        Refusal.MISSING: Words(404, "not_found"),
        Refusal.WORKFLOW_MISSING: Words(404, "workflow_missing"),
        Refusal.WRONG_METHOD: Words(405, "method_not_allowed"),
        Refusal.UNAVAILABLE: Words(503, "unavailable"),
    },
)

SPOKEN_SUPRSEND = Spoken(
    SUPRSEND,
    key="api",
    strange=("secret", "public", "workspace", "service"),
    envelope=SuprSendEnvelope,
    words={
        Refusal.NO_KEY: Words(401, AUTHENTICATION, "NotAuthenticated"),
        Refusal.UNKNOWN_KEY: Words(401, AUTHENTICATION, "NotAuthenticated"),
        Refusal.UNREADABLE: Words(400, INVALID_REQUEST, "ValidationError"),
        Refusal.INVALID: Words(400, INVALID_REQUEST, "ValidationError"),
        Refusal.TOO_LARGE: Words(413, "payload_too_large", "PayloadTooLarge"),
        Refusal.ENCODING: Words(415, "unsupported_encoding", "UnsupportedEncoding"),
        Refusal.TOO_SLOW: Words(408, "request_timeout", "RequestTimeout"),
        Refusal.MISSING: Words(404, "not_found", "NotFound"),
        Refusal.WRONG_METHOD: Words(405, "method_not_allowed", "MethodNotAllowed"),
        Refusal.UNAVAILABLE: Words(503, "service_unavailable", "ServiceUnavailable"),
    },
)

SPOKEN_SUPRSEND_FOR_USERS = replace(
    SPOKEN_SUPRSEND, key="public", strange=("secret", "workspace", "api", "service"), sends=as_a_browser
)

SPOKEN_NOTIFLOWS = Spoken(
    NOTIFLOWS,
    key="secret",
    strange=("public", "workspace", "api", "service"),
    envelope=NotiflowsEnvelope,
    words={
        Refusal.NO_KEY: Words(401, "unauthenticated"),
        Refusal.UNKNOWN_KEY: Words(401, "unauthenticated"),
        Refusal.UNREADABLE: Words(400, "bad_request"),
        Refusal.INVALID: Words(422, "validation_failed"),
        Refusal.INVALID_PARAMETER: Words(400, "bad_request"),
        Refusal.TOO_LARGE: Words(413, "payload_too_large"),
        Refusal.ENCODING: Words(415, "unsupported_encoding"),
        Refusal.TOO_SLOW: Words(408, "request_timeout"),
        Refusal.MISSING: Words(404, "not_found"),
        Refusal.WORKFLOW_MISSING: Words(404, "not_found"),
        Refusal.WRONG_METHOD: Words(405, "method_not_allowed"),
        Refusal.UNAVAILABLE: Words(503, "service_unavailable"),
    },
    sends=as_a_server,
)

SPOKEN_NOTIFLOWS_FOR_USERS = replace(
    SPOKEN_NOTIFLOWS, key="public", strange=("secret", "workspace", "api", "service"), sends=as_a_user
)

SPOKEN_MANAGEMENT = Spoken(
    MANAGEMENT,
    key="service",
    strange=("secret", "public", "workspace", "api"),
    envelope=ManagementEnvelope,
    words={
        Refusal.NO_KEY: Words(401, "authentication_required"),
        Refusal.UNKNOWN_KEY: Words(401, "authentication_required"),
        Refusal.UNREADABLE: Words(400, "invalid_json"),
        Refusal.INVALID: Words(422, "invalid_params"),
        Refusal.TOO_LARGE: Words(413, "payload_too_large"),
        Refusal.ENCODING: Words(415, "unsupported_encoding"),
        Refusal.TOO_SLOW: Words(408, "request_timeout"),
        Refusal.MISSING: Words(404, "resource_missing"),
        Refusal.WORKFLOW_MISSING: Words(404, "resource_missing"),
        Refusal.WRONG_METHOD: Words(405, "method_not_allowed"),
        Refusal.UNAVAILABLE: Words(503, "service_unavailable"),
    },
)

# In the order in which the service has them.
SPOKEN = (
    SPOKEN_KNOCK,
    SPOKEN_SUPRSEND,
    SPOKEN_SUPRSEND_FOR_USERS,
    SPOKEN_NOTIFLOWS,
    SPOKEN_NOTIFLOWS_FOR_USERS,
    SPOKEN_NATIVE,
    SPOKEN_MANAGEMENT,
)
