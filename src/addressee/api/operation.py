"""What every dialect is made of: operations, each a method, a path and a function from a call to an answer."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

import msgspec
from msgspec import Struct

from addressee.api.json_text import read_json, write_json
from addressee.directory.access.environments import Environment
from addressee.directory.access.keys import Credential, Kind
from addressee.directory.writing.history import Origin
from addressee.directory.writing.receipts import Earlier, Receipt, StoredAnswer

if TYPE_CHECKING:
    from addressee.directory.access.keys import KeyRing
    from addressee.directory.directory import Directory
    from addressee.messaging.messaging import Messaging
    from addressee.preferences.preferences import Preferences

JSON = "application/json; charset=utf-8"

ONE_RECIPIENT_BYTES = 1_000_000
MANY_RECIPIENTS_BYTES = 24_000_000

SECRET: frozenset[Kind] = frozenset({"secret"})
ANY_KEY: frozenset[Kind] = frozenset({"secret", "public"})


@dataclass(frozen=True, slots=True)
class Rooms:
    """The rooms that a dialect calls."""

    directory: Directory
    preferences: Preferences
    messaging: Messaging
    keys: KeyRing


class RequestInfo(NamedTuple):
    """The id of a request, and the URL under which its caller finds this service."""

    id: str
    base_url: str


class Call(Struct, frozen=True):
    """One authenticated request. Path values are decoded; the body is as it came.

    `headers` have lower-case names. `caller` is what the dialect's `authenticate` returned: None, or something that
    has a `user_id`, the one whom the request acts for. `idempotency_key` is None when a repetition of the request is
    not to be recognised.
    """

    operation: Operation

    rooms: Rooms
    credential: Credential
    caller: Any
    path: Mapping[str, str]
    query_string: str
    headers: Mapping[str, str]
    body: bytes
    info: RequestInfo
    idempotency_key: str | None = None

    @property
    def fingerprint(self) -> bytes:
        """A hash of whom the request acts for and of all that it says; the order of the body's keys does not matter."""
        try:
            said = msgspec.json.encode(json_body(self), order="deterministic")
        except (MalformedError, UnicodeEncodeError):
            said = self.body
        user_id = None if self.caller is None else self.caller.user_id
        where = [self.operation.method, self.operation.path, self.path, self.query_string, user_id]
        return hashlib.sha256(msgspec.json.encode(where) + said).digest()

    def receipt(self, answer: Callable[[Any], Answer]) -> Receipt | None:
        """What a room keeps of this request, together with what it does; `answer` renders the room's result."""
        if self.idempotency_key is None:
            return None

        def stored(result: Any) -> StoredAnswer:
            rendered = answer(result)
            return StoredAnswer(rendered.status, rendered.body)

        return Receipt(self.environment.id, self.idempotency_key, self.fingerprint, self.request_id, stored)

    @property
    def request_id(self) -> str:
        return self.info.id

    @property
    def environment(self) -> Environment:
        return self.credential.environment

    @property
    def origin(self) -> Origin:
        return Origin(self.credential.key_id, self.request_id)


class Answer(Struct, frozen=True):
    """A response: bytes, mostly of JSON, or nothing. What may be of any size comes as a `stream` instead."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = {}
    stream: AsyncIterator[bytes] | None = None
    content_type: str = JSON


Handler: TypeAlias = Callable[[Call], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Operation:
    """A route, the kinds of key that it accepts, and what it takes and gives (for the OpenAPI document).

    `path` has variables in braces. `also` are further statuses, each with
    what it gives then. `permission` is
    the dialect's own word for what a restricted caller needs.
    `harmed_by_repeats` says that doing it twice is not the same as doing it once: then keys that an SDK makes up for
    its own retries count as well.
    """

    method: str
    path: str
    name: str
    summary: str
    handler: Handler
    kinds: frozenset[Kind]
    permission: str | None = None
    takes: Any = None
    query: Sequence[str] = ()
    gives: Any = None
    status: int = 200
    also: Mapping[int, Any] = field(default_factory=dict)
    max_body_bytes: int = ONE_RECIPIENT_BYTES
    harmed_by_repeats: bool = False


class Request(Struct, frozen=True):
    """What a dialect's authentication sees. `target` is the path and the query, byte for byte as they came.

    `body` reads the body, which nobody has done yet: not before it is known that the caller may send one. It raises
    TooLargeError.
    """

    rooms: Rooms
    operation: Operation
    path: Mapping[str, str]
    target: str
    query_string: str
    headers: Mapping[str, str]
    body: Callable[[], Awaitable[bytes]]


def as_it_came(path: Mapping[str, str], headers: Mapping[str, str]) -> Mapping[str, str]:
    return path


# How bodies may be compressed, and the header that says so to who compressed one in another way.
ENCODINGS = ("gzip", "deflate")
TAKEN_ENCODINGS: Mapping[str, str] = {"accept-encoding": ", ".join(ENCODINGS)}

# The header of an answer to what succeeds when it is tried again in a moment.
RETRY_SOON: Mapping[str, str] = {"retry-after": "1"}


class Code(NamedTuple):
    """What a code in a dialect's refusals means, for the reference."""

    status: HTTPStatus
    meaning: str


