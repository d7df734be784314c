"""Searches over all recipients of an environment, with what each was found by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from addressee.api.answers import Answer
from addressee.api.errors import ParameterError
from addressee.dashboard.people.rows import READABLE, shown_address, words_of
from addressee.dashboard.rendering import page
from addressee.dashboard.routes import VIEWER, Routes
from addressee.dashboard.urls import ENVIRONMENT
from addressee.dashboard.visits import EnvironmentVisit
from addressee.database.paging import CursorError, PageRequest, read_cursor
from addressee.directory.edits.lists import LISTS
from addressee.directory.groups.topics import TOPICS
from addressee.directory.recipient import TENANTS, USERS, Recipient
from addressee.directory.search.matches import matched_address
from addressee.directory.search.search import NOTHING, Position, Result

routes = Routes("search")

PAGE_SIZE = 50
MAX_LENGTH = 256

# The own collections that can be chosen; others are searched with all.
MAX_CHOICES = 100

OURS: Sequence[tuple[str, str]] = (
    ("", "Everything"),
    (USERS, "People"),
    (TENANTS, "Tenants"),
    (LISTS, "Lists"),
    (TOPICS, "Topics"),
)

MATCHES: Mapping[str, str] = {
    "id": "Id",
    "name": "Name",
    "email": "E-mail address",
    "phone_number": "Phone number",
    "address": "Address",
}


class Hit(NamedTuple):
    """A recipient that was found, what it was found by, and the address if it is one; masked for viewers."""

    recipient: Recipient
    match: str
    address: str | None


@routes.get(f"{ENVIRONMENT}/search", VIEWER)
async def show_search(visit: EnvironmentVisit) -> Answer:
    """Shows what a text finds: by the beginning of an id, name, e-mail address or number, or by a whole token."""
    text = (visit.query.text("q") or "").strip()
    collection = visit.query.text("collection")
    is_too_long = len(text) > MAX_LENGTH
    after = visit.query.text("after")
    found = NOTHING
    if text and not is_too_long:
        found = await visit.services.directory.search.find(
            visit.environment.id, text, PAGE_SIZE, position_of(visit, after), collection
        )
    cursor = found.after and visit.services.operators.sealed_cursor(found.after)
    return page(
        visit,
        "people/search.html",
        text=text,
        collection=collection or "",
        choices=await choices(visit, collection),
        limit=MAX_LENGTH,
        is_too_long=is_too_long,
        hits=[hit_of(visit, result, text) for result in found.entries],
        first=after and visit.url("search", q=text, collection=collection),
        next=cursor and visit.url("search", q=text, collection=collection, after=cursor),
    )


def position_of(visit: EnvironmentVisit, cursor: str | None) -> Position | None:
    """Returns the position that a sealed cursor holds: it has a term, like somebody's address, which no URL may show.

    Raises ParameterError.
    """
    try:
        return read_cursor(cursor and visit.services.operators.opened_cursor(cursor), Position)
    except CursorError as error:
        raise ParameterError("after", str(error)) from None


def hit_of(visit: EnvironmentVisit, result: Result, text: str) -> Hit:
    address = matched_address(result.recipient, text) if result.match not in {"id", "name"} else None
    if address is None:
        return Hit(result.recipient, MATCHES[result.match], None)
    kind = address["kind"]
    if kind in READABLE:
        return Hit(result.recipient, MATCHES[result.match], shown_address(visit, address["value"]))
    return Hit(result.recipient, MATCHES[result.match], words_of(kind)[0])


async def choices(visit: EnvironmentVisit, chosen: str | None) -> Sequence[tuple[str, str]]:
    """Returns the collections that can be searched alone, with what they are called."""
    own = await visit.services.directory.collections(visit.environment.id, PageRequest(MAX_CHOICES))
    offered = [*OURS, *((each.name, each.name) for each in own.entries)]
    if chosen and chosen not in dict(offered):
        offered.append((chosen, chosen))
    return offered
