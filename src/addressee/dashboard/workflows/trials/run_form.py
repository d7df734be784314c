"""The form of a test run: what an operator typed, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar
from urllib.parse import quote_plus, urlencode
from uuid import UUID

import msgspec

from addressee.dashboard.workflows.versions import number_in
from addressee.directory.documents import check_id, check_value
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import USERS, Place
from addressee.messaging.preview.simulations import Simulation

T = TypeVar("T")

# Of data and answers, each, as they are written in the URL: that of a page has less than 64 kB.
MAX_ENCODED = 24_000

FIELDS = ("person", "tenant", "actor", "version", "data", "answers")


class Fields(Protocol):
    """The query of a URL, or the fields of a form."""

    def text(self, name: str) -> str | None: ...

    def texts(self, name: str) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class RunForm:
    """A form as it was filled in. `errors` say what is wrong with fields, whose values do not count then."""

    typed: Mapping[str, str]
    events: Sequence[str] = ()
    person: str = ""
    tenant: str | None = None
    actor: str | None = None
    version: int | None = None
    data: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def parameters(self) -> Mapping[str, str]:
        """The fields as they were typed, those that are not empty."""
        return {name: value for name, value in self.typed.items() if value}

    def address(self, path: str, **more: object) -> str:
        """Returns the address of a page for the same run."""
        events = [("event", ref) for ref in self.events]
        return f"{path}?{urlencode([*self.parameters.items(), *events, *more.items()])}"

    def with_error(self, name: str, message: str) -> RunForm:
        return replace(self, errors={**self.errors, name: message})

    def simulation(self, environment_id: int, workflow: str, version: UUID | None = None) -> Simulation:
        """Returns what is to be simulated, with the current version unless one is given."""
        return Simulation(
            Place(environment_id, USERS, self.person),
            workflow,
            (self.data,),
            self.tenant,
            None if self.actor is None else Place(environment_id, USERS, self.actor),
            self.answers,
            self.events,
            version,
        )


def read_form(fields: Fields) -> RunForm:
    """Returns what a form says, with what is wrong with it."""
    typed = {name: (fields.text(name) or "").strip() for name in FIELDS}
    errors: dict[str, str] = {}

    def read(name: str, of: Callable[[str], T], otherwise: T) -> T:
        if not typed[name]:
            return otherwise
        try:
            return of(typed[name])
        except RefusedError as refusal:
            errors[name] = refusal.message
            return otherwise

    return RunForm(
        typed,
        fields.texts("event"),
        read("person", lambda text: check_id(text, "The id of the person"), ""),
        read("tenant", lambda text: check_id(text, "The id of the tenant"), None),
        read("actor", lambda text: check_id(text, "The id of the actor"), None),
        read("version", version_in, None),
        read("data", lambda text: document_in(text, "data"), {}),
        read("answers", lambda text: document_in(text, "answers"), {}),
        errors,
    )


def version_in(text: str) -> int:
    number = number_in(text)
    if number is None:
        raise RefusedError("version", "version", "A version is a number, like 3.")
    return number


def document_in(text: str, name: str) -> dict[str, Any]:
    """Raises RefusedError."""
    if len(quote_plus(text)) > MAX_ENCODED:
        raise RefusedError("size", name, f"This is too long for a test: at most {MAX_ENCODED:,} characters in a URL.")
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise RefusedError("json", name, f"This is not JSON: {error}.") from None
    if not isinstance(value, dict):
        raise RefusedError("type", name, 'This must be a JSON object, like {"page": "Plans"}.')
    check_value(value, name)
    return value
