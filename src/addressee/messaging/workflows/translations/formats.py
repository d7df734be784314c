"""Reads the texts of a translation from JSON or PO, and writes them in either. Pure.

Both become texts by key: keys of nested objects are joined by dots, and a key may end with the form of a plural.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

import yaml

from addressee.messaging.definitions.reading import UNSTORABLE, explained, refuse
from addressee.messaging.workflows.translations.po import PoError, po_of, texts_of_po

# The most characters and texts of one translation, and the most characters of a key.
MAX_LENGTH = 500_000
MAX_TEXTS = 10_000
MAX_KEY = 2_000

# Finds lines. It is the fast one, where there is one.
LineLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Format(StrEnum):
    """The format of a translation."""

    JSON = "json"
    PO = "po"


class ContentProblem(NamedTuple):
    """A problem in what a translation says. Lines count from 1."""

    line: int
    message: str


class ContentError(Exception):
    """The content of a translation cannot be used."""

    def __init__(self, *problems: ContentProblem) -> None:
        super().__init__("; ".join(f"line {line}: {message}" for line, message in problems))
        self.problems = problems


class ReadTexts(NamedTuple):
    """The texts of a translation by key, and the function that returns the line on which a key stands."""

    texts: Mapping[str, str]
    line_of: Callable[[str], int]


def read_texts(content: str, format: Format, tag: str) -> ReadTexts:
    """Returns the texts of a translation, `tag` being that of its locale. Raises ContentError."""
    if len(content) > MAX_LENGTH:
        raise ContentError(ContentProblem(1, f"a translation has at most {MAX_LENGTH:,} characters"))
    read = read_json(content) if format is Format.JSON else read_po(content, tag)
    if len(read.texts) > MAX_TEXTS:
        raise ContentError(ContentProblem(1, f"a translation has at most {MAX_TEXTS:,} texts"))
    problems = [
        ContentProblem(read.line_of(key), fault) for key, text in read.texts.items() for fault in faults(key, text)
    ]
    if problems:
        raise ContentError(*problems)
    return read


def written(texts: Mapping[str, str], format: Format, locale: str) -> str:
    """Returns texts as the content of a translation in a format: each under its whole key."""
    if format is Format.PO:
        return po_of(texts, locale)
    return json.dumps(dict(texts), ensure_ascii=False, indent=2) + "\n"


def faults(key: str, text: str) -> Iterator[str]:
    if not key:
        yield "a key must not be empty"
    if len(key) > MAX_KEY:
        yield f"a key has at most {MAX_KEY:,} characters, those of the objects around it included"
    if UNSTORABLE.search(key) or UNSTORABLE.search(text):
        yield "a text must not hold the character NUL or half of a surrogate pair"


def read_po(content: str, tag: str) -> ReadTexts:
    try:
        found = texts_of_po(content, tag)
    except PoError as error:
        raise ContentError(ContentProblem(error.line, error.message)) from None
    return ReadTexts({key: text for key, (text, _) in found.items()}, lambda key: found[key][1])


class Pairs(tuple[tuple[str, Any], ...]):
    """An object of JSON as it is written: a key may be there twice."""

    __slots__ = ()


def read_json(content: str) -> ReadTexts:
    try:
        value = json.loads(content, object_pairs_hook=Pairs, parse_constant=refuse)
        return collected(value, lambda key: lines_of(content).get(key, 1))
    except json.JSONDecodeError as error:
        raise ContentError(ContentProblem(*explained(error))) from None
    except RecursionError:
        raise ContentError(ContentProblem(1, "this is nested too deeply")) from None
    except ValueError:
        raise ContentError(ContentProblem(1, "this is not JSON")) from None


def collected(value: Any, line_of: Callable[[str], int]) -> ReadTexts:
    """Raises ContentError."""
    if not isinstance(value, Pairs):
        raise ContentError(ContentProblem(1, "this must be an object of texts, and of objects of texts"))
    texts: dict[str, str] = {}
    problems = []
    for key, text in leaves(value, ""):
        if not isinstance(text, str):
            problems.append(ContentProblem(line_of(key), f"{key!r} must be a text, or an object of texts"))
        elif key in texts:
            problems.append(ContentProblem(line_of(key), f"{key!r} is given twice"))
        else:
            texts[key] = text
    if problems:
        raise ContentError(*problems)
    return ReadTexts(texts, line_of)


def leaves(pairs: Pairs, before: str) -> Iterator[tuple[str, Any]]:
    for name, value in pairs:
        if isinstance(value, Pairs):
            yield from leaves(value, f"{before}{name}.")
        else:
            yield before + name, value


@lru_cache(maxsize=1)
def lines_of(content: str) -> Mapping[str, int]:
    """Returns the line of each text of JSON by its key; the last one where a key is given twice.

    None are known of JSON that is no YAML, by halves of characters perhaps.
    """
    try:
        root = yaml.compose(content.replace("\t", " "), Loader=LineLoader)
    except yaml.YAMLError:
        return {}
    return dict(lines_in(root, "")) if isinstance(root, yaml.MappingNode) else {}


def lines_in(node: yaml.MappingNode, before: str) -> Iterator[tuple[str, int]]:
    for name, value in node.value:
        if isinstance(value, yaml.MappingNode):
            yield from lines_in(value, f"{before}{name.value}.")
        else:
            yield f"{before}{name.value}", name.start_mark.line + 1
