"""Dialects: the API of a vendor, or our own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, NamedTuple

from addressee.api.answers import Answer
from addressee.api.call import Request, RequestInfo
from addressee.api.operation import Operation
from addressee.directory.access.keys import Credential, Kind
from addressee.directory.writing.receipts import Earlier


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


def only_path(path: str) -> tuple[str, ...]:
    return (path,)


def with_and_without_slash(path: str) -> tuple[str, ...]:
    """For clients that write the slash at the end of a path now and then."""
    return (path, path.removesuffix("/"))


def unchanged_path(path: Mapping[str, str], headers: Mapping[str, str]) -> Mapping[str, str]:
    return path


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
        if "{" in operation.path or operation.query or operation.request is not None:
            statuses |= {HTTPStatus.NOT_FOUND, *self.input}
        return statuses if operation.method == "GET" else statuses | self.writes


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """A vendor's API: its operations, how its callers prove who they are, and how it words errors.

    `authenticate` returns the credential and what the dialect wants to know of the caller. `error` renders any
    exception of a request; what it does not know is an internal error. `refusals` are the statuses that it answers
    with. A path below one of the `prefixes` that no operation has is an UnknownPathError. `idempotency_key` is the key
    under which a request is to be carried out once, `replay` the answer to its repetition. `path_aliases` are the forms
    of an operation's path that are answered; `rewrite_path` returns the variables of a path, not yet percent-decoded,
    as the client means them. `headers` are those that carry kinds of keys, where that is not the bearer token; `codes`
    are what refusals refer to.
    """

    name: str
    prefixes: Sequence[str]
    operations: Sequence[Operation]
    authenticate: Callable[[Request], Awaitable[tuple[Credential, Any]]]
    error: Callable[[Exception, RequestInfo], Answer]
    idempotency_key: Callable[[Operation, Mapping[str, str]], str | None]
    replay: Callable[[Earlier], Answer]
    refusals: Refusals
    path_aliases: Callable[[str], Sequence[str]] = only_path
    rewrite_path: Callable[[Mapping[str, str], Mapping[str, str]], Mapping[str, str]] = unchanged_path
    headers: Mapping[Kind, str] = field(default_factory=dict)
    codes: Mapping[str, Code] = field(default_factory=dict)
