"""Definitions that are files of a folder, or folders of their own with files beside them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from addressee.messaging.definitions.joined_files import read_with_joined
from addressee.messaging.definitions.sources import Source

NAMED_BY_FOLDER = "the folder's name must be a key: letters, digits, - and _"


def foldered(folder: Path, under: str, names: Collection[str], structured: Collection[str] = ()) -> Iterator[Source]:
    """Reads each `<under>/<key>/<name>` of a folder, with the files that it names (see `read_with_joined`)."""
    for file in sorted(file for name in names for file in folder.glob(f"{under}/*/{name}")):
        source = Source(file.relative_to(folder).as_posix(), file.parent.name, NAMED_BY_FOLDER)
        yield read_with_joined(source, file, folder, file.parent, structured)


def each_once(what: str, found: Iterable[Source]) -> list[Source]:
    """Returns the sources. A key that two files define is a problem of the second one, which comes last."""
    sources: dict[str, Source] = {}
    repeated = []
    for source in found:
        if source.key in sources:
            other = sources[source.key].file
            source.problem((), f"the {what} {source.key!r} stands in {other} too; keep one of them")
            repeated.append(source)
        sources.setdefault(source.key, source)
    return [*sources.values(), *repeated]
