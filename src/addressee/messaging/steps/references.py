"""Recipients as the values of steps name them: ids of users, or objects with `id` and `collection` (engine.md §4.8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from addressee.directory.collections import check_collection
from addressee.directory.documents import check_id, is_id
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import USERS, Place
from addressee.messaging.content.templating.liquid import TemplateError
from addressee.messaging.steps.texts import decoded

MAX_RECIPIENTS = 1000

# The beginning of Knock's global ids: the collection and the id follow.
GLOBAL_ID = "gid://Object/"


def place_of(value: Any, environment_id: int, collection: str = USERS) -> Place:
    """Returns the place that an id, an object, a recipient of a scope or a global id names. Raises TemplateError."""
    id = value = unwrapped(value)
    if isinstance(value, dict):
        collection, id = value.get("collection", collection), value.get("id")
    elif isinstance(value, str) and value.startswith(GLOBAL_ID):
        collection, _, id = value.removeprefix(GLOBAL_ID).partition("/")
    if not is_id(id) or not is_id(collection):
        raise TemplateError("a recipient is an id, or an object with an id and a collection", None)
    try:
        return Place(environment_id, check_collection(collection), check_id(id, "id"))
    except RefusedError as refusal:
        raise TemplateError(refusal.message, None) from None


def places_of(value: Any, environment_id: int, collection: str = USERS) -> Sequence[Place]:
    """Returns the places that a value names, one or a list, each once and in order. Raises TemplateError."""
    value = unwrapped(value)
    values = value if isinstance(value, list) else [value]
    if len(values) > MAX_RECIPIENTS:
        raise TemplateError(f"there are at most {MAX_RECIPIENTS:,} recipients", None)
    return list(dict.fromkeys(place_of(each, environment_id, collection) for each in values))


def unwrapped(value: Any) -> Any:
    """Returns the list or object that a text of JSON holds; other texts without the space around them."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    return decoded(text) if text[:1] in {"[", "{"} else text
