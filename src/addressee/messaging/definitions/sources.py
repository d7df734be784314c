"""A file's value, with the line of each value in it, so that problems name lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from jsonschema import Draft202012Validator

from addressee.messaging.definitions.explanations import explanations
from addressee.messaging.definitions.model import KEY, FieldPath


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A problem in a file. Lines count from 1.

    `path` is that of the value in its definition, as `steps[0].template.subject`, and `line_of_text` the line in
    it where the value is a text of several. Problems that only differ in these are one.
    """

    file: str
    line: int
    message: str
    path: str = field(default="", compare=False)
    line_of_text: int | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of a value. `first_line` is the first line of a text itself, which may stand in another file,
    `text_file`.
    """

    file: str
    line: int
    first_line: int
    text_file: str | None = None


class Origins(dict[FieldPath, Origin]):
    """The origins of values by their paths. What stands below a path is found without looking at all others."""

    def __init__(self) -> None:
        super().__init__()
        self._children: dict[FieldPath, dict[FieldPath, None]] = {}

    def __setitem__(self, path: FieldPath, origin: Origin) -> None:
        super().__setitem__(path, origin)
        while path and path not in (siblings := self._children.setdefault(path[:-1], {})):
            siblings[path] = None
            path = path[:-1]

    def setdefault(self, path: FieldPath, origin: Origin) -> Origin:
        if path not in self:
            self[path] = origin
        return self[path]

    def within(self, path: FieldPath) -> Iterator[FieldPath]:
        """Yields the path and those below it which have origins."""
        if path in self:
            yield path
        for child in tuple(self._children.get(path, ())):
            yield from self.within(child)


@dataclass(slots=True)
class Source:
    """A file's value, the origin of each value in it by its path of keys, and the problems found so far.

    `key` is that of the file's definition, `named_by` says what has this name. `files` are all that were read, this one
    and those that it names, and `texts` what they hold, by their paths in the folder, with line ends as they are; None
    where the value does not come from files. `warnings` prevent nothing.
    """

    file: str
    key: str
    named_by: str = "the file's name must be a key: letters, digits, - and _, then .yaml"
    value: Any = None
    origins: Origins = field(default_factory=Origins)
    problems: list[Problem] = field(default_factory=list)
    files: set[Path] = field(default_factory=set)
    warnings: list[Problem] = field(default_factory=list)
    texts: Mapping[str, str] | None = None
    _renamed: dict[FieldPath, FieldPath] = field(default_factory=dict)

    @property
    def has_key(self) -> bool:
        """Returns whether the file could be read and its key is valid; an invalid key is recorded as a problem."""
        if self.value is None and self.problems:
            return False
        if not KEY.fullmatch(self.key):
            self.problem((), self.named_by)
            return False
        return True

    def origin(self, path: FieldPath) -> Origin:
        """Returns the origin of a value, or of the nearest one above it that exists."""
        while path not in self.origins and path:
            path = path[:-1]
        return self.origins.get(path, Origin(self.file, 1, 1))

    def problem(self, path: FieldPath, message: str) -> None:
        """Records a problem with a value."""
        self.problems.append(self.problem_at(path, message))

    def problem_at(self, path: FieldPath, message: str) -> Problem:
        origin = self.origin(path)
        return Problem(origin.file, origin.line, message, text_of(self.as_written(path)))

    def warning(self, path: FieldPath, message: str) -> None:
        """Records a warning about a value."""
        self.warnings.append(self.problem_at(path, message))

    def problem_in_text(self, path: FieldPath, line: int, message: str) -> None:
        """Records a problem in a line, counted from 1, of the text at a path."""
        self.problems.append(self.problem_at_line(path, line, message))

    def warning_in_text(self, path: FieldPath, line: int, message: str) -> None:
        """Records a warning about a line, counted from 1, of the text at a path."""
        self.warnings.append(self.problem_at_line(path, line, message))

    def problem_at_line(self, path: FieldPath, line: int, message: str) -> Problem:
        origin = self.origin(path)
        file = origin.text_file or origin.file
        return Problem(file, origin.first_line + line - 1, message, text_of(self.as_written(path)), line)

    def renamed(self, path: FieldPath, name: FieldPath, other: FieldPath) -> None:
        """Records that what stands at a path under one name is called by another from here on."""
        old, new = (*path, *name), (*path, *other)
        self._renamed[new] = old
        for place in tuple(self.origins.within(old)):
            self.origins[(*new, *place[len(old) :])] = self.origins[place]

    def as_written(self, path: FieldPath) -> FieldPath:
        """Returns a path under the names that the definition was written with."""
        for length in range(len(path), 0, -1):
            old = self._renamed.get(path[:length])
            if old is not None:
                return (*self.as_written(old[:-1]), old[-1], *path[length:])
        return path

    def fits(self, path: FieldPath, value: Any, form: type[msgspec.Struct]) -> bool:
        """Returns whether a value has this form; records the problems if not."""
        return self.check(path, value, schema_of(form))

    def check(self, path: FieldPath, value: Any, schema: Mapping[str, Any]) -> bool:
        """Returns whether a value fits a JSON schema; records the problems if not."""
        errors = list(Draft202012Validator(schema).iter_errors(value))
        for error in errors:
            for below, message in explanations(error, schema.get("$defs", {})):
                self.problem((*path, *below), message)
        return not errors


def text_of(path: FieldPath) -> str:
    """Returns a path of keys as people write it: `steps[0].template.subject`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")


@cache
def schema_of(form: type[msgspec.Struct]) -> Mapping[str, Any]:
    """Returns the JSON schema of a struct in a file: without the tag, as the type is known already.

    All callers share it, as making it takes milliseconds: it is copied before it is changed.
    """
    schema: dict[str, Any] = msgspec.json.schema(form)
    tag = form.__struct_config__.tag_field
    if tag is not None:
        definition = schema["$defs"][form.__name__]
        del definition["properties"][tag]
        definition["required"].remove(tag)
    return schema
