"""The recipient that the path of a page names, and the routes of pages about one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from http import HTTPStatus
from typing import NamedTuple, TypeAlias

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.rendering import page
from addressee.dashboard.routes import Access, Routes
from addressee.dashboard.urls import ENVIRONMENT
from addressee.dashboard.visits import EnvironmentVisit
from addressee.directory.collections import check_own
from addressee.directory.documents import check_id
from addressee.directory.errors import MissingError
from addressee.directory.reading.reader import Successor
from addressee.directory.recipient import TENANTS, USERS, Place, Recipient

# The paths of the pages of people, of tenants and of objects.
PATHS = (
    f"{ENVIRONMENT}/users/{{id}}",
    f"{ENVIRONMENT}/tenants/{{id}}",
    f"{ENVIRONMENT}/objects/{{collection}}/{{id}}",
)

# The recipients in the names of acts, by collections; those of all others are objects.
ACTED_ON = {USERS: "users", TENANTS: "tenants"}

# The position of `users`, `tenants` or `objects` among the segments of a path.
SECTION = 4

ShowOne: TypeAlias = Callable[[EnvironmentVisit, Recipient], Awaitable[Answer]]
ChangeOne: TypeAlias = Callable[[EnvironmentVisit, Recipient, Form], Awaitable[Answer]]


class Gone(NamedTuple):
    """A recipient who was deleted, or merged into a `successor`. `tombstone` says when, and whether history is kept."""

    tombstone: Recipient
    successor: Successor | None


def place_of(visit: EnvironmentVisit) -> Place:
    """Returns the place that the path of a page names. Raises RefusedError for what can be none."""
    id = check_id(visit.path["id"])
    if "collection" in visit.path:
        return visit.place(check_own(visit.path["collection"]), id)
    section = visit.asked.target.split("/")[SECTION]
    return visit.place(TENANTS if section == "tenants" else USERS, id)


async def find_subject(visit: EnvironmentVisit) -> Recipient | Gone:
    """Returns the living recipient that the path names, or who was there. Raises MissingError, or RefusedError."""
    reader, place = visit.services.directory.reader, place_of(visit)
    found = (await reader.find_all([place])).get(place)
    if found is None:
        raise MissingError(place)
    if found.lives:
        return found
    successors = await reader.successors(place.environment_id, [found.uid])
    return Gone(found, successors.get(found.uid))


def gone_page(visit: EnvironmentVisit, gone: Gone) -> Answer:
    """Returns the page of somebody who is not there any more."""
    return page(visit, "person/gone.html", HTTPStatus.GONE, tombstone=gone.tombstone, successor=gone.successor)


def act(recipient: Recipient, verb: str) -> str:
    """Returns the name of an act, like `users.edit`."""
    return f"{ACTED_ON.get(recipient.place.collection, 'objects')}.{verb}"


class RecipientRoutes(Routes):
    """Routes of pages about one recipient, each below the paths of people, of tenants and of objects.

    The handlers are given the living recipient; for others the page of those who are gone is the answer.
    """

    def include(self, *others: Routes) -> None:
        """Adds the routes of other modules."""
        for each in others:
            self._routes += each.all()

    def show(self, further: str, access: Access[EnvironmentVisit]) -> Callable[[ShowOne], ShowOne]:
        def add(show: ShowOne) -> ShowOne:
            @wraps(show)
            async def answer(visit: EnvironmentVisit) -> Answer:
                found = await find_subject(visit)
                return gone_page(visit, found) if isinstance(found, Gone) else await show(visit, found)

            for path in PATHS:
                self.get(path + further, access)(answer)
            return show

        return add

    def change(self, further: str, access: Access[EnvironmentVisit]) -> Callable[[ChangeOne], ChangeOne]:
        def add(change: ChangeOne) -> ChangeOne:
            @wraps(change)
            async def answer(visit: EnvironmentVisit, form: Form) -> Answer:
                found = await find_subject(visit)
                return gone_page(visit, found) if isinstance(found, Gone) else await change(visit, found, form)

            for path in PATHS:
                self.post(path + further, access)(answer)
            return change

        return add
