"""Joins files to the definition that names them: the content of `foo` is the file that `foo@` names (engine.md §7)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.definitions.reading import name_in, text_of, value_of
from addressee.messaging.definitions.sources import Origin, Source

MARK = "@"

# A file may be named by the definition, or by a file that the definition names.
MAX_NESTING = 2


def read_with_joined(
    source: Source, file: Path, folder: Path, resource: Path, structured: Collection[str] = ()
) -> Source:
    """Reads a definition's file, and joins the files that it names, which are in the folder `resource`.

    JSON is parsed for the fields that `structured` names; all others have the text of their files.
    """
    source.value = value_of(file, folder, source, ())
    joining = Joining(source, folder, resource, structured)
    source.value = joining.joined(source.value, (), file, 0)
    return source


@dataclass(slots=True)
class Joining:
    source: Source
    folder: Path
    resource: Path
    structured: Collection[str]
    taken: dict[Path, str] = field(default_factory=dict)

    def joined(self, value: Any, path: FieldPath, file: Path, nesting: int) -> Any:
        """Returns a value of a file with the contents of the files that it names."""
        if isinstance(value, list):
            return [self.joined(part, (*path, index), file, nesting) for index, part in enumerate(value)]
        if not isinstance(value, dict):
            return value
        found: dict[str, Any] = {}
        for name, part in value.items():
            inline = name.removesuffix(MARK)
            if not inline or inline == name:
                found[name] = self.joined(part, (*path, name), file, nesting)
            elif inline in value:
                self._is_left_out(part, file)
            else:
                self.source.renamed(path, (name,), (inline,))
                found[inline] = self._content(inline, part, (*path, inline), file, nesting + 1)
        return found

    def _is_left_out(self, named: Any, file: Path) -> None:
        found = located(named, file)
        if found is not None:
            self.source.files.add(found)

    def _content(self, name: str, named: Any, path: FieldPath, file: Path, nesting: int) -> Any:
        """Returns the content of the file that a field names; its name where there is a problem with it."""
        joined = self._file(named, path, file, nesting)
        if joined is None:
            return str(named)
        if joined.suffix == ".json" and name in self.structured:
            content = value_of(joined, self.folder, self.source, path)
            return self.joined(content, path, joined, nesting)
        text = text_of(joined)
        if text is None:
            self.source.problem(path, f"the file {named!r} cannot be read, or is not UTF-8")
            return named
        self.source.files.add(joined)
        origin = self.source.origin(path)
        self.source.origins[path] = Origin(origin.file, origin.line, 1, name_in(self.folder, joined))
        return text

    def _file(self, named: Any, path: FieldPath, file: Path, nesting: int) -> Path | None:
        joined = located(named, file)
        if joined is None:
            self.source.problem(path, "this must be the path of a file, from the folder of the file that names it")
            return None
        if not joined.is_relative_to(self.resource.resolve()):
            self.source.problem(path, f"the file {named!r} is outside of the folder {self.resource.name}")
            return None
        if nesting > MAX_NESTING:
            self.source.problem(path, f"a file that a file names may not name a third one, like {named!r}")
            return None
        if joined in self.taken:
            self.source.problem(path, f"the file {named!r} belongs to {self.taken[joined]!r} already")
            return None
        self.taken[joined] = ".".join(map(str, path))
        if not joined.is_file():
            self.source.problem(path, f"there is no file {named!r}")
            return None
        return joined


def located(named: Any, file: Path) -> Path | None:
    """Returns the file that a relative path names from a file on, None if it is no such path."""
    if not isinstance(named, str) or not named or PurePosixPath(named).is_absolute():
        return None
    try:
        found = (file.parent / named).resolve()
        found.is_file()
    except (OSError, RuntimeError, ValueError):  # too long, a circle of links, a zero byte
        return None
    return found
