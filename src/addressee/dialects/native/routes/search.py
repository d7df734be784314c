"""Searches for recipients by id, name or address."""

from __future__ import annotations

from msgspec import Struct

from addressee.api.call import Call
from addressee.api.errors import ParameterError
from addressee.api.operation import SECRET
from addressee.api.requests.query_strings import Query
from addressee.api.routes import Routes
from addressee.dialects.native.wire import shapes
from addressee.dialects.native.wire.rendering import recipient
from addressee.directory.search.search import Position
from addressee.directory.search.terms import Match

routes = Routes(keys=SECRET)

PAGE_SIZE = 20
MAX_PAGE_SIZE = 100
MAX_LENGTH = 256


class SearchResult(Struct, kw_only=True):
    """A recipient, and what it was found by."""

    match: Match
    recipient: shapes.StoredRecipient


class SearchResults(Struct, kw_only=True):
    """A page may hold fewer results than were asked for; the last one has no `after`."""

    results: list[SearchResult]
    after: str | None


@routes.get(
    "/directory/v1/search",
    "search",
    query=("q", "collection", "limit", "after"),
    response=SearchResults,
)
async def search(call: Call) -> SearchResults:
    """Search by the beginning of an id, name, e-mail address or phone number, or by a whole token or address."""
    query = Query(call.query_string)
    text = query.text("q") or ""
    if len(text) > MAX_LENGTH:
        raise ParameterError("q", f"q must have at most {MAX_LENGTH} characters.")
    page = query.page_request(Position, query.number("limit", PAGE_SIZE, MAX_PAGE_SIZE))
    found = await call.services.directory.search.find(
        call.environment.id, text, page.size, page.after, query.text("collection")
    )
    return SearchResults(
        results=[SearchResult(match=each.match, recipient=recipient(each.recipient)) for each in found.entries],
        after=found.after,
    )