def page_of(code: str) -> str:
    """The path of the page that explains a code."""
    return f"/docs/errors/{code}"


def of_any_request(render: Callable[[Exception], Answer]) -> Callable[[Exception, RequestInfo], Answer]:
    """For dialects whose errors do not name the request."""
    return lambda error, info: render(error)


def one_spelling(path: str) -> tuple[str, ...]:
    return (path,)


def with_and_without_slash(path: str) -> tuple[str, ...]:
    """For clients that write the slash at the end of a path now and then."""
    return (path, path.removesuffix("/"))


# How any request may be refused: for its key, for its body, or because the service cannot answer.
ALWAYS = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.SERVICE_UNAVAILABLE,
    }
)


@dataclass(frozen=True, slots=True)
class Refusals:
    """With which statuses a dialect refuses, besides those of any request; all of them have a body of one type.

    `input` are for what an operation takes (a path, a query, a body), `writes` for what is repeated or in the way.
    """

    body: Any
    always: frozenset[HTTPStatus]
    input: frozenset[HTTPStatus]
    writes: frozenset[HTTPStatus]

    def of(self, operation: Operation) -> frozenset[HTTPStatus]:
        statuses = ALWAYS | self.always
        if "{" in operation.path or operation.query or operation.takes is not None:
            statuses |= {HTTPStatus.NOT_FOUND, *self.input}
        return statuses if operation.method == "GET" else statuses | self.writes


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """A vendor's API: its operations, how its callers prove who they are, and how it words errors.

    `authenticate` returns the credential and what the dialect wants to know of the caller. `error` renders any
    exception of a request; what it does not know is an internal error. `refusals` are the statuses that it gives. A
    path below one of the `prefixes` that no operation has is an UnknownPathError. `idempotency_key` is the key under
    which a request is to be carried out once, `replay` the answer to its repetition. `spellings` are the forms of an
    operation's path that are answered, `meant` says what a client means by the parts of a path, which are
    percent-decoded after it. `headers` are those in which kinds of keys are sent, where that is not the bearer token;
    `codes` are what refusals refer to.
    """

    name: str
    prefixes: Sequence[str]
    operations: Sequence[Operation]
    authenticate: Callable[[Request], Awaitable[tuple[Credential, Any]]]
    error: Callable[[Exception, RequestInfo], Answer]
    idempotency_key: Callable[[Operation, Mapping[str, str]], str | None]
    replay: Callable[[Earlier], Answer]
    refusals: Refusals
    spellings: Callable[[str], Sequence[str]] = one_spelling
    meant: Callable[[Mapping[str, str], Mapping[str, str]], Mapping[str, str]] = as_it_came
    headers: Mapping[Kind, str] = field(default_factory=dict)
    codes: Mapping[str, Code] = field(default_factory=dict)


class MalformedError(Exception):
    """A request of which a part cannot be read: broken JSON, a broken path or query."""

    def __init__(self, part: Literal["body", "path", "query"], message: str) -> None:
        super().__init__(message)
        self.part = part


class UnknownPathError(Exception):
    """A path that no operation has."""

    def __init__(self) -> None:
        super().__init__("There is no such path; /docs lists what there is.")


class TooLargeError(Exception):
    """A body above the operation's limit."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"The body is larger than {limit:,} bytes.")


class EncodingError(Exception):
    """A body that is compressed in a way that is not undone here."""

    def __init__(self, encoding: str) -> None:
        super().__init__(f"Content-Encoding {encoding!r} is not taken; send {' or '.join(ENCODINGS)}, or no encoding.")


class SlowBodyError(Exception):
    """A body that did not arrive in time."""

    def __init__(self) -> None:
        super().__init__("The rest of the body did not arrive in time; send as much as Content-Length announces.")


class WrongMethodError(Exception):
    """A path that exists, asked with a method that it does not have."""

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__(f"This path takes {', '.join(allowed)}.")
        self.allowed = allowed


def json_body(call: Call) -> Any:
    """The body as JSON; an empty one is `{}`. Raises MalformedError."""
    if not call.body:
        return {}
    try:
        return read_json(call.body)
    except ValueError:
        raise MalformedError("body", "The body is not JSON in UTF-8.") from None
    except RecursionError:
        raise MalformedError("body", "The body is nested too deeply.") from None


def json_answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(write_json(value), status, headers or {})


def no_content(_: object = None) -> Answer:
    """The answer of what has nothing to say but that it was done."""
    return Answer(status=204)
