"""Documents of clients, in which files are inlined, and documents as files hold them, which name other files.

Knock's command line sends `foo` beside `foo@`, the path of the file that it read it from. Where clients read a
resource, `foo` is inline, and its annotation says that it goes into a file (engine.md §7, §12).
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from addressee.messaging.definitions.extracted_files import to_json
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
        for name, each in value.items():
            named = f"{name}{MARK}"
            inline = name.removesuffix(MARK)
            if named in value and self._is_file(name, each, value[named], nesting):
                found[named] = self._filed(each, value[named], folder, nesting)
            elif inline in ("", name) or inline not in value:
                found[name] = self.part(each, folder, nesting)
        return found

    def _is_file(self, name: str, content: Any, path: Any, nesting: int) -> bool:
        is_content = isinstance(content, str) or (name in STRUCTURED and isinstance(content, list))
        return nesting < MAX_NESTING and is_content and is_inside(path) and path not in self.files

    def _filed(self, content: Any, path: str, folder: str, nesting: int) -> str:
        """Puts a content into its file; returns the file's path from a folder."""
        self.files[path] = ""
        if isinstance(content, str):
            self.files[path] = content
        else:
            self.files[path] = to_json(self.part(content, posixpath.dirname(path), nesting + 1))
        return posixpath.relpath(path, folder or ".")


def is_inside(path: Any) -> bool:
    """Whether this is the path of a file in the folder that it starts from, written in the one plain way."""
    if not isinstance(path, str) or not path or "\0" in path:
        return False
    return posixpath.normpath(path) == path and not path.startswith(("/", "..")) and path != "."
