"""Reads YAML files and records the line of each value, so that problems name lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from addressee.messaging.definitions.model import KEY, FieldPath

STRING = "tag:yaml.org,2002:str"
TIMESTAMP = "tag:yaml.org,2002:timestamp"

TYPE_NAMES = {
    "string": "text",
    "object": "a mapping",
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "null": "nothing",
}


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A problem in a file. Lines count from 1."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of a value. `first_line` is the first line of a text itself, which may be in another file."""

    file: str
    line: int
    first_line: int


@dataclass(slots=True)
class Source:
    """A file's value, the origin of each value in it by its path of keys, and the problems found so far."""

    file: str
    value: Any = None
    origins: dict[FieldPath, Origin] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The key of the file's definition: the file's name without the suffix."""
        return Path(self.file).stem

    @property
    def has_key(self) -> bool:
        """Whether the file has no problems so far and its key is valid; an invalid key is recorded as a problem."""
        if not self.problems and not KEY.fullmatch(self.key):
            self.problem((), "the file's name must be a key: letters, digits, - and _, then .yaml")
        return not self.problems

    def origin(self, path: FieldPath) -> Origin:
        """Returns the origin of a value, or of the nearest one above it that exists."""
        while path not in self.origins and path:
            path = path[:-1]
        return self.origins.get(path, Origin(self.file, 1, 1))

    def problem(self, path: FieldPath, message: str) -> None:
        """Records a problem with a value."""
        origin = self.origin(path)
        self.problems.append(Problem(self.file, origin.line, message))

    def problem_in_text(self, path: FieldPath, line: int, message: str) -> None:
        """Records a problem in a line, counted from 1, of the text at a path."""
        origin = self.origin(path)
        self.problems.append(Problem(origin.file, origin.first_line + line - 1, message))

    def fits(self, path: FieldPath, value: Any, form: type[msgspec.Struct]) -> bool:
        """Returns whether a value has this form; records the problems if not."""
        return self.check(path, value, schema_of(form))

    def check(self, path: FieldPath, value: Any, schema: Mapping[str, Any]) -> bool:
        """Returns whether a value fits a JSON schema; records the problems if not."""
        errors = list(Draft202012Validator(schema).iter_errors(value))
        for error in errors:
            for below, message in explanations(error):
                self.problem((*path, *below), message)
        return not errors


def schema_of(form: type[msgspec.Struct]) -> dict[str, Any]:
    """Returns the JSON schema of a struct in a file: without the tag, as the type is known already."""
    schema: dict[str, Any] = msgspec.json.schema(form)
    tag = form.__struct_config__.tag_field
    if tag is not None:
        definition = schema["$defs"][form.__name__]
        del definition["properties"][tag]
        definition["required"].remove(tag)
    return schema


class Loader(yaml.SafeLoader):
    """A YAML loader that reads dates as texts."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the library declares it for instances
        first: [(tag, pattern) for tag, pattern in resolvers if tag != TIMESTAMP]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def read(file: Path, folder: Path) -> Source:
    """Reads a file in `folder`. `!file name` is the text of another file in the same folder as this one."""
    source = Source(file.relative_to(folder).as_posix())
    try:
        loader = Loader(file.read_text(encoding="utf-8"))
        root = loader.get_single_node()
        if root is not None:
            walk(root, (), source, file, folder)
        if root is not None and not source.problems:
            source.value = loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        source.problems.append(Problem(source.file, line, f"this is not YAML: {error.problem}{hint(error)}"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        source.problems.append(Problem(source.file, 1, "this is not YAML in UTF-8"))
    return source


def hint(error: yaml.MarkedYAMLError) -> str:
    """Returns advice on the most frequent mistake in YAML."""
    if error.problem == "mapping values are not allowed here":
        return "; a text that contains ': ' must stand in quotes"
    return ""


def walk(node: yaml.Node, path: FieldPath, source: Source, file: Path, folder: Path) -> None:
    """Records origins of values and repeated keys, and replaces `!file` by the file's text."""
    line = node.start_mark.line + 1
    source.origins.setdefault(path, Origin(source.file, line, line))
    match node:
        case yaml.MappingNode():
            seen: set[str] = set()
            for key, value in node.value:
                name = key.value if isinstance(key, yaml.ScalarNode) else None
                if name is None:
                    message = "a text that begins with { must stand in quotes"
                    source.problems.append(Problem(source.file, key.start_mark.line + 1, message))
                    continue
                if key.tag != STRING:
                    source.problems.append(Problem(source.file, key.start_mark.line + 1, "a key must be text"))
                    continue
                if name in seen:
                    source.problems.append(Problem(source.file, key.start_mark.line + 1, f"{name!r} is given twice"))
                seen.add(name)
                source.origins[(*path, name)] = text_origin(source.file, key, value)
                walk(value, (*path, name), source, file, folder)
        case yaml.SequenceNode():
            for index, item in enumerate(node.value):
                walk(item, (*path, index), source, file, folder)
        case yaml.ScalarNode(tag="!file"):
            include(node, path, source, file, folder)


def text_origin(file: str, key: yaml.Node, value: yaml.Node) -> Origin:
    below = isinstance(value, yaml.ScalarNode) and value.style in ("|", ">")
    first = value.start_mark.line + (2 if below else 1)
    return Origin(file, key.start_mark.line + 1, first)


def include(node: yaml.ScalarNode, path: FieldPath, source: Source, file: Path, folder: Path) -> None:
    included = (file.parent / node.value).resolve()
    node.tag = STRING
    if not included.is_relative_to(folder.resolve()):
        source.problem(path, f"{node.value!r} is outside of the folder")
        return
    try:
        text = included.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        source.problem(path, f"the file {node.value!r} cannot be read, or is not UTF-8")
        return
    node.value = text
    name = included.relative_to(folder.resolve()).as_posix()
    source.origins[path] = Origin(name, source.origin(path).line, 1)


def explanations(error: ValidationError) -> Iterator[tuple[FieldPath, str]]:
    """Yields the path and the message of each problem that a schema's error stands for."""
    path = tuple(error.absolute_path)
    wanted: Any = error.validator_value
    schema: Any = error.schema
    value: Any = error.instance
    match error.validator:
        case "required":
            for name in wanted:
                if name not in value:
                    yield path, f"{name!r} is missing"
        case "additionalProperties":
            known = ", ".join(schema["properties"])
            for name in value.keys() - schema["properties"].keys():
                yield (*path, name), f"there is no {name!r} here; there are {known or 'no fields'}"
        case "type":
            yield path, f"this must be {TYPE_NAMES[wanted]}"
        case "anyOf":
            yield path, f"this must be {' or '.join(TYPE_NAMES[each['type']] for each in wanted)}"
        case "enum":
            yield path, f"this must be {' or '.join(map(str, wanted))}"
        case "minLength" | "minItems":
            yield path, "this must not be empty"
        case _:
            yield path, error.message
