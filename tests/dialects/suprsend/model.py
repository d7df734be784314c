"""The semantics of edits (suprsend.md §4) once more, as plainly as they can be said: dictionaries, and no reuse.

Only what users.get shows is modelled. Channels are compared as sets of values.
"""

from __future__ import annotations

import copy
import re
from typing import Any

PUSH = {"$androidpush": "fcm", "$iospush": "apns"}
TEXTS = {"$email", "$sms", "$whatsapp"}
LANGUAGES = {"en", "de", "fr"}
TIMEZONES = {"Europe/Berlin", "UTC"}
ORDER = ["$set", "$set_once", "$add", "$increment", "$append", "$remove", "$unset"]


class Model:
    def __init__(self) -> None:
        self.properties: dict[str, Any] = {}
        self.channels: dict[str, dict[Any, Any]] = {}

    def apply(self, operation: dict[str, Any]) -> None:
        for operator in ORDER:
            given = operation.get(operator, {})
            if operator == "$unset":
                for key in given:
                    self.unset(key.strip())
                continue
            for key, value in given.items():
                self.one(operator, key.strip(), value, given)

    def one(self, operator: str, key: str, value: Any, given: dict[str, Any]) -> None:
        if key in (*PUSH, *TEXTS):
            if operator in {"$append", "$remove"}:
                self.address(operator, key, value, given.get("$id_provider"))
            return
        if key in {"$locale", "$timezone", "$preferred_language"}:
            if operator == "$set" or (operator == "$set_once" and key not in self.properties):
                self.reserved(key, value)
            return
        if key.startswith("$") or key.lower().startswith("ss_") or not key:
            return
        match operator:
            case "$set":
                self.properties[key] = copy.deepcopy(value)
            case "$set_once":
                self.properties.setdefault(key, copy.deepcopy(value))
            case "$add" | "$increment":
                self.add(key, value)
            case "$append":
                old = self.properties.get(key)
                before = [] if old is None else old if isinstance(old, list) else [old]
                self.properties[key] = [*before, copy.deepcopy(value)]
            case "$remove":
                old = self.properties.get(key)
                if isinstance(old, list):
                    self.properties[key] = [item for item in old if not alike(item, value)]

    def add(self, key: str, value: Any) -> None:
        old = self.properties.get(key)
        numbers = [0 if old is None else old, value]
        if all(isinstance(number, (int, float)) and not isinstance(number, bool) for number in numbers):
            self.properties[key] = numbers[0] + numbers[1]

    def reserved(self, key: str, value: Any) -> None:
        if not isinstance(value, str):
            return
        if key == "$preferred_language" and value.lower() in LANGUAGES:
            self.properties[key] = value.lower()
        if key == "$timezone" and value in TIMEZONES:
            self.properties[key] = value
        if key == "$locale" and re.fullmatch(r"[a-z]{2}([-_][A-Z]{2})?", value):
            self.properties[key] = value

    def address(self, operator: str, key: str, value: Any, provider: Any) -> None:
        if not isinstance(value, str) or not value.strip():
            return
        value = value.strip()
        addresses = self.channels.setdefault(key, {})
        if key in PUSH:
            if operator == "$append":
                addresses[(value, provider or PUSH[key])] = value
            else:
                for identity in [*addresses]:
                    if identity[0] == value and provider in (None, identity[1]):
                        del addresses[identity]
            return
        if key == "$email":
            if not re.fullmatch(r"\S+@\S+\.\S+", value):
                return
            identity = value.lower()
        else:
            value = value.replace(" ", "")
            if not re.fullmatch(r"\+[1-9]\d{6,14}", value):
                return
            identity = value
        if operator == "$append":
            addresses.setdefault(identity, value)
        else:
            addresses.pop(identity, None)

    def unset(self, key: str) -> None:
        if key in (*PUSH, *TEXTS):
            self.channels.pop(key, None)
        elif key in {"$locale", "$timezone", "$preferred_language"} or not key.lower().startswith(("$", "ss_")):
            self.properties.pop(key, None)

    def shown(self) -> dict[str, Any]:
        channels = {
            key: sorted((value, identity[1] if key in PUSH else None) for identity, value in addresses.items())
            for key, addresses in self.channels.items()
            if addresses
        }
        return {"properties": self.properties, **channels}


def shown(user: dict[str, Any]) -> dict[str, Any]:
    """What a server says of a user, as the model shows it."""
    channels = {
        key: sorted((address["value"], address.get("id_provider")) for address in user[key])
        for key in (*PUSH, *TEXTS)
        if key in user
    }
    return {"properties": own(user), **channels}


def alike(one: Any, other: Any) -> bool:
    """Equal as JSON, where true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[name], other[name]) for name in one)
    return bool(one == other)


def own(user: dict[str, Any]) -> dict[str, Any]:
    """The properties of a user that was read, without copies of what stands elsewhere."""
    copies = ("created_at", *(name for name, key in (("email", "$email"), ("phone", "$sms")) if key in user))
    return {name: value for name, value in user["properties"].items() if name not in copies}
