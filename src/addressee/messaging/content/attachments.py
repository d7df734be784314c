"""Attachments of e-mails: a trigger's data describe them, and runs and messages name them without their contents."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from addressee.channels.email.attachments import Attachment

# The key in a trigger's data whose attachments go with every e-mail of its run.
FOR_ALL = "$attachments"

MAX_ATTACHMENTS = 20
MAX_NAME = 255

# As RFC 6838 and RFC 5322 have them; nothing else can stand in a header as it is.
CONTENT_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}")
CONTENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,126}")
LINE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


class StoredAttachment(msgspec.Struct, frozen=True, omit_defaults=True):
    """An attachment without its content, which is stored under its id."""

    id: UUID
    name: str
    content_type: str
    content_id: str | None = None
    inline: bool = False

    def with_content(self, content: bytes) -> Attachment:
        return Attachment(self.name, self.content_type, content, self.content_id, self.inline)


@dataclass(frozen=True, slots=True)
class AttachmentProblem:
    """A problem with a described attachment. `path` is the dotted path below the trigger's data."""

    path: str
    message: str


def is_described(value: Any) -> bool:
    """Returns whether a value describes attachments: an object with a content, or a list that begins with one."""
    first = value[0] if isinstance(value, list) and value else value
    return isinstance(first, Mapping) and "content" in first and "name" in first


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
        yield "", "An attachment is an object with name, content_type and content."
        return
    name, content_type, content_id = entry.get("name"), entry.get("content_type"), entry.get("content_id")
    if not isinstance(name, str) or len(name) > MAX_NAME or not LINE.fullmatch(name):
        yield "name", f"The name of a file must be one line of 1 to {MAX_NAME} characters."
    if not isinstance(content_type, str) or not CONTENT_TYPE.fullmatch(content_type):
        yield "content_type", "The content type must be one like application/pdf."
    if content_id is not None and (not isinstance(content_id, str) or not CONTENT_ID.fullmatch(content_id)):
        yield "content_id", "A content id consists of letters, digits, '.', '_', '-', '+' and '@'."
    if entry.get("disposition", "attachment") not in {"attachment", "inline", None}:
        yield "disposition", "The disposition must be attachment or inline."
    if decoded(entry.get("content")) is None:
        yield "content", "The content must be in base64."


def read(value: Any) -> list[Attachment]:
    """Returns the attachments that a value without problems describes."""
    return [
        Attachment(
            entry["name"],
            entry["content_type"],
            decoded(entry["content"]) or b"",
            entry.get("content_id"),
            entry.get("disposition") == "inline",
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
