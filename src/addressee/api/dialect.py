"""Dialects: the APIs of vendors, and Addressee's own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, NamedTuple

from addressee.api.answers import Answer
from addressee.api.call import Request, RequestInfo
from addressee.api.live.sockets import SocketHandler
from addressee.api.operation import Operation
from addressee.api.requests import idempotency
from addressee.api.services import Services
from addressee.directory.access.keys import Credential, Kind
from addressee.directory.writing.receipts import Earlier


class Code(NamedTuple):
    """A code of a dialect's refusals, as the reference explains it."""

    status: HTTPStatus
    meaning: str


def page_of(code: str) -> str:
    """The path of the page that explains a code."""
    return f"/docs/errors/{code}"


def of_any_request(render: Callable[[Exception], Answer]) -> Callable[[Exception, RequestInfo], Answer]:
    """Wraps a renderer of errors that do not name the request."""
    return lambda error, info: render(error)


def only_path(path: str) -> tuple[str, ...]:
    return (path,)


def with_and_without_slash(path: str) -> tuple[str, ...]:
    """Returns a path with a slash at its end and without one: some clients write either."""
    return (path, path.removesuffix("/"))


def unchanged_path(path: Mapping[str, str], headers: Mapping[str, str]) -> Mapping[str, str]:
    return path


# The statuses with which any request may be refused: for its key, for its body, or because the service cannot answer.
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
    """The statuses with which a dialect refuses requests, besides those of any request, and the type of the body.

    `input` are for operations with variables in the path, a query or a body, `writes` for all but GET.
    """

    body: Any
    always: frozenset[HTTPStatus] = frozenset({HTTPStatus.FORBIDDEN})
    input: frozenset[HTTPStatus] = frozenset({HTTPStatus.UNPROCESSABLE_ENTITY})
    writes: frozenset[HTTPStatus] = frozenset({HTTPStatus.UNPROCESSABLE_ENTITY})

    def of(self, operation: Operation) -> frozenset[HTTPStatus]:
        statuses = ALWAYS | self.always
        if "{" in operation.path or operation.query or operation.request is not None:
            statuses |= {HTTPStatus.NOT_FOUND, *self.input}
        return statuses if operation.method == "GET" else statuses | self.writes


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """A vendor's API: its operations, the authentication of its callers, and the form of its errors.

    `authenticate` returns the credential, and the caller as `Call.caller` holds it. `error` renders any exception of a
    request; one that it does not know is an internal error. `refusals` are the statuses that it renders. A path below
    one of the `prefixes` that no operation has is an UnknownPathError. `replay` makes the answer to the repetition of a
    request under an idempotency key. `path_aliases` returns all paths under which an operation is answered;
    `rewrite_path` corrects the variables of a path, before they are percent-decoded. `headers` carry the kinds of keys
    that do not come as a bearer token; `codes` are those of refusals, for the reference. `sockets` make the
    handlers of WebSockets, by their paths.
    """

    name: str
    prefixes: Sequence[str]
    operations: Sequence[Operation]
    authenticate: Callable[[Request], Awaitable[tuple[Credential, Any]]]
    error: Callable[[Exception, RequestInfo], Answer]
    refusals: Refusals
    replay: Callable[[Earlier], Answer] = idempotency.replay
    path_aliases: Callable[[str], Sequence[str]] = only_path
    rewrite_path: Callable[[Mapping[str, str], Mapping[str, str]], Mapping[str, str]] = unchanged_path
    headers: Mapping[Kind, str] = field(default_factory=dict)
    codes: Mapping[str, Code] = field(default_factory=dict)
    sockets: Mapping[str, Callable[[Services], SocketHandler]] = field(default_factory=dict)
