"""Reads stores and positions from queries, where they are JSON (realtime-suprsend.md §4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from addressee.dialects.suprsend.wire.errors import invalid
from addressee.dialects.suprsend.wire.query import Query
from addressee.directory.documents import check_text
from addressee.directory.recipient import EPOCH
from addressee.messaging.feeds.stores import Store
from addressee.messaging.messages.listing import LATEST

MAX_STORES = 50
MAX_WORDS = 100

# What counts are called that are not a store's, and what clients take for the outcome of a call.
TAKEN = frozenset({"badge", "status"})

T = TypeVar("T")

Words = Annotated[list[str], Meta(max_length=MAX_WORDS)]


class AnyOf(Struct, frozen=True):
    any: Words = msgspec.field(name="or", default_factory=list)


class StoreQuery(Struct, frozen=True):
    read: bool | None = None
    archived: bool | None = None
    tags: AnyOf | None = None
    categories: AnyOf | None = None


class NamedStore(Struct, frozen=True):
    store_id: Annotated[str, Meta(min_length=1, max_length=255)]
    query: StoreQuery | None = None


def parse_store(query: Query) -> Store:
    """Returns the store whose items a query asks for: without one, all that are not archived. Raises SuprSendError."""
    given = parse_json(query, "store", NamedStore)
    return Store() if given is None else store_of(given, "store")


def parse_stores(query: Query) -> dict[str, Store]:
    """Returns the stores, by their ids, of which a query asks for the counts. Raises SuprSendError."""
    given = parse_json(query, "stores", list[NamedStore]) or []
    if len(given) > MAX_STORES:
        raise invalid("stores", f"stores takes at most {MAX_STORES}.")
    for each in given:
        if each.store_id in TAKEN:
            raise invalid("stores", f"A store cannot have the store_id {each.store_id}; give it another.")
    return {each.store_id: store_of(each, "stores") for each in given}


def store_of(given: NamedStore, field: str) -> Store:
    wanted = given.query or StoreQuery()
    check_text(given.store_id, field)
    return Store(
        tags=words(wanted.tags, field),
        categories=words(wanted.categories, field),
        is_read=wanted.read,
        is_archived=bool(wanted.archived),
    )


def words(given: AnyOf | None, field: str) -> frozenset[str]:
    for word in () if given is None else given.any:
        check_text(word, field)
    return frozenset(() if given is None else given.any)


def parse_position(query: Query) -> datetime:
    """Returns the time below which a page begins: of the last item that the client has. Raises SuprSendError.

    The position of an item is whether it is pinned, and its time. None is pinned, and all come after those that are.
    """
    match parse_json(query, "search_after", list[Any]):
        case None | [] | [True, _]:
            return LATEST
        case [False | None, int(created_on)]:
            return time_of(created_on)
    raise invalid("search_after", "search_after must be [] or the is_pinned and the created_on of the last item.")


def time_of(milliseconds: int) -> datetime:
    try:
        return min(EPOCH + timedelta(milliseconds=milliseconds), LATEST)
    except OverflowError:
        raise invalid("search_after", "search_after must end in milliseconds since 1970.") from None


def parse_json(query: Query, name: str, type: type[T]) -> T | None:
    """Returns a parameter that is JSON. Raises SuprSendError."""
    text = query.text(name)
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=type)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError) as error:
        raise invalid(name, f"{name} is JSON of another form: {error}") from None
