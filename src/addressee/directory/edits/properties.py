"""Edits of properties, for clients that see some attributes as properties.

Under the names `name`, `first_name`, `last_name` and `avatar`, a text or null is stored as an attribute and anything
else as a property; either replaces the other. Other attributes (time zone, locale, language) are given apart, as
`attributes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from addressee.directory import attributes
from addressee.directory.addresses.entries import addresses_after
from addressee.directory.documents import check_value, same
from addressee.directory.edits import contact_properties
from addressee.directory.edits.context import EditContext, changed, living_or_new, without
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import Document, Place, Recipient

# The attributes that these edits treat as properties.
PERSONAL = frozenset({"name", "first_name", "last_name", "avatar"})

ABSENT = object()


class Set(Struct, frozen=True):
    """Sets properties, each value as a whole; creates a missing recipient.

    A value that repeats contact data stored elsewhere (`contact_properties`), under a name in `copies`, is not stored.
    """

    name: ClassVar[str] = "set"
    values: Mapping[str, Any]
    copies: frozenset[str] = frozenset()

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient:
        check_value(self.values, "properties")
        recipient = living_or_new(found, place, context)
        if not self.copies:
            return with_values(recipient, context, self.values)
        copied = contact_properties.copies(recipient)
        given = {
            name: value
            for name, value in self.values.items()
            if not (name in self.copies and name in copied and same(value, copied[name]))
        }
        return with_values(recipient, context, given)


class SetOnce(Struct, frozen=True):
    """Sets properties and attributes that are missing; a stored null counts as set. Creates a missing recipient."""

    name: ClassVar[str] = "set_once"
    values: Mapping[str, Any]
    attributes: Mapping[str, Any] = {}

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient:
        check_value(self.values, "properties")
        given = attributes.checked(self.attributes)
        there = living_or_new(found, place, context)
        fresh = {key: value for key, value in self.values.items() if value_of(there, key) is ABSENT}
        recipient = with_values(there, context, fresh)
        return with_attributes(recipient, context, {**given, **recipient.attributes})


class Add(Struct, frozen=True):
    """Adds numbers to properties; a missing one or null counts as 0, another type of value is refused."""

    name: ClassVar[str] = "add"
    amounts: Mapping[str, int | float]

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient:
        check_value(self.amounts, "properties")
        recipient = living_or_new(found, place, context)
        sums = {key: self._sum(recipient, key, amount) for key, amount in self.amounts.items()}
        check_value(sums, "properties")
        return with_values(recipient, context, sums)

    def _sum(self, recipient: Recipient, key: str, amount: object) -> int | float:
        field = f"properties.{key}"
        if not is_number(amount):
            raise RefusedError("type", field, f"{field} cannot be added to: the amount is not a number.")
        stored = value_of(recipient, key)
        start = 0 if stored is ABSENT or stored is None else stored
        if not is_number(start):
            raise RefusedError("type", field, f"{field} cannot be added to: what is stored is not a number.")
        return start + amount  # type: ignore[operator]


class Append(Struct, frozen=True):
    """Appends a value to each property: a missing one or null becomes a list, a scalar the first item of one."""

    name: ClassVar[str] = "append"
    values: Mapping[str, Any]

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient:
        check_value(self.values, "properties")
        recipient = living_or_new(found, place, context)
        lists = {key: [*as_list(value_of(recipient, key)), value] for key, value in self.values.items()}
        return with_values(recipient, context, lists)


class Remove(Struct, frozen=True):
    """Removes every occurrence of a value from each property that is a list; others are unchanged."""

    name: ClassVar[str] = "remove"
    values: Mapping[str, Any]

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient | None:
        if found is None or not found.lives:
            return found
        lists = {
            key: [item for item in stored if not same(item, value)]
            for key, value in self.values.items()
            if isinstance(stored := value_of(found, key), list)
        }
        return with_values(found, context, lists)


class Unset(Struct, frozen=True):
    """Removes properties and attributes by name."""

    name: ClassVar[str] = "unset"
    keys: tuple[str, ...]
    attributes: tuple[str, ...] = ()

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient | None:
        if found is None or not found.lives:
            return found
        ending = (*PERSONAL.intersection(self.keys), *self.attributes)
        recipient = changed(found, context, properties=without(found.properties, *self.keys))
        return with_attributes(recipient, context, without(found.attributes, *ending))


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def value_of(recipient: Recipient, key: str) -> Any:
    """Returns the attribute or property that clients see under a name, or ABSENT."""
    if key in PERSONAL and key in recipient.attributes:
        return recipient.attributes[key]
    value = recipient.properties.get(key, ABSENT)
    return ABSENT if is_personal(key, value) else value


def is_personal(name: str, value: object) -> bool:
    """Returns whether a value is stored as an attribute; a property with such a value, of another client, is hidden."""
    return name in PERSONAL and isinstance(value, str | None)


def with_values(recipient: Recipient, context: EditContext, values: Mapping[str, Any]) -> Recipient:
    """Returns the recipient with values stored as attributes or properties. Raises RefusedError."""
    values = {name: value for name, value in values.items() if not is_as_given(recipient, name, value)}
    properties = {**recipient.properties, **values}
    touched = PERSONAL.intersection(values)
    if not touched:
        return changed(recipient, context, properties=properties)
    personal = attributes.checked({name: values[name] for name in touched if is_personal(name, values[name])})
    return changed(
        recipient,
        context,
        properties=without(properties, *personal),
        attributes={**without(recipient.attributes, *touched), **personal},
    )


def is_as_given(recipient: Recipient, name: str, value: Any) -> bool:
    stored = value_of(recipient, name)
    return stored is not ABSENT and same(stored, value)


def with_attributes(recipient: Recipient, context: EditContext, given: Document) -> Recipient:
    if recipient.addresses:
        return changed(recipient, context, attributes=given, addresses=addresses_after(recipient, given))
    return changed(recipient, context, attributes=given)


def as_list(value: Any) -> list[Any]:
    if value is None or value is ABSENT:
        return []
    return value if isinstance(value, list) else [value]
