"""Recipients as paths name them."""

from __future__ import annotations

from addressee.api.call import Call
from addressee.directory.collections import check_objects
from addressee.directory.documents import check_id
from addressee.directory.recipient import USERS, Place


def user_place(call: Call) -> Place:
    return Place(call.environment.id, USERS, check_id(call.path["user_id"], "user_id"))


def object_place(call: Call, variable: str = "object_id") -> Place:
    """Where the object lives that the path names; `variable` is the path's own word for its id."""
    return Place(call.environment.id, object_collection(call), check_id(call.path[variable], variable))


def object_collection(call: Call) -> str:
    """The collection that the path names. Raises RefusedError for one that is not reached as objects."""
    return check_objects(call.path["collection"])
