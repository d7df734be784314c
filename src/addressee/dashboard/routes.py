"""Routes of the dashboard: a path and a method, who may use them, and the handler that answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.errors import EnvironmentUnknownError, RoleNeededError, SignInNeededError
from addressee.dashboard.visits import Asked, EnvironmentVisit, OperatorVisit, Visit
from addressee.operators.model import Role

V = TypeVar("V", bound=Visit)
Show: TypeAlias = Callable[[V], Awaitable[Answer]]
Change: TypeAlias = Callable[[V, Form], Awaitable[Answer]]


class Access(NamedTuple, Generic[V]):
    """The condition for using a route: `admit` returns the visit of a request, or raises why it is not allowed."""

    name: str
    admit: Callable[[Asked], Awaitable[V]]


async def admit_anybody(asked: Asked) -> Visit:
    return Visit(asked)


async def admit_operator(asked: Asked) -> OperatorVisit:
    """Raises SignInNeededError."""
    session = await asked.services.operators.sessions.find(asked.browser)
    if session is None:
        raise SignInNeededError
    roles = session.operator.roles
    environments = await asked.services.directory.environments.all()
    return OperatorVisit(asked, session, {each.name: each for each in environments if each.id in roles})


def role_of(role: Role) -> Access[EnvironmentVisit]:
    async def admit(asked: Asked) -> EnvironmentVisit:
        """Raises SignInNeededError, EnvironmentUnknownError, or RoleNeededError."""
        visit = await admit_operator(asked)
        environment = visit.environments.get(asked.path["environment"])
        if environment is None:
            raise EnvironmentUnknownError
        if not visit.operator.may(role, environment.id):
            raise RoleNeededError(role)
        return EnvironmentVisit(asked, visit.session, visit.environments, environment)

    return Access(role.value, admit)


ANYBODY = Access("anybody", admit_anybody)
OPERATOR = Access("operator", admit_operator)
VIEWER = role_of(Role.VIEWER)
EDITOR = role_of(Role.EDITOR)
ADMIN = role_of(Role.ADMIN)


class Route(NamedTuple):
    """A path with what answers there: GET by `show`, POST by `change` once the form has been checked.

    `name` is that in metrics and logs.
    """

    path: str
    name: str
    access: Access[Any]
    show: Show[Any] | None = None
    change: Change[Any] | None = None

    @property
    def method(self) -> str:
        return "GET" if self.change is None else "POST"


class Routes:
    """The routes of a part of the dashboard, each declared on its handler."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._routes: list[Route] = []

    def get(self, path: str, access: Access[V]) -> Callable[[Show[V]], Show[V]]:
        def add(show: Show[V]) -> Show[V]:
            self._routes.append(Route(path, self._name_of(show), access, show=show))
            return show

        return add

    def post(self, path: str, access: Access[V]) -> Callable[[Change[V]], Change[V]]:
        def add(change: Change[V]) -> Change[V]:
            self._routes.append(Route(path, self._name_of(change), access, change=change))
            return change

        return add

    def all(self) -> Sequence[Route]:
        return self._routes

    def _name_of(self, handler: Callable[..., object]) -> str:
        return f"dashboard.{self._name}.{getattr(handler, '__name__', 'handler')}"
