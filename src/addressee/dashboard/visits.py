"""Visits: requests for pages from anybody, from an operator, and from one with a role in an environment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from secrets import compare_digest
from typing import Any

from addressee.api.call import RequestInfo
from addressee.api.requests.forms import Form, check_site
from addressee.api.requests.query_strings import Query
from addressee.api.services import Services
from addressee.dashboard.errors import FormExpiredError
from addressee.dashboard.urls import environment_url
from addressee.directory.access.environments import Environment
from addressee.directory.errors import MissingError
from addressee.directory.recipient import Place, Recipient
from addressee.directory.writing.history import Origin
from addressee.operators.model import Operator, Role
from addressee.operators.signing_in.sessions import Session

# The field of forms that has the browser's form token.
FORM_TOKEN = "form_token"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, before it is known whose it is.

    `browser` is the secret cookie of the browser: the token of a session, or of none yet. `path` has the decoded
    variables of the path. `target` is the path with the query, as it came.
    """

    services: Services
    browser: str
    path: Mapping[str, str]
    target: str
    query: Query
    headers: Mapping[str, str]
    body: Callable[[], Awaitable[bytes]]
    info: RequestInfo


@dataclass(frozen=True, slots=True)
class Visit:
    """A request for a page from anybody."""

    asked: Asked

    @property
    def services(self) -> Services:
        return self.asked.services

    @property
    def path(self) -> Mapping[str, str]:
        return self.asked.path

    @property
    def query(self) -> Query:
        return self.asked.query

    @property
    def form_token(self) -> str:
        return self.services.operators.form_token(self.asked.browser)

    @property
    def address(self) -> str | None:
        """The network address of whoever asks, where it is known."""
        return self.services.connections.client_of(self.asked.info.peer, self.asked.headers)

    async def form(self) -> Form:
        """Returns the form that was sent, which the router asks for: handlers are given it.

        Raises ForeignFormError, FormExpiredError, or MalformedError and what reading a body does.
        """
        check_site(self.asked.headers)
        form = Form(await self.asked.body())
        if not compare_digest(form.text(FORM_TOKEN).encode(), self.form_token.encode()):
            raise FormExpiredError
        return form


@dataclass(frozen=True, slots=True)
class OperatorVisit(Visit):
    """A request of an operator. `environments` are those where the operator has a role, by name."""

    session: Session
    environments: Mapping[str, Environment]

    @property
    def operator(self) -> Operator:
        return self.session.operator


@dataclass(frozen=True, slots=True)
class EnvironmentVisit(OperatorVisit):
    """A request of an operator for a page of an environment."""

    environment: Environment

    @property
    def role(self) -> Role:
        return self.operator.roles[self.environment.id]

    def may(self, role: Role) -> bool:
        return self.role.includes(role)

    def url(self, *segments: object, **query: object) -> str:
        """Returns the path of a page of this environment; values of the query that are None or empty are left out."""
        return environment_url(self.environment.name, *segments, **query)

    def place(self, collection: str, id: str) -> Place:
        return Place(self.environment.id, collection, id)

    async def require(self, place: Place) -> Recipient:
        """Returns a recipient. Raises MissingError."""
        recipient = await self.services.directory.read(place)
        if recipient is None:
            raise MissingError(place)
        return recipient

    async def record(
        self, act: str, collection: str | None = None, subject: str | None = None, **detail: Any
    ) -> Origin:
        """Records what the operator is about to do, and returns the origin of what that changes (`operators.acts`)."""
        return await self.services.operators.acts.record(
            self.operator, self.environment.id, act, collection, subject, detail
        )
