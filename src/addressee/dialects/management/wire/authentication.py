"""Authenticates requests by a service key, `Authorization: Bearer <key>`; the query names the environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

from addressee.api.authentication import bearer_token
from addressee.api.call import Request
from addressee.dialects.management.wire.errors import ManagementError, invalid
from addressee.dialects.management.wire.query import Query
from addressee.directory.access.environments import Environment
from addressee.directory.access.keys import Credential

# The environment that is meant where a request names none and its key opens several.
DEFAULT = "development"


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller of a request: what its key is called, and the environments that it opens, oldest first.

    `order` names those with invalid settings, too.
    """

    key_name: str
    environments: Mapping[str, Environment]
    order: Sequence[str]
    key_id: UUID
    user_id: None = None

    @property
    def author(self) -> str:
        """The name under which changes of this caller are recorded."""
        return self.key_name or f"key {self.key_id}"

    def environment(self, name: str, field: str) -> Environment:
        """Returns an environment by its name.

        Raises ManagementError, which names the field, for another one, and for one whose settings are not valid.
        """
        if name not in self.order:
            message = f"This key does not open the environment {name!r}."
            raise invalid(field, message, f"must be one of {', '.join(self.order)}")
        found = self.environments.get(name)
        if found is None:
            message = f"The environment {name!r} has settings that are not valid; correct them first."
            raise invalid(field, message, "must have valid settings")
        return found


async def authenticate(request: Request) -> tuple[Credential, Caller]:
    """Raises ManagementError unless a service key opens the environment that the query names."""
    opened = await request.services.keys.opened_by(bearer_token(request.headers))
    if opened is None:
        message = "Send a service key that is in force: Authorization: Bearer <key>."
        raise ManagementError("authentication_required", HTTPStatus.UNAUTHORIZED, message)
    caller = Caller(opened.key_name, opened.environments, opened.order, opened.key_id)
    return Credential(opened.key_id, "service", environment_of(request, caller)), caller


def environment_of(request: Request, caller: Caller) -> Environment:
    """Returns the environment that a request means: the one it names, the only one of its key, or development.

    Raises ManagementError where that is none. What is asked of no environment is asked in the oldest one then.
    """
    takes = request.operation.query
    named = Query(request.query_string).environment() if "branch" in takes else None
    if named is None and DEFAULT in caller.order:
        named = DEFAULT
    if named is None and len(caller.order) > 1 and "environment" in takes:
        message = f"This key opens several environments, and none is called {DEFAULT!r}: name the one that you mean."
        raise invalid("environment", message, f"must be one of {', '.join(caller.order)}")
    return caller.environment(named or caller.order[0], "environment")
