"""Takes larger contents out of a definition into files of their own, as Knock's command line does (engine.md §7).

This is the inverse of `joined_files`: what was extracted, joined again, is the same definition.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from posixpath import dirname, relpath
from typing import Any, TypeAlias

from addressee.messaging.definitions.joined_files import MARK
from addressee.messaging.definitions.model import KEY, FieldPath

# Fields below which other definitions stand, which are extracted for themselves.
NESTED_DEFINITIONS = frozenset({"branches"})

# Characters of JSON that the parser of YAML, which finds the lines, does not take or takes for line ends.
UNREADABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Extractable:
    """A field whose content may stand in a file with this ending; `by_default`, it does."""

    ending: str
    by_default: bool = True


# Returns which fields of the mapping at a path are extractable.
Rule: TypeAlias = Callable[[FieldPath, Mapping[str, Any]], Mapping[str, Extractable]]


@dataclass(frozen=True, slots=True)
class ExtractedFiles:
    """The texts of files by their paths. Paths that differ only in capitals are one: some systems do not tell them."""

    texts: dict[str, str] = field(default_factory=dict)
    _files: set[str] = field(default_factory=set)
    _folders: set[str] = field(default_factory=set)

    def is_taken(self, path: str) -> bool:
        """Returns whether a path is that of a file or a folder, or leads through a file."""
        return (
            path.lower() in self._files or path.lower() in self._folders or not self._files.isdisjoint(folders_of(path))
        )

    def put(self, path: str, text: str) -> None:
        self.texts[path] = text
        self._files.add(path.lower())
        self._folders.update(folders_of(path))


def folders_of(path: str) -> list[str]:
    """Returns the folders that a path leads through, in small letters."""
    return [str(parent) for parent in PurePosixPath(path.lower()).parents]


def extract(
    definition: dict[str, Any],
    rule: Rule,
    path_of: Callable[[FieldPath, str], str],
    files: ExtractedFiles,
    links: Mapping[FieldPath, str],
) -> None:
    """Moves contents from a definition to `files`, by their paths; fields that name them come last in their mappings.

    `path_of` makes the path of a field's file with an ending. `links` are the paths of fields that stand in files
    already, and stay there. A field whose path is taken stays where it is.
    """
    found = sorted(extractable_in(definition, (), rule), key=lambda each: len(each[0]), reverse=True)
    for path, extractable in found:
        linked = links.get(path)
        if linked is None and not (extractable.by_default and are_names(path)):
            continue
        file = linked or path_of(path, extractable.ending)
        *above, name = path
        holder = value_at(definition, above)
        if files.is_taken(file) or not is_joined_alike(holder[name]):
            continue
        content = holder.pop(name)
        files.put(file, content if isinstance(content, str) else to_json(rebased(content, dirname(file))))
        holder[f"{name}{MARK}"] = file


def extractable_in(value: Any, path: FieldPath, rule: Rule) -> Iterator[tuple[FieldPath, Extractable]]:
    """Yields the paths of all extractable fields in a value."""
    if isinstance(value, list):
        for index, part in enumerate(value):
            yield from extractable_in(part, (*path, index), rule)
    elif isinstance(value, dict):
        fields = rule(path, value)
        for name, part in value.items():
            if name in fields:
                yield (*path, name), fields[name]
            if name not in NESTED_DEFINITIONS:
                yield from extractable_in(part, (*path, name), rule)


def value_at(value: Any, path: list[str | int]) -> Any:
    for part in path:
        value = value[part]
    return value


def are_names(path: FieldPath) -> bool:
    """Returns whether a path can become names of files, which stay in their folder."""
    return all(isinstance(part, int) or KEY.fullmatch(part) for part in path)


def is_joined_alike(content: Any) -> bool:
    """Returns whether a content comes back from a file as it is: line ends of other systems, for one, do not."""
    return not isinstance(content, str) or not ("\r" in content or content.startswith("\ufeff"))


def rebased(value: Any, folder: str) -> Any:
    """Returns a content in which paths of files begin at a folder, which is that of the content's own file."""
    if isinstance(value, list):
        return [rebased(part, folder) for part in value]
    if not isinstance(value, dict):
        return value
    return {
        name: relpath(part, folder or ".") if name.endswith(MARK) and isinstance(part, str) else rebased(part, folder)
        for name, part in value.items()
    }


def file_path(path: FieldPath, ending: str) -> str:
    """Returns the path of a field's file: positions in lists count from 1, and are joined to the name that follows."""
    names: list[str] = []
    positions: list[str] = []
    for part in path:
        if isinstance(part, int):
            positions.append(str(part + 1))
        else:
            names.append(".".join([*positions, part]))
            positions = []
    if positions:
        names.append(".".join(positions))
    return f"{'/'.join(names)}.{ending}".lower()


def to_json(value: Any) -> str:
    """Returns JSON as Knock's command line writes it: indented by two, numbers without a superfluous fraction."""
    text = json.dumps(plain(value), indent=2, ensure_ascii=False)
    return UNREADABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def plain(value: Any) -> Any:
    """Returns a value in which whole numbers are integers."""
    if isinstance(value, list):
        return [plain(part) for part in value]
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e21 else value
