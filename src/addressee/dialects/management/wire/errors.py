"""Errors of the management API: `{"code", "message", "errors": [{"field", "message"}]}`.

Knock's command line shows the message and, for each error, the place in the resource's file: `errors` is always a list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus

from msgspec import Struct

from addressee.api.answers import Answer, json_answer
from addressee.api.dialect import Refusals
from addressee.api.refusals import Refusal, refusal_of
from addressee.messaging.definitions.sources import Problem
from addressee.messaging.workflows.commits.model import ResourceKey
from addressee.messaging.workflows.configuration import ConfigurationError


class FieldError(Struct, frozen=True):
    field: str
    message: str


class Error(Struct, frozen=True):
    """The body of every refusal."""

    code: str
    message: str
    errors: list[FieldError]


REFUSALS = Refusals(body=Error)


class ManagementError(Exception):
    """An error that this dialect itself finds."""

    def __init__(self, code: str, status: HTTPStatus, message: str, fields: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(message)
        self.refusal = Refusal(code, status, message, fields)


def invalid(field: str, message: str, of_the_field: str | None = None) -> ManagementError:
    """Returns the refusal of one field of a body or a query, about which something else may be said than in all."""
    fields = [(field, of_the_field or message)]
    return ManagementError("invalid_params", HTTPStatus.UNPROCESSABLE_ENTITY, message, fields)


def missing(what: str) -> ManagementError:
    return ManagementError("resource_missing", HTTPStatus.NOT_FOUND, f"{what} was not found.")


# The codes of refusals that are not called as their kinds are.
CODE_OF: Mapping[str, str] = {
    "invalid": "invalid_params",
    "invalid_data": "invalid_params",
    "malformed": "invalid_json",
    "not_found": "resource_missing",
    "workflow_missing": "resource_missing",
    "unknown_path": "resource_missing",
    "internal_error": "internal_server_error",
}


def render(error: Exception) -> Answer:
    """Returns the answer to an exception. One that is not known is an internal error, of which nothing is shown."""
    refusal = error.refusal if isinstance(error, ManagementError) else refusal_of(error)
    errors = [FieldError(field, message) for field, message in refusal.fields]
    body = Error(CODE_OF.get(refusal.kind, refusal.kind), refusal.message, errors)
    return json_answer(body, refusal.status, refusal.headers)


@contextmanager
def problems_refused(resource: ResourceKey | str | None, what: str) -> Iterator[None]:
    """Turns problems into a refusal: of fields where they are those of one resource, which was sent."""
    try:
        yield
    except ConfigurationError as error:
        fields = [field_of(problem, None if resource is None else str(resource)) for problem in error.problems]
        count = "a problem" if len(fields) == 1 else f"{len(fields)} problems"
        message = f"{what} has {count}, and nothing was changed."
        raise ManagementError("invalid_params", HTTPStatus.UNPROCESSABLE_ENTITY, message, fields) from None


def field_of(problem: Problem, name: str | None) -> tuple[str, str]:
    """Returns the path of a problem, empty where it belongs to something else than what was sent, and what it is."""
    if problem.file != name:
        return "", f"{problem.file}: {problem.message}"
    line = "" if problem.line_of_text is None else f" (line {problem.line_of_text})"
    return problem.path, f"{problem.message}{line}"
