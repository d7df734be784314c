"""Checks of collection names. A name that starts with a dollar sign is reserved for the product's own collections."""

from __future__ import annotations

from addressee.directory.documents import check_id
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import TENANTS, USERS


def check_collection(collection: object, field: str = "collection") -> str:
    """Returns the name. Raises RefusedError unless it is that of users, of tenants or of a caller's own collection."""
    checked = check_id(collection, field)
    if checked.startswith("$") and checked not in (USERS, TENANTS):
        raise RefusedError("collection", field, f"{field} may not start with a dollar sign, unless it is {TENANTS}.")
    return checked


def check_objects(collection: object, field: str = "collection") -> str:
    """Like `check_collection`, for the routes of objects: these accept tenants, but not users."""
    checked = check_collection(collection, field)
    if checked == USERS:
        raise RefusedError("collection", field, f"{field} may not be {USERS}: users have routes of their own.")
    return checked


def check_own(collection: object, field: str = "collection") -> str:
    """Like `check_collection`, but accepts a caller's own collections only."""
    checked = check_id(collection, field)
    if checked.startswith("$"):
        raise RefusedError("collection", field, f"{field} may not start with a dollar sign.")
    return checked
