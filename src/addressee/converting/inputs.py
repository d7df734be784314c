"""Reads the files that are to be converted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from addressee.converting.model import UnusableError
from addressee.messaging.definitions.reading import read
from addressee.messaging.definitions.sources import Source

MAX_FILES = 10_000

# The beginning of the names of files in folders that hold texts of templates, which may be no JSON.
TEXTS = "body."


@dataclass(frozen=True, slots=True)
class Input:
    """A file of JSON: its path, the name that notes tell, and what it holds, with lines."""

    path: Path
    name: str
    source: Source

    @property
    def value(self) -> Any:
        return self.source.value


def read_inputs(paths: Sequence[Path]) -> list[Input]:
    """Reads files, and the files of JSON in folders. Raises UnusableError for what is no JSON."""
    inputs, problems = [], []
    for file, name in files_in(paths):
        if not file.is_file():
            problems.append(f"{name}:1: there is no such file")
            continue
        source = read(file, file.parent)
        problems += [f"{name}:{problem.line}: {problem.message}" for problem in source.problems]
        inputs.append(Input(file, name, source))
    if not inputs and not problems:
        problems.append(f"{', '.join(map(str, paths))}:1: there are no files of JSON here")
    if problems:
        raise UnusableError(problems)
    return inputs


def files_in(paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Yields files with the names that are told of them, those of folders by their order."""
    count = 0
    for path in paths:
        for file in sorted(path.rglob("*.json")) if path.is_dir() else [path]:
            if path.is_dir() and file.name.startswith(TEXTS):
                continue
            count += 1
            if count > MAX_FILES:
                raise UnusableError([f"{path}:1: there are more than {MAX_FILES:,} files here"])
            yield file, file.as_posix()


def text_beside(file: Path, name: str) -> str | None:
    """Returns the text of a file in the folder of another one, None if it cannot be read or is elsewhere."""
    folder = file.parent.resolve()
    found = (folder / name).resolve()
    if not found.is_relative_to(folder):
        return None
    try:
        return found.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
