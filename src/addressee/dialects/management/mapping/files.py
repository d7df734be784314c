"""Documents of clients, in which files are inlined, and documents as files hold them, which name other files.

Knock's command line sends `foo` beside `foo@`, the path of the file that it read it from. Where clients read a
resource, `foo` is inline, and its annotation says that it goes into a file (engine.md §7, §12).
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from addressee.messaging.definitions.joined_files import MARK, MAX_NESTING

# Fields whose files hold JSON that belongs to the document; the files of all others are texts.
STRUCTURED = frozenset({"visual_blocks"})


class Split(NamedTuple):
    """A document that names files, and the files, by their paths from its folder."""

    document: dict[str, Any]
    files: dict[str, str]


def split(body: Mapping[str, Any]) -> Split:
    """Returns a document of a client's with the texts of its files in files again.

    What names no file, or one that cannot be there, stays inline.
    """
    splitting = Splitting()
    return Split(splitting.part(body, "", 0), splitting.files)


@dataclass(slots=True)
class Splitting:
    files: dict[str, str] = field(default_factory=dict)

    def part(self, value: Any, folder: str, nesting: int) -> Any:
        """Returns a value as a file in a folder holds it."""
        if isinstance(value, list):
            return [self.part(each, folder, nesting) for each in value]
        if not isinstance(value, Mapping):
            return value
        found: dict[str, Any] = {}
        kept = {name for name, _ in marks(value) if self._can_be_file(value, name, nesting)}
        for name, each in value.items():
            inline = name.removesuffix(MARK)
            if name in kept:
                found[f"{name}{MARK}"] = self._filed(each, value[f"{name}{MARK}"], folder, nesting)
            elif inline == name or inline not in value:
                found[name] = self.part(each, folder, nesting)
        return found

    def _can_be_file(self, value: Mapping[str, Any], name: str, nesting: int) -> bool:
        path, content = value[f"{name}{MARK}"], value.get(name)
        is_content = isinstance(content, str) or (name in STRUCTURED and isinstance(content, list))
        return nesting < MAX_NESTING and is_content and is_inside(path) and path not in self.files

    def _filed(self, content: Any, path: str, folder: str, nesting: int) -> str:
        """Puts a content into its file; returns the file's path from a folder."""
        self.files[path] = ""
        if isinstance(content, str):
            self.files[path] = content
        else:
            self.files[path] = json_text(self.part(content, posixpath.dirname(path), nesting + 1))
        return posixpath.relpath(path, folder or ".")


def marks(value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yields the fields that have files, each with what names the file."""
    for name, path in value.items():
        if name.endswith(MARK) and name != MARK:
            yield name.removesuffix(MARK), path


def is_inside(path: Any) -> bool:
    """Whether this is the path of a file in the folder that it starts from, written in the one plain way."""
    if not isinstance(path, str) or not path or "\0" in path:
        return False
    return posixpath.normpath(path) == path and not path.startswith(("/", "..")) and path != "."


def json_text(value: Any) -> str:
    """Returns JSON as Knock's command line writes it into files."""
    return json.dumps(value, ensure_ascii=False, indent=2)
