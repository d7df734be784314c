"""Kinds of channels, groups of kinds, and maps from either to a setting. Pure.

A kind's own setting in such a map takes precedence over its group's; setting a group clears the settings of its kinds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addressee.directory.recipient import Document

KINDS = (
    "email",
    "sms",
    "whatsapp",
    "in_app",
    "android_push",
    "ios_push",
    "web_push",
    "slack",
    "ms_teams",
    "discord",
    "webhook",
)

GROUPS: Mapping[str, tuple[str, ...]] = {
    "push": ("android_push", "ios_push", "web_push"),
    "chat": ("slack", "ms_teams", "discord", "whatsapp"),
}

GROUP_OF: Mapping[str, str] = {kind: group for group, kinds in GROUPS.items() for kind in kinds}


def merged_kinds(stored: Mapping[str, Any], given: Mapping[str, Any]) -> Document:
    """Returns `stored` updated with `given`; a group that is given clears the stored settings of its kinds."""
    kept = {name: value for name, value in stored.items() if GROUP_OF.get(name) not in given}
    return {**kept, **given}


def effective_name(kinds: Mapping[str, Any], kind: str) -> str | None:
    """Returns the key that decides for a kind: the kind itself, else its group, else None."""
    if kind in kinds:
        return kind
    group = GROUP_OF.get(kind)
    return group if group in kinds else None


def group_setting(kinds: Mapping[str, Any], group: str) -> Any:
    """Returns the setting of a group as a whole: False when all its kinds are; None when it has none."""
    own = kinds.get(group)
    members = [kinds.get(kind, own) for kind in GROUPS[group]]
    if all(member is False for member in members):
        return False
    return True if own is False else own
