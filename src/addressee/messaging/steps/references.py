"""Recipients as the values of steps name them: ids of users, or objects with `id` and `collection` (engine.md §4.8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from addressee.directory.documents import is_id
from addressee.directory.recipient import USERS, Place
from addressee.messaging.content.liquid import TemplateError

MAX_RECIPIENTS = 1000


def place_of(value: Any, environment_id: int) -> Place:
    """Returns the place that an id, an object, or a recipient of a scope names. Raises TemplateError."""
    if isinstance(value, dict):
        collection, id = value.get("collection", USERS), value.get("id")
    else:
        collection, id = USERS, value
    if not is_id(id) or not is_id(collection):
        raise TemplateError("a recipient is an id, or an object with an id and a collection", None)
    return Place(environment_id, str(collection), str(id))


def places_of(value: Any, environment_id: int) -> Sequence[Place]:
    """Returns the places that a value names, one or a list, each once and in order. Raises TemplateError."""
    values = value if isinstance(value, list) else [value]
    if len(values) > MAX_RECIPIENTS:
        raise TemplateError(f"there are at most {MAX_RECIPIENTS:,} recipients", None)
    return list(dict.fromkeys(place_of(each, environment_id) for each in values))
