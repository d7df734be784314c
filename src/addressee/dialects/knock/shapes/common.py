"""Structs that several resources share."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeAlias, TypeVar

from msgspec import Meta, Struct

from addressee.directory.documents import Id

MAX_ROWS = 1000
MAX_RECIPIENTS = 100

Rows = Annotated[list[dict[str, Any]], Meta(max_length=MAX_ROWS)]
Ids = Annotated[list[Id], Meta(max_length=MAX_ROWS)]
Texts = Annotated[list[str], Meta(max_length=MAX_ROWS)]
Named = Annotated[str, Meta(min_length=1, max_length=256)]

# A user or an object, as its own routes answer with it, or the marker of a user who was deleted.
WHOLE = "A user or an object, whole."
Entity: TypeAlias = Annotated[Any, Meta(description=WHOLE, extra_json_schema={"type": "object"})]
OptionalEntity: TypeAlias = Annotated[Any, Meta(description=WHOLE, extra_json_schema={"type": ["object", "null"]})]

T = TypeVar("T")


class Typed(Struct, kw_only=True, tag_field="__typename", tag=True):
    """An answer that begins with the name of its class as `__typename`."""


class PageInfo(Typed, kw_only=True):
    page_size: int
    after: str | None
    before: str | None


class Entries(Struct, Generic[T], kw_only=True):
    """A page of a list."""

    entries: list[T]
    page_info: PageInfo


class Items(Struct, Generic[T], kw_only=True):
    """A page of messages, or of what belongs to them."""

    items: list[T]
    page_info: PageInfo


class ObjectReference(Struct, kw_only=True):
    id: str
    collection: str


class MissingUser(Typed, kw_only=True, tag="User"):
    """The marker of somebody who was deleted (§3.4); `updated_at` is when."""

    id: str
    name: str
    email: None = None
    avatar: None = None
    phone_number: None = None
    timezone: None = None
    created_at: None = None
    updated_at: str
    missing: Literal[True] = True


# Whom something is for: a user's id, or an object.
Reference: TypeAlias = str | ObjectReference
