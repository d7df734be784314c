"""People and objects who belong to a list, a topic or an object: as rows, and by the form that names one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from addressee.api.requests.forms import Form
from addressee.dashboard.people.rows import Row, row_of
from addressee.dashboard.visits import EnvironmentVisit
from addressee.directory.documents import check_id
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import USERS, Place, Recipient

PAGE_SIZE = 50


class MemberRow(NamedTuple):
    """A member of a group, since a moment. `row` is None for one who was deleted meanwhile."""

    place: Place
    since: datetime
    row: Row | None


class Named(NamedTuple):
    """The recipient that a form names; `error` says why it is nobody."""

    collection: str = USERS
    id: str = ""
    recipient: Recipient | None = None
    error: str = ""


NOBODY = Named()


async def member_rows(visit: EnvironmentVisit, members: Iterable[tuple[str, datetime]]) -> Sequence[MemberRow]:
    """Returns the rows of people, given by their ids."""
    places = {visit.place(USERS, id): since for id, since in members}
    found = await visit.services.directory.read_all(places)
    return [
        MemberRow(place, since, row_of(visit, found[place]) if place in found else None)
        for place, since in places.items()
    ]


async def named(visit: EnvironmentVisit, form: Form) -> Named:
    """Returns the recipient that a form names by its id, and by its collection unless it is a person."""
    collection, id = form.text("collection").strip() or USERS, form.text("id").strip()
    try:
        check_id(id, "The id")
        check_id(collection, "The collection")
    except RefusedError as refusal:
        return Named(collection, id, error=refusal.message)
    found = await visit.services.directory.read(visit.place(collection, id))
    if found is None:
        return Named(collection, id, error="Nobody has this id. Look for it by the search, or add it first.")
    return Named(collection, id, found)
