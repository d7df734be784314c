"""Recipients as paths name them. What cannot be an id is a RefusedError."""

from __future__ import annotations

from addressee.api.call import Call
from addressee.directory.collections import check_objects
from addressee.directory.documents import check_id
from addressee.directory.recipient import USERS, Place


def user_place(call: Call) -> Place:
    return Place(call.environment.id, USERS, check_id(call.path["user_id"], "user_id"))


def object_place(call: Call) -> Place:
    return Place(call.environment.id, object_collection(call), check_id(call.path["object_id"], "object_id"))


def object_collection(call: Call) -> str:
    """Returns the collection that the path names. Raises RefusedError for one that is not reached as objects."""
    return check_objects(call.path["collection"])


def recipient_place(call: Call) -> Place:
    """Returns the place of the user or object that the path names."""
    return object_place(call) if "collection" in call.path else user_place(call)
