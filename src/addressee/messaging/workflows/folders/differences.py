"""The differences between a folder and an environment, thing by thing and file by file. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from typing import TypeAlias

# The texts of a thing's files, by their paths in the folder.
Files: TypeAlias = Mapping[str, str]

# Things by their names, as deployments have them: `workflow welcome`, `variables`.
Things: TypeAlias = Mapping[str, Files]

NO_FILE = "/dev/null"
NO_NEWLINE = "\\ No newline at end of file"


@dataclass(frozen=True, slots=True)
class FileDifference:
    """A file that a folder and an environment do not have alike; None is the text of one that is not there."""

    path: str
    here: str | None
    there: str | None

    def lines(self, environment: str) -> Iterator[str]:
        """Yields the lines of a unified diff from the environment to the folder."""
        before = NO_FILE if self.there is None else f"{environment}/{self.path}"
        after = NO_FILE if self.here is None else self.path
        for line in unified_diff(lines_of(self.there), lines_of(self.here), before, after):
            yield line.removesuffix("\n")
            if not line.endswith("\n"):
                yield NO_NEWLINE


@dataclass(frozen=True, slots=True)
class Differences:
    """The differences of a folder from an environment: things that only one has, and files of those in both."""

    only_here: Sequence[str]
    only_there: Sequence[str]
    files: Sequence[FileDifference]

    def __bool__(self) -> bool:
        return bool(self.only_here or self.only_there or self.files)


def differences(here: Things, there: Things) -> Differences:
    found: dict[str, FileDifference] = {}
    for name in here.keys() & there.keys():
        mine, theirs = here[name], there[name]
        for path in mine.keys() | theirs.keys():
            if mine.get(path) != theirs.get(path):
                found[path] = FileDifference(path, mine.get(path), theirs.get(path))
    return Differences(
        sorted(here.keys() - there.keys()),
        sorted(there.keys() - here.keys()),
        [found[path] for path in sorted(found)],
    )


def lines_of(text: str | None) -> list[str]:
    """Returns the lines of a text with their ends; only a newline ends one."""
    if not text:
        return []
    lines = [f"{line}\n" for line in text.split("\n")]
    return lines[:-1] if text.endswith("\n") else [*lines[:-1], lines[-1][:-1]]
