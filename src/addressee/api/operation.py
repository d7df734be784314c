"""Operations: a method and a path, the types of request and response, and the handler."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from addressee.directory.access.keys import Kind

ONE_RECIPIENT_BYTES = 1_000_000
MANY_RECIPIENTS_BYTES = 24_000_000

Keys: TypeAlias = frozenset[Kind]

SECRET: Keys = frozenset({"secret"})
ANY_KEY: Keys = frozenset({"secret", "public"})

Handler: TypeAlias = Callable[[Any], Awaitable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A method and a path with variables in braces, and what the OpenAPI document says of them.

    `handler` takes a Call and returns a `response`, which is sent as JSON with `status`, or None, which has no body, or
    an Answer. `keys` are the kinds of keys that may call it, `permission` is the name of what a restricted caller
    needs. `other_responses` are further statuses, each with its type. An operation that is `not_idempotent` has another
    effect when it is repeated: for it, idempotency keys that SDKs make up for their own retries count as well.
    """

    method: str
    path: str
    name: str
    summary: str
    handler: Handler
    keys: Keys
    permission: str | None = None
    request: Any = None
    query: Sequence[str] = ()
    response: Any = None
    status: int = 200
    other_responses: Mapping[int, Any] = field(default_factory=dict)
    max_body_bytes: int = ONE_RECIPIENT_BYTES
    not_idempotent: bool = False
