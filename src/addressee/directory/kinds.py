"""The kinds of ways to reach someone, the groups that vendors make of them, and maps of both. Pure.

A map may hold kinds and groups: the finer outranks the coarser, and writing a group clears its members (DESIGN §2).
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
    """`given` laid over `stored`; what is stored of a group's members goes when the group is given."""
    kept = {name: value for name, value in stored.items() if GROUP_OF.get(name) not in given}
    return {**kept, **given}


def name_that_counts(kinds: Mapping[str, Any], kind: str) -> str | None:
    """Under which name a map says something about a kind: the kind itself, else its group."""
    if kind in kinds:
        return kind
    group = GROUP_OF.get(kind)
    return group if group in kinds else None


def reading(kinds: Mapping[str, Any], group: str) -> Any:
    """What a whole group reads as: false when all its members do; None when nothing is said of it as a whole."""
    own = kinds.get(group)
    members = [kinds.get(kind, own) for kind in GROUPS[group]]
    if all(member is False for member in members):
        return False
    return True if own is False else own
