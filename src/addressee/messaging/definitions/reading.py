"""Reads files in YAML and JSON, and records the line of each value."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import yaml

from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.definitions.sources import Origin, Problem, Source

STRING = "tag:yaml.org,2002:str"
INCLUDED = "!file"
TIMESTAMP = "tag:yaml.org,2002:timestamp"

MOST_VALUES = 100_000

# The database takes no text that has one of these.
UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
TRAILING_COMMA = re.compile(r",\s*[\]}]")


class Loader(yaml.SafeLoader):
    """A YAML loader that reads dates as texts."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the library declares it for instances
        first: [(tag, pattern) for tag, pattern in resolvers if tag != TIMESTAMP]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def read(file: Path, folder: Path) -> Source:
    """Reads a file in `folder`. `!file name` is the text of another file in the same folder as this one."""
    source = Source(file.relative_to(folder).as_posix(), file.stem)
    source.value = value_of(file, folder, source, ())
    return source


def read_document(document: str, name: str, key: str) -> Source:
    """Reads a definition in JSON that is no file. Problems call it by a name."""
    source = Source(name, key)
    source.value = Reading(source, name).document(document)
    return source


def value_of(file: Path, folder: Path, source: Source, path: FieldPath) -> Any:
    """Returns the value in a file, which stands at a path of the source; None if the file has problems."""
    source.files.add(file.resolve())
    return FileReading(source, file, folder, name_in(folder, file)).value(path)


def name_in(folder: Path, file: Path) -> str:
    """Returns the name of a file from the folder on, which problems tell."""
    for root in (folder, folder.resolve()):
        if file.is_relative_to(root):
            return file.relative_to(root).as_posix()
    return file.name


class TooManyValuesError(Exception):
    """A file has more values than are read, by aliases of aliases perhaps."""


class Reading:
    """The reading of one text, which problems call by a name."""

    def __init__(self, source: Source, name: str) -> None:
        self._source = source
        self._name = name
        self._before = len(source.problems)
        self._values = 0

    def document(self, text: str) -> Any:
        """Returns what a text in JSON holds, None if it has problems."""
        return self._read("JSON", lambda: self._json(text, ()))

    def _read(self, form: str, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            self._problem(line, f"this is not YAML: {error.problem}{hint(error)}")
        except json.JSONDecodeError as error:
            self._problem(*explained(error))
        except TooManyValuesError:
            self._problem(1, f"a file has at most {MOST_VALUES:,} values, those that aliases repeat included")
        except RecursionError:
            self._problem(1, "this is nested too deeply, or contains itself")
        except (yaml.YAMLError, ValueError):
            self._problem(1, f"this is not {form} in UTF-8")
        return None

    def _problem(self, line: int, message: str) -> None:
        self._source.problems.append(Problem(self._name, line, message))

    def _yaml(self, text: str, path: FieldPath) -> Any:
        loader = Loader(text)
        root = loader.get_single_node()
        if root is None:
            return None
        self._walk(root, path)
        return None if len(self._source.problems) > self._before else loader.construct_document(root)

    def _json(self, text: str, path: FieldPath) -> Any:
        """Returns what JSON holds. Lines are found by the parser of YAML, which takes JSON, but for tabs."""
        value = json.loads(text, parse_constant=refuse)
        root = Loader(text.replace("\t", " ")).get_single_node()
        if root is not None:
            self._walk(root, path)
        return None if len(self._source.problems) > self._before else value

    def _walk(self, node: yaml.Node, path: FieldPath) -> None:
        """Records origins of values and repeated keys, and replaces `!file` by the file's text."""
        self._values += 1
        if self._values > MOST_VALUES:
            raise TooManyValuesError
        line = node.start_mark.line + 1
        origins = self._source.origins
        origins.setdefault(path, Origin(self._name, line, line))
        match node:
            case yaml.MappingNode():
                seen: set[str] = set()
                for key, value in node.value:
                    name = key.value if isinstance(key, yaml.ScalarNode) else None
                    if name is None:
                        self._problem(key.start_mark.line + 1, "a text that begins with { must stand in quotes")
                        continue
                    if key.tag != STRING:
                        self._problem(key.start_mark.line + 1, "a key must be text")
                        continue
                    self._check_text(name, key.start_mark.line + 1)
                    if name in seen:
                        self._problem(key.start_mark.line + 1, f"{name!r} is given twice")
                    seen.add(name)
                    origins[(*path, name)] = text_origin(self._name, key, value)
                    self._walk(value, (*path, name))
            case yaml.SequenceNode():
                for index, item in enumerate(node.value):
                    self._walk(item, (*path, index))
            case yaml.ScalarNode():
                if node.tag == INCLUDED:
                    self._include(node, path)
                node.value = with_pairs_joined(node.value)
                self._check_text(node.value, line)

    def _check_text(self, text: str, line: int) -> None:
        if UNSTORABLE.search(text):
            self._problem(line, "a text must not hold the character NUL or half of a surrogate pair")

    def _include(self, node: yaml.ScalarNode, path: FieldPath) -> None:
        """Replaces a node that names a file by the file's text; only files can."""


class FileReading(Reading):
    """The reading of one file of a folder."""

    def __init__(self, source: Source, file: Path, folder: Path, name: str) -> None:
        super().__init__(source, name)
        self._file = file
        self._folder = folder

    def value(self, path: FieldPath) -> Any:
        """Returns what the file holds, which stands at a path of the source; None if it has problems."""
        if self._file.suffix == ".json":
            return self._read("JSON", lambda: self._json(self._text(), path))
        return self._read("YAML", lambda: self._yaml(self._text(), path))

    def _text(self) -> str:
        return self._file.read_text(encoding="utf-8-sig")

    def _include(self, node: yaml.ScalarNode, path: FieldPath) -> None:
        included = (self._file.parent / node.value).resolve()
        node.tag = STRING
        if not included.is_relative_to(self._folder.resolve()):
            self._source.problem(path, f"{node.value!r} is outside of the folder")
            return
        text = text_of(included)
        if text is None:
            self._source.problem(path, f"the file {node.value!r} cannot be read, or is not UTF-8")
            return
        node.value = text
        self._source.files.add(included)
        line = self._source.origin(path).line
        self._source.origins[path] = Origin(self._name, line, 1, name_in(self._folder, included))


def with_pairs_joined(text: str) -> str:
    """Returns a text in which two escapes of YAML that are one character, as JSON writes it, are that character."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def hint(error: yaml.MarkedYAMLError) -> str:
    """Returns advice on the most frequent mistake in YAML."""
    if error.problem == "mapping values are not allowed here":
        return "; a text that contains ': ' must stand in quotes"
    return ""


def explained(error: json.JSONDecodeError) -> tuple[int, str]:
    """Returns the line and the message of a mistake in JSON; the most frequent one has the same in every Python."""
    comma = error.doc.rfind(",", 0, error.pos + 1)
    trailing = TRAILING_COMMA.match(error.doc, comma) if comma >= 0 else None
    if trailing is not None and trailing.end() > error.pos:
        return error.doc.count("\n", 0, comma) + 1, "this is not JSON: the last item has no comma after it"
    return error.lineno, f"this is not JSON: {error.msg[:1].lower()}{error.msg[1:]}"


def text_of(file: Path) -> str | None:
    """Returns the text of a file, None if it cannot be read."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None


def text_origin(file: str, key: yaml.Node, value: yaml.Node) -> Origin:
    below = isinstance(value, yaml.ScalarNode) and value.style in ("|", ">")
    first = value.start_mark.line + (2 if below else 1)
    return Origin(file, key.start_mark.line + 1, first)
