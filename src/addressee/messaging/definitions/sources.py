"""YAML files whose values know on which line they stand, so that every mistake can be pointed at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

Trail = tuple[str | int, ...]

STRING = "tag:yaml.org,2002:str"
TIMESTAMP = "tag:yaml.org,2002:timestamp"
FILE = "!file"

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
class Mistake:
    """What is wrong, and where. Lines count from 1."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value stands; `first_line` is that of a text's own first line, which may be in another file."""

    file: str
    line: int
    first_line: int


@dataclass(slots=True)
class Source:
    """A file's value, the origin of each value in it by its trail of keys, and the mistakes found so far."""

    file: str
    value: Any = None
    origins: dict[Trail, Origin] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def origin(self, trail: Trail) -> Origin:
        """That of the nearest value that there is."""
        while trail not in self.origins and trail:
            trail = trail[:-1]
        return self.origins.get(trail, Origin(self.file, 1, 1))

    def mistake(self, trail: Trail, message: str) -> None:
        """Notes a mistake at a value."""
        origin = self.origin(trail)
        self.mistakes.append(Mistake(self.file, origin.line, message))

    def mistake_in_text(self, trail: Trail, line: int, message: str) -> None:
        """Notes a mistake in a line of the text at a trail; lines count from 1."""
        origin = self.origin(trail)
        self.mistakes.append(Mistake(origin.file, origin.first_line + line - 1, message))

    def fits(self, trail: Trail, value: Any, form: type[msgspec.Struct]) -> bool:
        """Whether the value at a trail has this form; what does not is noted."""
        return self.check(trail, value, schema_of(form))

    def check(self, trail: Trail, value: Any, schema: Mapping[str, Any]) -> bool:
        """Whether the value found at a trail fits a JSON schema; what does not is noted."""
        errors = list(Draft202012Validator(schema).iter_errors(value))
        for error in errors:
            for below, message in explanations(error):
                self.mistake((*trail, *below), message)
        return not errors


def schema_of(form: type[msgspec.Struct]) -> dict[str, Any]:
    """Returns the JSON schema of what a person writes: without the tag, as the type is known already."""
    schema: dict[str, Any] = msgspec.json.schema(form)
    tag = form.__struct_config__.tag_field
    if tag is not None:
        definition = schema["$defs"][form.__name__]
        del definition["properties"][tag]
        definition["required"].remove(tag)
    return schema


class Loader(yaml.SafeLoader):
    """Dates stay text."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the library declares it for instances
        first: [(tag, pattern) for tag, pattern in resolvers if tag != TIMESTAMP]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def read(path: Path, folder: Path) -> Source:
    """The file as it stands in `folder`. `!file name` stands for the text of another file beside it."""
    source = Source(path.relative_to(folder).as_posix())
    try:
        loader = Loader(path.read_text(encoding="utf-8"))
        root = loader.get_single_node()
        if root is not None:
            walk(root, (), source, path, folder)
        if root is not None and not source.mistakes:
            source.value = loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        source.mistakes.append(Mistake(source.file, line, f"this is not YAML: {error.problem}{hint(error)}"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        source.mistakes.append(Mistake(source.file, 1, "this is not YAML in UTF-8"))
    return source


def hint(error: yaml.MarkedYAMLError) -> str:
    """What people most often meant."""
    if error.problem == "mapping values are not allowed here":
        return "; a text that contains ': ' must stand in quotes"
    return ""


def walk(node: yaml.Node, trail: Trail, source: Source, path: Path, folder: Path) -> None:
    """Notes where values stand, repeated keys, and replaces `!file` by the file's text."""
    line = node.start_mark.line + 1
    source.origins.setdefault(trail, Origin(source.file, line, line))
    match node:
        case yaml.MappingNode():
            seen: set[str] = set()
            for key, value in node.value:
                name = key.value if isinstance(key, yaml.ScalarNode) else None
                if name is None:
                    message = "a text that begins with { must stand in quotes"
                    source.mistakes.append(Mistake(source.file, key.start_mark.line + 1, message))
                    continue
                if key.tag != STRING:
                    source.mistakes.append(Mistake(source.file, key.start_mark.line + 1, "a key must be text"))
                    continue
                if name in seen:
                    source.mistakes.append(Mistake(source.file, key.start_mark.line + 1, f"{name!r} is given twice"))
                seen.add(name)
                source.origins[(*trail, name)] = text_origin(source.file, key, value)
                walk(value, (*trail, name), source, path, folder)
        case yaml.SequenceNode():
            for index, item in enumerate(node.value):
                walk(item, (*trail, index), source, path, folder)
        case yaml.ScalarNode(tag="!file"):
            include(node, trail, source, path, folder)


def text_origin(file: str, key: yaml.Node, value: yaml.Node) -> Origin:
    below = isinstance(value, yaml.ScalarNode) and value.style in ("|", ">")
    first = value.start_mark.line + (2 if below else 1)
    return Origin(file, key.start_mark.line + 1, first)


def include(node: yaml.ScalarNode, trail: Trail, source: Source, path: Path, folder: Path) -> None:
    included = (path.parent / node.value).resolve()
    node.tag = STRING
    if not included.is_relative_to(folder.resolve()):
        source.mistake(trail, f"{node.value!r} is outside of the folder")
        return
    try:
        text = included.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        source.mistake(trail, f"the file {node.value!r} cannot be read, or is not UTF-8")
        return
    node.value = text
    name = included.relative_to(folder.resolve()).as_posix()
    source.origins[trail] = Origin(name, source.origin(trail).line, 1)


def explanations(error: ValidationError) -> Iterator[tuple[Trail, str]]:
    """What a schema's error says, in plain words, with the trail of what is wrong."""
    trail = tuple(error.absolute_path)
    wanted: Any = error.validator_value
    schema: Any = error.schema
    value: Any = error.instance
    match error.validator:
        case "required":
            for name in wanted:
                if name not in value:
                    yield trail, f"{name!r} is missing"
        case "additionalProperties":
            known = ", ".join(schema["properties"])
            for name in value.keys() - schema["properties"].keys():
                yield (*trail, name), f"there is no {name!r} here; there are {known or 'no fields'}"
        case "type":
            yield trail, f"this must be {TYPE_NAMES[wanted]}"
        case "anyOf":
            yield trail, f"this must be {' or '.join(TYPE_NAMES[each['type']] for each in wanted)}"
        case "enum":
            yield trail, f"this must be {' or '.join(map(str, wanted))}"
        case "minLength" | "minItems":
            yield trail, "this must not be empty"
        case _:
            yield trail, error.message
