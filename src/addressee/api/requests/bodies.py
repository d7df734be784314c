"""Reads request bodies; an error names the field that is wrong."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec

from addressee.api.call import Call, json_body
from addressee.api.requests.accepted import with_advice
from addressee.api.requests.json_text import read_json, write_json
from addressee.directory.documents import check_value
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import Document

T = TypeVar("T")

PATH = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")


class MisshapenError(Exception):
    """A JSON body that is not of the operation's type. `field` is the dotted path of the first wrong value."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


def object_body(call: Call) -> Document:
    """Returns the body as a JSON object; an empty one is `{}`. Raises MisshapenError or MalformedError."""
    body = json_body(call)
    if not isinstance(body, dict):
        raise MisshapenError("", "The body must be a JSON object.")
    return body


def typed_body(call: Call, type: type[T]) -> T:
    """Returns the body as a value of `type`. Raises MisshapenError or MalformedError."""
    return typed(object_body(call), type)


def typed(body: Any, type: type[T]) -> T:
    """Converts parsed JSON to `type`. Raises MisshapenError, which names the first field that is wrong."""
    try:
        return msgspec.convert(body, type)
    except UnicodeEncodeError:  # half of a surrogate pair in the name of a field, or where a literal is expected
        typed(read_json(write_json(body)), type)
        raise unencodable(body) from None
    except msgspec.ValidationError as error:
        text = str(error)
        found = PATH.search(text)
        field = found["path"] if found else named_field(text)
        message = with_advice(PATH.sub("", text), type, found["path"] if found else "")
        raise MisshapenError(field, f"{field}: {message}" if field else message) from None


def unencodable(body: Any) -> MisshapenError:
    """The error that names the first text that cannot be stored."""
    try:
        check_value(body, "")
    except RefusedError as refusal:
        return MisshapenError(refusal.field, refusal.message)
    return MisshapenError("", "The body holds half of a surrogate pair, which is not a character.")


def named_field(text: str) -> str:
    found = re.search(r"(?:missing required|unknown) field `([^`]+)`", text)
    return found[1] if found else ""
