"""Requests, before and after authentication."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec import Struct

from addressee.api.answers import answer_of
from addressee.api.errors import MalformedError
from addressee.api.operation import Operation
from addressee.api.requests.json_text import read_json
from addressee.api.services import Services
from addressee.directory.access.environments import Environment
from addressee.directory.access.keys import Credential
from addressee.directory.edits.recipients import Edit
from addressee.directory.errors import MissingError
from addressee.directory.recipient import Place, Recipient
from addressee.directory.writing.history import Origin
from addressee.directory.writing.receipts import Receipt, StoredAnswer
from addressee.directory.writing.writes import Write, Written

R = TypeVar("R")


class RequestInfo(NamedTuple):
    """The id of a request, and the base URL under which its caller reaches this service.

    `peer` is the address that has connected: the client's, or a proxy's.
    """

    id: str
    base_url: str
    peer: str | None = None


class Call(Struct, frozen=True):
    """An authenticated request. Path values are decoded; the body is as it came.

    `headers` have lower-case names. `caller` is what the dialect's `authenticate` returned: None, or an object with a
    `user_id`, that of the user on whose behalf the request is made. `idempotency_key` is None when repetitions of the
    request are not recognised.
    """

    operation: Operation

    services: Services
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
        """A hash of the operation, path, query, acting user and body; the order of the body's keys does not matter."""
        try:
            body = msgspec.json.encode(json_body(self), order="deterministic")
        except (MalformedError, UnicodeEncodeError):
            body = self.body
        user_id = None if self.caller is None else self.caller.user_id
        target = [self.operation.method, self.operation.path, self.path, self.query_string, user_id]
        return hashlib.sha256(msgspec.json.encode(target) + body).digest()

    def receipt(self, answer: Callable[[Any], Any]) -> Receipt | None:
        """The receipt that is stored in the transaction which does the work; `answer` renders the result of that.

        None when the request has no idempotency key.
        """
        if self.idempotency_key is None:
            return None

        def stored(result: Any) -> StoredAnswer:
            rendered = answer_of(answer(result), self.operation.status)
            return StoredAnswer(rendered.status, rendered.body)

        return Receipt(self.environment.id, self.idempotency_key, self.fingerprint, self.request_id, stored)

    async def require(self, place: Place) -> Recipient:
        """Returns the recipient at a place. Raises MissingError when there is none."""
        recipient = await self.services.directory.read(place)
        if recipient is None:
            raise MissingError(place)
        return recipient

    async def write(self, place: Place, *edits: Edit, answer: Callable[[Written], R]) -> R:
        """Applies edits to one recipient; returns what `answer` makes of the outcome, which a repetition gets too."""
        write = Write(place, edits, self.origin, request=self.receipt(answer))
        return answer(await self.services.directory.write(write))

    @property
    def request_id(self) -> str:
        return self.info.id

    @property
    def environment(self) -> Environment:
        return self.credential.environment

    @property
    def origin(self) -> Origin:
        return Origin(self.credential.key_id, self.request_id)


class Request(Struct, frozen=True):
    """A request that is not authenticated yet. `target` is the path and the query, byte for byte as they came.

    `body` reads the body, which happens after authentication unless that needs it. It raises TooLargeError.
    """

    services: Services
    operation: Operation
    path: Mapping[str, str]
    target: str
    query_string: str
    headers: Mapping[str, str]
    body: Callable[[], Awaitable[bytes]]


def json_body(call: Call) -> Any:
    """Returns the body as parsed JSON; an empty one is `{}`. Raises MalformedError."""
    if not call.body:
        return {}
    try:
        return read_json(call.body)
    except ValueError:
        raise MalformedError("body", "The body is not JSON in UTF-8.") from None
    except RecursionError:
        raise MalformedError("body", "The body is nested too deeply.") from None
