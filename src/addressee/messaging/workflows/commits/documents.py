"""Documents of definitions that were read from files."""

from __future__ import annotations

from typing import Any

import msgspec

from addressee.messaging.definitions.sources import Source
from addressee.messaging.workflows.commits.model import Document

# What tools write into files for their readers, and nothing reads: the second line is what Knock's API answers besides.
IGNORED = frozenset(
    {
        *("__readonly", "__annotation", "$schema"),
        *("valid", "environment", "sha", "created_at", "updated_at", "deleted_at", "created_by", "updated_by"),
    }
)


def without_ignored(value: Any) -> Any:
    """Returns a definition's value without what tools write for readers."""
    if not isinstance(value, dict):
        return value
    return {name: part for name, part in value.items() if name not in IGNORED}


def document_of(source: Source) -> Document:
    """Returns the document of a source without problems."""
    return Document(msgspec.json.encode(without_ignored(source.value)).decode(), source.texts)
