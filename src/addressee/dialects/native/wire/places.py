"""The recipient that a path names: a user by `user_id`, an object by `collection` and `object_id`."""

from __future__ import annotations

from addressee.api.call import Call
from addressee.directory.collections import check_collection
from addressee.directory.documents import check_id
from addressee.directory.recipient import USERS, Place

USER = "/directory/v1/users/{user_id}"
OBJECT = "/directory/v1/objects/{collection}/{object_id}"


def place_of(call: Call) -> Place:
    if "user_id" in call.path:
        return Place(call.environment.id, USERS, check_id(call.path["user_id"], "user_id"))
    collection = check_collection(call.path["collection"], "collection")
    return Place(call.environment.id, collection, check_id(call.path["object_id"], "object_id"))
