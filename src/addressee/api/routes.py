"""Routes: operations that are declared on their handlers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeAlias, TypedDict, TypeVar, Unpack

from addressee.api.answers import Answer
from addressee.api.call import Call
from addressee.api.operation import ONE_RECIPIENT_BYTES, Keys, Operation

R = TypeVar("R")

Handler: TypeAlias = Callable[[Call], Awaitable[R | Answer | None]]
Declaration: TypeAlias = Callable[[Handler[R]], Handler[R]]


class Options(TypedDict, Generic[R], total=False):
    """The options of a route; see Operation."""

    keys: Keys
    summary: str
    permission: str
    request: Any
    query: Sequence[str]
    response: type[R]
    status: int
    other_responses: Mapping[int, Any]
    max_body_bytes: int
    not_idempotent: bool


class Routes:
    """The operations of one module. The first line of a handler's docstring is the summary, unless another is given.

    routes = Routes(keys=SECRET)

    @routes.get("/v1/users/{user_id}", "users.get", response=User)
    async def get(call: Call) -> User:
        \"""Get a user.\"""
    """

    def __init__(self, keys: Keys, *, max_body_bytes: int = ONE_RECIPIENT_BYTES) -> None:
        """Takes what holds for each operation that does not say otherwise."""
        self._defaults = {"keys": keys, "max_body_bytes": max_body_bytes}
        self._operations: list[Operation] = []

    def __iter__(self) -> Iterator[Operation]:
        return iter(self._operations)

    def get(self, path: str, name: str, **options: Unpack[Options[R]]) -> Declaration[R]:
        return self._declaration("GET", path, name, options)

    def put(self, path: str, name: str, **options: Unpack[Options[R]]) -> Declaration[R]:
        return self._declaration("PUT", path, name, options)

    def post(self, path: str, name: str, **options: Unpack[Options[R]]) -> Declaration[R]:
        return self._declaration("POST", path, name, options)

    def patch(self, path: str, name: str, **options: Unpack[Options[R]]) -> Declaration[R]:
        return self._declaration("PATCH", path, name, options)

    def delete(self, path: str, name: str, **options: Unpack[Options[R]]) -> Declaration[R]:
        return self._declaration("DELETE", path, name, options)

    def _declaration(self, method: str, path: str, name: str, options: Mapping[str, Any]) -> Declaration[Any]:
        def declare(handler: Handler[Any]) -> Handler[Any]:
            given = {**self._defaults, "summary": summary_of(handler), **options}
            self._operations.append(Operation(method=method, path=path, name=name, handler=handler, **given))
            return handler

        return declare


def summary_of(handler: Callable[..., Any]) -> str:
    return (handler.__doc__ or "").partition("\n")[0].removesuffix(".")
