"""Annotations by which Knock's command line knows what to write into files (engine.md §12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from addressee.messaging.definitions.extracted_files import Extractable
from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.workflows.folders.extraction import extractable_fields

ANNOTATION = "__annotation"


def annotated(kind: str, value: Any, path: FieldPath = ()) -> Any:
    """Returns a value of a document in which each mapping says which of its fields may stand in files."""
    if isinstance(value, list):
        return [annotated(kind, each, (*path, index)) for index, each in enumerate(value)]
    if not isinstance(value, Mapping):
        return value
    found = {name: annotated(kind, each, (*path, name)) for name, each in value.items()}
    fields = extractable_fields(kind, path, value)
    return {**found, ANNOTATION: annotation(fields)} if fields else found


def annotation(fields: Mapping[str, Extractable], readonly: Sequence[str] = ()) -> dict[str, Any]:
    return {
        "extractable_fields": {
            name: {"default": each.by_default, "file_ext": each.ending} for name, each in fields.items()
        },
        "readonly_fields": list(readonly),
    }
