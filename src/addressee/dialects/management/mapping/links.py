"""Files that clients name in what they send: `foo@` is the path of the file from which `foo` came (engine.md §7)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

from addressee.messaging.definitions.joined_files import MARK
from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.workflows.folders.extraction import WORKFLOW, steps_in

MAX_PATH = 500
# File systems take names of 255 bytes; a pull writes each file under a longer one first.
MAX_NAME_BYTES = 200


def without_links(value: Any) -> Any:
    """Returns a value without the fields that only say where others came from; the order of the rest stays."""
    if isinstance(value, list):
        return [without_links(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    return {name: without_links(each) for name, each in value.items() if not is_link(name, value)}


def links_of(kind: str, body: Mapping[str, Any]) -> dict[FieldPath, str]:
    """Returns the paths of files by the fields that came from them: in workflows, from the ref of their step on."""
    if kind != WORKFLOW:
        return dict(links_in(body, ()))
    return {
        path: file
        for step in steps_in(body.get("steps"))
        if isinstance(ref := step.get("ref"), str)
        for path, file in links_in(step, (ref,))
    }


def links_in(value: Any, path: FieldPath) -> Iterator[tuple[FieldPath, str]]:
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from links_in(each, (*path, index))
    elif isinstance(value, Mapping):
        for name, each in value.items():
            if is_link(name, value) and is_inside(each):
                yield (*path, name.removesuffix(MARK)), each
            elif not is_link(name, value):
                yield from links_in(each, (*path, name))


def is_link(name: str, value: Mapping[str, Any]) -> bool:
    inline = name.removesuffix(MARK)
    return inline not in ("", name) and inline in value


def is_inside(path: Any) -> bool:
    """Returns whether this is the path of a file in the folder that it starts from, written in the one plain way.

    It must be one that a pull can write: all of an environment is pulled, or nothing.
    """
    if not isinstance(path, str) or not path or not path.isprintable() or len(path) > MAX_PATH or "\\" in path:
        return False
    if any(len(name.encode()) > MAX_NAME_BYTES for name in path.split("/")):
        return False
    return posixpath.normpath(path) == path and not path.startswith(("/", "..")) and path != "."
