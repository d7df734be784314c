"""Pages of recipients, by their collection and id."""

from __future__ import annotations

from collections.abc import Mapping

from addressee.dashboard.visits import EnvironmentVisit
from addressee.directory.edits.lists import LISTS
from addressee.directory.groups.topics import TOPICS
from addressee.directory.recipient import TENANTS, USERS, Recipient

# The first segment of the pages of our own collections; those of all others are objects.
SEGMENTS: Mapping[str, str] = {USERS: "users", TENANTS: "tenants", LISTS: "lists", TOPICS: "topics"}

KINDS: Mapping[str, str] = {USERS: "person", TENANTS: "tenant", LISTS: "list", TOPICS: "topic"}


def recipient_url(visit: EnvironmentVisit, collection: str, id: str, *further: object, **query: object) -> str:
    """Returns the path of a recipient's page, or of one of its further pages."""
    segment = SEGMENTS.get(collection)
    segments = ("objects", collection, id) if segment is None else (segment, id)
    return visit.url(*segments, *further, **query)


def kind_of(collection: str) -> str:
    """Returns what a recipient of a collection is called."""
    return KINDS.get(collection, "object")


def title_of(recipient: Recipient) -> str:
    """Returns the name of a recipient, or the id of one without."""
    name = recipient.attributes.get("name")
    return name if isinstance(name, str) and name.strip() else recipient.place.id
