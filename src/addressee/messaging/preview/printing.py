"""Previews as text for a terminal, and as files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from addressee.messaging.content.in_app import InAppContent
from addressee.messaging.content.model import Content
from addressee.messaging.preview.model import PreviewedEvent, PreviewedMessage

INDENT = "  "
SUFFIXES = {"html": "html", "text": "txt", "body": "txt"}


def lines_of(happened: PreviewedMessage | PreviewedEvent) -> Iterator[str]:
    """Yields the lines of a message, or of something else that happened."""
    if isinstance(happened, PreviewedEvent):
        yield f"-- {happened.ref or 'run'}: {happened.event}{told(happened.data)}"
        return
    yield f"== {happened.ref}: {happened.type} through {happened.channel}"
    if happened.obstacle is not None:
        yield f"{INDENT}not sent: {happened.obstacle}"
    if happened.content is not None:
        for name, value in fields_of(happened.content).items():
            yield from lines_of_field(name, value)


def told(data: Mapping[str, Any]) -> str:
    """Returns what a journal's entry says besides its event."""
    if not data:
        return ""
    return " " + msgspec.json.encode(data).decode()


def fields_of(content: Content) -> dict[str, Any]:
    """Returns what a message says: its fields that are not empty, without the recipient's addresses."""
    if isinstance(content, InAppContent):
        buttons = {f"button {each.name}": f"{each.label} -> {each.action}" for each in content.buttons}
        return {**{block.name: block.rendered for block in content.blocks}, **buttons}
    hidden = {"type", *content.ADDRESSES} - {"sender", "reply_to"}
    fields: dict[str, Any] = msgspec.to_builtins(content)
    return {name: value for name, value in fields.items() if name not in hidden and value not in (None, "", [], (), {})}


def lines_of_field(name: str, value: Any) -> Iterator[str]:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    if "\n" not in text.strip():
        yield f"{INDENT}{name}: {text.strip()}"
        return
    yield f"{INDENT}{name}:"
    yield from (f"{INDENT * 2}{line}".rstrip() for line in text.strip().splitlines())


def write_files(folder: Path, number: int, shown: PreviewedMessage) -> list[Path]:
    """Writes a message: all that it says as JSON, and each long text by itself. Returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    fields = {} if shown.content is None else fields_of(shown.content)
    told = {"ref": shown.ref, "channel": shown.channel, "type": shown.type, "at": shown.at, "not_sent": shown.obstacle}
    encoded = msgspec.json.format(msgspec.json.encode({**told, "content": fields}), indent=2)
    contents: dict[str, bytes] = {"json": encoded}
    for name, value in fields.items():
        suffix = "html" if isinstance(shown.content, InAppContent) and name == "body" else SUFFIXES.get(name)
        if suffix is not None and isinstance(value, str):
            contents[suffix] = value.encode()
    files = []
    for suffix, text in contents.items():
        files.append(folder / f"{number:02}-{shown.ref}.{shown.channel}.{suffix}")
        files[-1].write_bytes(text)
    return files
