"""Null in files: a field that is null is one that is left out, as in the files that Knock's tools write."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

# The fields of a step that hold fields of its form, or lists of such. Others hold values, whose nulls stay.
PARTS_OF_STEP = frozenset(
    {
        *("settings", "template", "channel_overrides", "event", "events", "branches", "cohort_branches"),
        *("visual_blocks", "buttons", "layout_attrs", "style_attrs", "size_attrs", "action_buttons"),
        *("email", "in_app", "in_app_feed", "sms", "push", "chat", "whatsapp", "http", "webhook"),
    }
)

PARTS_OF_WORKFLOW = frozenset({"settings"})


def without_nulls(value: Mapping[str, Any], parts: Collection[str]) -> dict[str, Any]:
    """Returns a mapping without its fields that are null, and without those of its parts."""
    return {
        name: without_nulls_below(part, parts) if name in parts else part
        for name, part in value.items()
        if part is not None
    }


def without_nulls_below(part: Any, parts: Collection[str]) -> Any:
    if isinstance(part, list):
        return [without_nulls_below(each, parts) for each in part]
    return without_nulls(part, parts) if isinstance(part, dict) else part
