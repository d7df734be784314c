"""Merges preference sets; their form is described in `addressee.preferences.sets`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addressee.directory.documents import Merge, overlay
from addressee.directory.kinds import merged_kinds
from addressee.directory.recipient import Document

QUIET_HOURS = "quiet_hours"

# The maps of a set in which each entry is a scope of its own.
SECTIONS = ("categories", "workflows")


def merged(stored: Mapping[str, Any], given: Mapping[str, Any]) -> Document:
    """Returns `given` merged deeply into `stored`; a given group of kinds clears the stored settings of its kinds.

    Quiet hours are one value.
    """
    laid = merged_scope(stored, given)
    if QUIET_HOURS in given:
        laid[QUIET_HOURS] = given[QUIET_HOURS]
    for section in SECTIONS:
        below, above = stored.get(section), given.get(section)
        if isinstance(below, dict) and isinstance(above, dict):
            laid[section] = {**below, **{key: merged_entry(below.get(key), entry) for key, entry in above.items()}}
    return laid


def merged_entry(stored: Any, given: Any) -> Any:
    """Merges two scopes. A boolean is a complete scope: it replaces an object and is replaced by one."""
    return merged_scope(stored, given) if isinstance(stored, dict) and isinstance(given, dict) else given


def merged_scope(stored: Mapping[str, Any], given: Mapping[str, Any]) -> Document:
    laid = overlay(dict(stored), given, Merge.DEEP)
    below, above = stored.get("kinds"), given.get("kinds")
    if isinstance(below, dict) and isinstance(above, dict):
        laid["kinds"] = merged_kinds(below, above)
    return laid
