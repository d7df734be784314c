"""Finds the layouts and partials of a folder: files of Liquid, or folders as Knock's command line writes them.

layouts/<key>.liquid        layouts/<key>.text.liquid
layouts/<key>/layout.json   partials/<key>/partial.json   or .yaml, with files beside it
partials/<key>.liquid
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from addressee.messaging.definitions.folders import each_once, foldered
from addressee.messaging.definitions.reading import text_of
from addressee.messaging.definitions.sources import Origin, Source

NAMED_BY_FILE = "the file's name must be a key: letters, digits, - and _, then .liquid"


@dataclass(frozen=True, slots=True)
class FileKind:
    """The files of one kind of template. `fields` are those that are files of Liquid, by their endings, the first one
    of which there must be.
    """

    what: str
    fields: Mapping[str, str]

    @property
    def folder(self) -> str:
        return f"{self.what}s"

    @property
    def names(self) -> tuple[str, ...]:
        return (f"{self.what}.yaml", f"{self.what}.json")

    def ending_of(self, file: Path) -> str:
        """Returns the longest ending of a file's name that a field has."""
        return max((ending for ending in self.fields if file.name.endswith(ending)), key=len)


LAYOUTS = FileKind("layout", {".liquid": "html_layout", ".text.liquid": "text_layout"})
PARTIALS = FileKind("partial", {".liquid": "content"})


def template_sources(folder: Path, kind: FileKind) -> list[Source]:
    """Reads the templates of a kind. A key that two files define is a problem of the second one."""
    return each_once(kind.what, [*flat(folder, kind), *foldered(folder, kind.folder, kind.names)])


def flat(folder: Path, kind: FileKind) -> Iterator[Source]:
    """Reads files of Liquid; several may be fields of one template."""
    files: dict[str, dict[str, Path]] = {}
    for file in sorted(folder.glob(f"{kind.folder}/*.liquid")):
        ending = kind.ending_of(file)
        files.setdefault(file.name.removesuffix(ending), {})[ending] = file
    first, *_ = kind.fields
    for key, parts in files.items():
        whole = parts.get(first) or next(iter(parts.values()))
        source = Source(whole.relative_to(folder).as_posix(), key, NAMED_BY_FILE)
        read = {kind.fields[end]: text_in(file, kind.fields[end], source, folder) for end, file in parts.items()}
        source.value = {field: text for field, text in read.items() if text is not None}
        if first not in parts:
            source.problem((), f"there is no {kind.folder}/{key}{first} beside this file")
        yield source


def text_in(file: Path, field: str, source: Source, folder: Path) -> str | None:
    """Returns the text of a file, which is a field of the source; None if it cannot be read."""
    name = file.relative_to(folder).as_posix()
    source.files.add(file.resolve())
    source.origins[(field,)] = Origin(name, 1, 1, name)
    text = text_of(file)
    if text is None:
        source.problem((field,), "this cannot be read, or is not UTF-8")
    return text
