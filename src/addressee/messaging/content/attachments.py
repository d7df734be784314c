"""Attachments of e-mails: a trigger's data describe them, and runs and messages name them without their contents.

A described attachment holds its content, or names a URL from which it is fetched when it is sent.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from addressee.channels.email.files.attachments import Attachment
from addressee.channels.requests.rules import url_problem

# The key in a trigger's data whose attachments go with every e-mail of its run.
FOR_ALL = "$attachments"

MAX_ATTACHMENTS = 20
MAX_NAME = 255

# The files of an e-mail have as many bytes together as a trigger's data.
MAX_BYTES = 10_000_000

# As RFC 6838 and RFC 5322 have them; nothing else can stand in a header as it is.
CONTENT_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}")
CONTENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,126}")
LINE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")

# What stands beside the URL of a file, and tells it from any other link in data.
BESIDE_URL = ("name", "content_type")


class File(NamedTuple):
    """The content of an attachment. Of one that was fetched, the name and the type are known since then."""

    content: bytes
    name: str = ""
    content_type: str = ""


class StoredAttachment(msgspec.Struct, frozen=True, omit_defaults=True):
    """An attachment without its content, which is stored under its id.

    The name and the type of one that is fetched may be empty: they are those of the file, then.
    """

    id: UUID
    name: str
    content_type: str
    content_id: str | None = None
    inline: bool = False

    def with_content(self, file: File) -> Attachment:
        name, content_type = self.name or file.name, file.content_type or self.content_type
        return Attachment(name, content_type, file.content, self.content_id, self.inline)


@dataclass(frozen=True, slots=True)
class Described:
    """An attachment as data describe it: with a content, or with the URL of a file that may be `required`."""

    name: str
    content_type: str
    content_id: str | None
    inline: bool
    content: bytes | None = field(default=None, repr=False)
    url: str | None = field(default=None, repr=False)
    required: bool = True

    def stored_as(self, id: UUID) -> StoredAttachment:
        return StoredAttachment(id, self.name, self.content_type, self.content_id, self.inline)


@dataclass(frozen=True, slots=True)
class AttachmentProblem:
    """A problem with a described attachment. `path` is the dotted path below the trigger's data."""

    path: str
    message: str


def is_described(value: Any) -> bool:
    """Returns whether a value describes attachments: an object with a content and a name, or with a URL and a name or a
    type; or a list that begins with one.
    """
    first = value[0] if isinstance(value, list) and value else value
    if not isinstance(first, Mapping):
        return False
    return ("content" in first and "name" in first) or ("url" in first and not first.keys().isdisjoint(BESIDE_URL))


def problems(data: Mapping[str, Any], keys: Sequence[str]) -> Iterator[AttachmentProblem]:
    """Yields what is wrong with the attachments that data describe under these keys."""
    for key in keys:
        if not is_described(data.get(key)):
            continue
        entries = listed(data[key])
        if len(entries) > MAX_ATTACHMENTS:
            yield AttachmentProblem(key, f"There can be at most {MAX_ATTACHMENTS} attachments.")
        for index, entry in enumerate(entries[:MAX_ATTACHMENTS]):
            for name, message in problems_of(entry):
                place = f"{key}[{index}]" if isinstance(data[key], list) else key
                yield AttachmentProblem(f"{place}.{name}" if name else place, message)


def problems_of(entry: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(entry, Mapping):
        yield "", "An attachment is an object with name, content_type and content, or with a url."
        return
    is_linked = links_to_file(entry)
    name, content_type, content_id = entry.get("name"), entry.get("content_type"), entry.get("content_id")
    if not (is_linked and name is None) and not is_name(name):
        yield "name", f"The name of a file must be one line of 1 to {MAX_NAME} characters."
    if not (is_linked and content_type is None) and not is_content_type(content_type):
        yield "content_type", "The content type must be one like application/pdf."
    if content_id is not None and (not isinstance(content_id, str) or not CONTENT_ID.fullmatch(content_id)):
        yield "content_id", "A content id consists of letters, digits, '.', '_', '-', '+' and '@'."
    if entry.get("disposition", "attachment") not in {"attachment", "inline", None}:
        yield "disposition", "The disposition must be attachment or inline."
    if is_linked:
        yield from problems_of_link(entry)
    elif decoded(entry.get("content")) is None:
        yield "content", "The content must be in base64."


def problems_of_link(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    url = entry["url"]
    if not isinstance(url, str):
        yield "url", "The url must be a text like https://files.example.com/bill.pdf."
    elif (problem := url_problem(url)) is not None:
        yield "url", f"The url {problem}."
    if not isinstance(entry.get("required", True), bool):
        yield "required", "required must be true or false."


def links_to_file(entry: Mapping[str, Any]) -> bool:
    """Returns whether an attachment names a URL in place of a content."""
    return entry.get("url") is not None and entry.get("content") is None


def is_name(name: Any) -> bool:
    return isinstance(name, str) and len(name) <= MAX_NAME and LINE.fullmatch(name) is not None


def is_content_type(content_type: Any) -> bool:
    return isinstance(content_type, str) and CONTENT_TYPE.fullmatch(content_type) is not None


def read(value: Any) -> list[Described]:
    """Returns the attachments that a value without problems describes."""
    return [
        Described(
            entry.get("name") or "",
            entry.get("content_type") or "",
            entry.get("content_id"),
            entry.get("disposition") == "inline",
            None if links_to_file(entry) else decoded(entry["content"]),
            entry["url"] if links_to_file(entry) else None,
            entry.get("required", True),
        )
        for entry in listed(value)
    ]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def decoded(content: Any) -> bytes | None:
    """Returns what a text in base64 stands for, None for anything else; line breaks in it do no harm."""
    if not isinstance(content, str):
        return None
    try:
        return b64decode("".join(content.split()), validate=True)
    except (Error, ValueError):
        return None
