"""Inlines the files of documents, and annotates which of their fields go into files when clients write them."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from addressee.dialects.management.mapping.files import STRUCTURED
from addressee.messaging.definitions.joined_files import MARK

ANNOTATION = "__annotation"

# Fields that go into files of these kinds by themselves, and (false) those that do only where they have one already.
# They stand in templates, in their settings and in the files of layouts and partials.
EXTRACTABLE: Mapping[str, tuple[bool, str]] = {
    "html_body": (True, "html"),
    "html_layout": (True, "html"),
    "json_body": (True, "json"),
    "markdown_body": (True, "md"),
    "pre_content": (True, "txt"),
    "text_body": (True, "txt"),
    "text_layout": (True, "txt"),
    "visual_blocks": (True, "json"),
    "subject": (False, "txt"),
    "title": (False, "txt"),
}

# The endings of what stands in this field, by the type of the block or the partial.
CONTENT = "content"
CONTENTS: Mapping[str, str] = {"html": "html", "json": "json", "markdown": "md", "text": "txt"}

# The field below which texts are those of templates.
TEMPLATE = "template"


@dataclass(frozen=True, slots=True)
class Inlining:
    """`files` are texts by their paths from the document's folder."""

    files: Mapping[str, str]
    annotate: bool

    def inlined(self, value: Any, folder: str = "", *, in_template: bool = False) -> Any:
        """Returns a value of a file in a folder, with the contents of the files that it names."""
        if isinstance(value, list):
            return [self.inlined(each, folder, in_template=in_template) for each in value]
        if not isinstance(value, Mapping):
            return value
        found: dict[str, Any] = {}
        endings: dict[str, str] = {}
        for name, each in value.items():
            inline = name.removesuffix(MARK)
            path = self._path(each, folder) if inline not in ("", name) else None
            if path is None or inline in value:
                found[name] = self.inlined(each, folder, in_template=in_template or name == TEMPLATE)
            else:
                found[inline] = self._content(inline, path, in_template=in_template or inline == TEMPLATE)
                endings[inline] = posixpath.splitext(path)[1].removeprefix(".") or "txt"
        if self.annotate and (extractable := extractable_fields(found, endings, in_template=in_template)):
            found[ANNOTATION] = {"extractable_fields": extractable, "readonly_fields": []}
        return found

    def _path(self, named: Any, folder: str) -> str | None:
        """Returns the path of a file that is there, from the document's folder."""
        path = posixpath.normpath(posixpath.join(folder, named)) if isinstance(named, str) else None
        return path if path in self.files else None

    def _content(self, name: str, path: str, *, in_template: bool) -> Any:
        text = self.files[path]
        if name not in STRUCTURED or not path.endswith(".json"):
            return text
        return self.inlined(json.loads(text), posixpath.dirname(path), in_template=in_template)


def extractable_fields(
    value: Mapping[str, Any], endings: Mapping[str, str], *, in_template: bool
) -> dict[str, dict[str, Any]]:
    """Returns the settings of fields that go into files, or may: those with the ending of a file do."""
    found = {}
    for name, each in value.items():
        known = known_extraction(name, value) if in_template and isinstance(each, (str, list)) else None
        if name in endings:
            found[name] = {"default": True, "file_ext": endings[name]}
        elif known is not None:
            found[name] = {"default": known[0], "file_ext": known[1]}
    return found


def known_extraction(name: str, value: Mapping[str, Any]) -> tuple[bool, str] | None:
    """Returns whether a field goes into a file by itself, and the file's ending; None: it stays where it is."""
    if name == CONTENT:
        ending = CONTENTS.get(str(value.get("type")))
        return None if ending is None else (True, ending)
    return EXTRACTABLE.get(name)
