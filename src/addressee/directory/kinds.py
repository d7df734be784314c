"""Kinds of channels, groups of kinds, and maps from either to a setting. Pure.

A kind's own setting in such a map takes precedence over its group's; setting a group clears the settings of its kinds.

The address of a device may be of the group `push` itself, if its provider reaches devices of any kind.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
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


def deciding_name(kinds: Mapping[str, Any], name: str) -> str | None:
    """Returns the key that decides for a channel of a kind or of a group; None when the map says nothing.

    A group is refused when all its kinds are. Where only some of them are, its own setting decides; if that is False,
    that of a kind which is not refused.
    """
    if name not in GROUPS:
        return effective_name(kinds, name)
    own = kinds.get(name)
    members = [kind for kind in GROUPS[name] if kind in kinds]
    if group_setting(kinds, name) is False:
        return name if own is False else members[0]
    if own is False:
        return next(kind for kind in members if kinds[kind] is not False)
    return name if name in kinds else None


def covers(kinds: Collection[str], name: str) -> bool:
    """Returns whether these kinds contain a kind, or all kinds of a group."""
    return all(kind in kinds for kind in kinds_named(name))


def kinds_named(name: str) -> tuple[str, ...]:
    """Returns the kinds of a group, or the kind of this name alone."""
    return GROUPS.get(name, (name,))


def group_setting(kinds: Mapping[str, Any], group: str) -> Any:
    """Returns the setting of a group as a whole: False when all its kinds are; None when it has none."""
    own = kinds.get(group)
    members = [kinds.get(kind, own) for kind in GROUPS[group]]
    if all(member is False for member in members):
        return False
    return True if own is False else own
