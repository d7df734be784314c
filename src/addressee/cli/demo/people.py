"""The people of the demo, read from people.jsonl, and the groups that they form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any

import msgspec

ONE_BY_ONE = 100

# The people whom the report shows, and the one who is deleted.
USER = "fr-0001"
FEED_OWNER = "el-0011"
ADDRESSEE = "pt-0003"
DELETED = "de-0000"

# An interest whose owners get new traits, which replace some and add others.
UPDATED_INTEREST = "stars"
UPDATE: dict[str, Any] = {"plan": "business", "club": {"name": "Stargazers", "since": 2026}}


class Person(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of people.jsonl."""

    id: str
    name: str
    phone_number: str
    locale: str
    timezone: str
    plan: str
    city: str
    signed_up: str
    interests: list[str]
    email: str | None = None

    @property
    def profile(self) -> dict[str, Any]:
        """The attributes and traits of the person, without the id."""
        given = msgspec.to_builtins(self)
        del given["id"]
        return dict(given)

    @property
    def is_updated(self) -> bool:
        return UPDATED_INTEREST in self.interests

    @property
    def user(self) -> dict[str, Any]:
        """The user that the service must return at the end, without `updated_at`."""
        update = UPDATE if self.is_updated else {}
        return {"id": self.id, **self.profile, "created_at": None, **update, "__typename": "User"}


@dataclass(frozen=True)
class People:
    """All people, and the groups that they form."""

    all: Sequence[Person]

    @property
    def one_by_one(self) -> Sequence[Person]:
        return self.all[:ONE_BY_ONE]

    @property
    def in_bulk(self) -> Sequence[Person]:
        return self.all[ONE_BY_ONE:]

    @cached_property
    def updated(self) -> Sequence[Person]:
        return [person for person in self.all if person.is_updated]

    @cached_property
    def remaining(self) -> Sequence[Person]:
        """The people who are notified: all but the one who is deleted."""
        return [person for person in self.all if person.id != DELETED]

    @cached_property
    def by_email(self) -> dict[str, Person]:
        """The people who get an e-mail, by address."""
        return {person.email: person for person in self.remaining if person.email}

    @cached_property
    def without_email(self) -> Sequence[Person]:
        return [person for person in self.remaining if not person.email]

    def person(self, id: str) -> Person:
        return next(person for person in self.all if person.id == id)


def read_people() -> People:
    text = (files(__package__) / "people.jsonl").read_bytes()
    return People([msgspec.json.decode(line, type=Person) for line in text.splitlines()])
