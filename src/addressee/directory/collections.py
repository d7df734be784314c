"""Which collections callers may name. Those that start with a dollar sign are kept apart (DESIGN §2)."""

from __future__ import annotations

from addressee.directory.documents import check_id
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import TENANTS, USERS


def check_collection(collection: object, field: str = "collection") -> str:
    """The collection itself. Raises RefusedError unless it is users', tenants' or one of the caller's own."""
    checked = check_id(collection, field)
    if checked.startswith("$") and checked not in (USERS, TENANTS):
        raise RefusedError("collection", field, f"{field} may not start with a dollar sign, unless it is {TENANTS}.")
    return checked


def check_objects(collection: object, field: str = "collection") -> str:
    """Like `check_collection`, for what is reached as an object: users are not, tenants are."""
    checked = check_collection(collection, field)
    if checked == USERS:
        raise RefusedError("collection", field, f"{field} may not be {USERS}: users have routes of their own.")
    return checked


def check_own(collection: object, field: str = "collection") -> str:
    """Like `check_collection`, for the caller's own collections only."""
    checked = check_id(collection, field)
    if checked.startswith("$"):
        raise RefusedError("collection", field, f"{field} may not start with a dollar sign.")
    return checked
