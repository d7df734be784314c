"""Reads query strings in all the forms that Knock's clients write (knock.md §1.9)."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import msgspec

from addressee.api.requests import query_strings
from addressee.api.requests.query_strings import Position, pairs
from addressee.database.paging import CursorError, PageRequest, read_cursor
from addressee.dialects.knock.wire.errors import invalid
from addressee.directory.documents import check_id
from addressee.directory.recipient import USERS, Place

Parts: TypeAlias = tuple[str, ...]

MAX_DIGITS = 9

PART = re.compile(r"\[([^\[\]]*)\]|\.?([^.\[\]]+)")


class Query(query_strings.Query):
    """A query string. Brackets and dots mean the same: `a[b]` and `a.b` are both the part `b` of `a`."""

    def __init__(self, text: str) -> None:
        """Raises MalformedError."""
        self._by_name: dict[str, list[tuple[Parts, bool, str]]] = defaultdict(list)
        for name, value in pairs(text):
            head, *rest = split(name)
            self._by_name[head].append((tuple(rest), "." in name, value))

    def text(self, name: str) -> str | None:
        """Returns the last value, also if it is empty; None if there is none."""
        values = self.texts(name)
        return values[-1] if values else None

    def texts(self, name: str) -> list[str]:
        """Returns a list of scalars: `a[]=1&a[]=2`, `a[0]=1`, or a repeated bare name."""
        return [value for parts, _, value in self._by_name[name] if not parts or is_index(parts)]

    def boolean(self, name: str) -> bool | None:
        text = self.text(name)
        if text not in {None, "true", "false"}:
            raise invalid(name, f"{name} must be true or false.")
        return super().boolean(name)

    def number(self, name: str, default: int, most: int, least: int = 1) -> int:
        """Returns a whole number of up to nine digits, moved into its bounds (§1.8)."""
        text = self.text(name)
        if text is not None and len(text.lstrip("+-")) > MAX_DIGITS:
            raise invalid(name, f"{name} must be a whole number from {least:,} to {most:,}.")
        return super().number(name, default, most, least)

    def page_request(self, position: type[Position], size: int) -> PageRequest[Position]:
        """Returns the page that `after` or `before` asks for; both must be cursors, and `after` counts."""
        try:
            read_cursor(self.text("before") or None, position)
        except CursorError as error:
            raise invalid("after" if self.text("after") else "before", str(error)) from None
        return super().page_request(position, size)

    def mapping(self, name: str) -> dict[str, str]:
        """Returns a nested map, `a[b]=1` or `a.b=1`; where both are given the dotted one counts."""
        given = sorted((item for item in self._by_name[name] if item[0]), key=lambda item: item[1])
        return {".".join(parts): value for parts, _, value in given}

    def document(self, name: str) -> dict[str, Any]:
        """Returns a JSON object, given as a text or as a nested map; `{}` if it is not given. Raises KnockError."""
        text = self.text(name)
        if text is None:
            return dict(self.mapping(name))
        try:
            value = msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise invalid(name, f"{name} must be a JSON object.")
        return value

    def places(self, environment_id: int, name: str) -> list[Place]:
        """Returns users by their ids, `a[]=u1`, and objects: `a[0][id]=1&a[0][collection]=c`.

        Without indices, `a[][id]=1&a[][collection]=c`, the n-th id belongs to the n-th collection.
        """
        ids: dict[str, list[str]] = defaultdict(list)
        collections: dict[str, list[str]] = defaultdict(list)
        for parts, _, value in self._by_name[name]:
            match parts:
                case (index, "id"):
                    ids[index].append(value)
                case (index, "collection"):
                    collections[index].append(value)
        users = [Place(environment_id, USERS, check_id(value, name)) for value in self.texts(name)]
        objects = [
            Place(environment_id, collection, check_id(id, name))
            for index, found in ids.items()
            for id, collection in pair(name, found, collections[index])
        ]
        return users + objects

    def place(self, environment_id: int, name: str) -> Place | None:
        """Returns one recipient: `a=u1`, or `a[id]=1&a[collection]=c`."""
        if text := self.text(name):
            return Place(environment_id, USERS, check_id(text, name))
        parts = self.mapping(name)
        if not parts:
            return None
        if parts.keys() != {"id", "collection"}:
            raise invalid(name, f"{name} must be a user's id, or an object's id and collection.")
        return Place(environment_id, parts["collection"], check_id(parts["id"], name))

    def period(self, name: str) -> tuple[datetime | None, datetime | None]:
        """Returns the first instant of a period and the first after it, of `gt`, `gte`, `lt` and `lte`."""
        bounds = {key: instant(f"{name}.{key}", text) for key, text in self.mapping(name).items()}
        if unknown := bounds.keys() - {"gt", "gte", "lt", "lte"}:
            raise invalid(name, f"{name} takes gt, gte, lt and lte, not {', '.join(sorted(unknown))}.")
        since = [bounds.get("gte"), following(f"{name}.gt", bounds.get("gt"))]
        until = [bounds.get("lt"), following(f"{name}.lte", bounds.get("lte"))]
        return max(filter(None, since), default=None), min(filter(None, until), default=None)


def following(field: str, instant: datetime | None) -> datetime | None:
    try:
        return None if instant is None else instant + timedelta(microseconds=1)
    except OverflowError:
        raise invalid(field, f"{field} is the last instant that there is.") from None


def after(field: str, text: str | None) -> datetime | None:
    """Returns the first instant after a time. Raises KnockError."""
    return None if text is None else following(field, instant(field, text))


def before(field: str, text: str | None) -> datetime | None:
    """Returns the first instant that is not before a time. Raises KnockError."""
    return None if text is None else instant(field, text)


def split(name: str) -> list[str]:
    """Returns the parts of a name: `a`, `b` and an empty one for `a[b][]` and for `a.b[]`."""
    parts = [match[1] if match[1] is not None else match[2] for match in PART.finditer(name)]
    return parts or [name]


def is_index(parts: Parts) -> bool:
    return len(parts) == 1 and (not parts[0] or parts[0].isdecimal())


def pair(name: str, ids: list[str], collections: list[str]) -> list[tuple[str, str]]:
    if not collections:
        return [(id, USERS) for id in ids]
    if len(ids) != len(collections):
        raise invalid(name, f"{name} must give an id and a collection for each object.")
    return list(zip(ids, collections, strict=True))


def instant(field: str, text: str) -> datetime:
    try:
        return query_strings.instant(text)
    except (ValueError, OverflowError):
        raise invalid(field, f"{field} must be an ISO-8601 date and time.") from None
