"""Inlines the files of documents, and annotates which of their fields go into files when clients write them."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from addressee.dialects.management.mapping.files import STRUCTURED
from addressee.messaging.definitions.extracted_files import Extractable
from addressee.messaging.definitions.joined_files import MARK
from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.workflows.folders.extraction import extractable_fields

ANNOTATION = "__annotation"

# The ending of a file whose name has none.
NO_ENDING = "txt"


@dataclass(frozen=True, slots=True)
class Inlining:
    """Inlines the files of a document of a kind. `files` are texts by their paths from the document's folder."""

    kind: str
    files: Mapping[str, str]
    annotate: bool

    def inlined(self, value: Any, path: FieldPath = (), folder: str = "") -> Any:
        """Returns a value of a file in a folder, with the contents of the files that it names."""
        if isinstance(value, list):
            return [self.inlined(each, (*path, index), folder) for index, each in enumerate(value)]
        if not isinstance(value, Mapping):
            return value
        found: dict[str, Any] = {}
        stored: dict[str, Extractable] = {}
        for name, each in value.items():
            inline = name.removesuffix(MARK)
            file = self._file(each, folder) if inline not in ("", name, *value) else None
            if file is None:
                found[name] = self.inlined(each, (*path, name), folder)
            else:
                found[inline] = self._content(inline, (*path, inline), file)
                stored[inline] = Extractable(posixpath.splitext(file)[1].removeprefix(".") or NO_ENDING)
        if self.annotate and (fields := {**extractable_fields(self.kind, path, found), **stored}):
            found[ANNOTATION] = annotation(fields)
        return found

    def _file(self, named: Any, folder: str) -> str | None:
        """Returns the path of a file that is there, from the document's folder."""
        path = posixpath.normpath(posixpath.join(folder, named)) if isinstance(named, str) else None
        return path if path in self.files else None

    def _content(self, name: str, path: FieldPath, file: str) -> Any:
        text = self.files[file]
        if name not in STRUCTURED or not file.endswith(".json"):
            return text
        return self.inlined(json.loads(text), path, posixpath.dirname(file))


def annotation(fields: Mapping[str, Extractable], readonly: tuple[str, ...] = ()) -> dict[str, Any]:
    """Returns the annotation of a mapping, as Knock's command line reads it."""
    return {
        "extractable_fields": {
            name: {"default": each.by_default, "file_ext": each.ending} for name, each in fields.items()
        },
        "readonly_fields": list(readonly),
    }
