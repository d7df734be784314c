"""The form that adds a recipient: its fields, what is wrong with them, and the write that it makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from addressee.api.requests.forms import Form
from addressee.dashboard.visits import EnvironmentVisit
from addressee.directory.documents import check_id
from addressee.directory.edits.expectations import TAKEN, ExpectNobody
from addressee.directory.edits.recipients import Identify
from addressee.directory.errors import RefusedError
from addressee.directory.formats import check_format
from addressee.directory.phones import dialled
from addressee.directory.writing.writes import Write

# The attributes that the form takes, and what messages call them.
ATTRIBUTES: Mapping[str, str] = {"name": "The name", "email": "This", "phone_number": "This"}


class Filled(NamedTuple):
    """A form as it was sent, with what is wrong with each field. `taken` is the id if somebody has it already."""

    id: str = ""
    attributes: Mapping[str, str] = {}
    errors: Mapping[str, str] = {}
    taken: str | None = None

    @property
    def is_wrong(self) -> bool:
        return bool(self.errors) or self.taken is not None


EMPTY = Filled()


async def filled(visit: EnvironmentVisit, collection: str, form: Form) -> Filled:
    """Returns a form that was sent, checked."""
    id = form.text("id").strip()
    attributes = {name: text for name in ATTRIBUTES if (text := form.text(name).strip())}
    errors = errors_of(id, attributes)
    if errors:
        return Filled(id, attributes, errors)
    there = await visit.services.directory.read(visit.place(collection, id))
    return Filled(id, attributes, taken=id if there is not None else None)


def errors_of(id: str, attributes: Mapping[str, str]) -> Mapping[str, str]:
    errors = {}
    try:
        check_id(id, "The id")
    except RefusedError as refusal:
        errors["id"] = refusal.message
    for name, text in attributes.items():
        try:
            check_format(name, dialled(text) if name == "phone_number" else text, ATTRIBUTES[name])
        except RefusedError as refusal:
            errors[name] = refusal.message
    return errors


async def add(visit: EnvironmentVisit, act: str, collection: str, form: Form) -> Filled:
    """Adds the recipient of a form, and returns the form: where something is wrong with it, nothing was added."""
    wanted = await filled(visit, collection, form)
    if wanted.is_wrong:
        return wanted
    origin = await visit.record(act, collection, wanted.id, fields=sorted(wanted.attributes))
    edits = (ExpectNobody(), Identify(wanted.attributes))
    try:
        await visit.services.directory.write(Write(visit.place(collection, wanted.id), edits, origin))
    except RefusedError as refusal:
        if refusal.reason != TAKEN:
            raise
        return wanted._replace(taken=wanted.id)
    return wanted
