"""Finds the translations of a folder, as Knock's command line writes them.

translations/<locale>/<locale>.json   translations/<locale>/<namespace>.<locale>.json   or .po
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from addressee.messaging.content.templating.translations import tag_of
from addressee.messaging.definitions.folders import each_once
from addressee.messaging.definitions.reading import text_of
from addressee.messaging.definitions.sources import Origin, Source
from addressee.messaging.workflows.translations.formats import Format
from addressee.messaging.workflows.translations.model import TranslationKey

FOLDER = "translations"
ENDINGS = frozenset(f".{format}" for format in Format)


def translation_sources(folder: Path) -> list[Source]:
    """Reads the translations of a folder. One that two files have is a problem of the second one."""
    return each_once("translation", sources_in(folder))


def document_source(document: str, name: str, key: str) -> Source:
    """Reads a translation that is a document in JSON. Problems call it by a name."""
    source = Source(name, key)
    try:
        source.value = msgspec.json.decode(document)
    except (msgspec.DecodeError, RecursionError):
        source.problem((), "this is not JSON")
    return source


def sources_in(folder: Path) -> Iterator[Source]:
    for file in sorted(folder.glob(f"{FOLDER}/*/*")):
        if file.suffix in ENDINGS and not file.name.startswith("."):
            yield source_of(file, folder)


def source_of(file: Path, folder: Path) -> Source:
    name = file.relative_to(folder).as_posix()
    locale = file.parent.name
    namespace, dot, last = file.stem.rpartition(".")
    source = Source(name, str(TranslationKey(locale, namespace).canonical))
    source.files.add(file.resolve())
    content = text_of(file)
    if tag_of(last) != tag_of(locale) or (dot and not namespace):
        source.problem((), f"the file's name must be {locale}{file.suffix}, or <namespace>.{locale}{file.suffix}")
    elif content is None:
        source.problem((), "this file cannot be read, or is not UTF-8")
    else:
        source.value = {
            "locale_code": locale,
            "namespace": namespace,
            "format": file.suffix.removeprefix("."),
            "content": content,
        }
        source.origins[("content",)] = Origin(name, 1, 1, name)
    return source
