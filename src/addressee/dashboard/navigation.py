"""The sections of an environment's pages, as the navigation shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from addressee.dashboard.urls import environment_url
from addressee.operators.model import Role


class Section(NamedTuple):
    """A section: its name, the last segments of its path, and the role from which on it is shown."""

    name: str
    segments: Sequence[str]
    role: Role = Role.VIEWER


class Link(NamedTuple):
    name: str
    path: str
    section: str


# Sections under their headings. Pages say in which section they are by the first segment of its path.
SECTIONS: Sequence[tuple[str, Sequence[Section]]] = (
    ("", (Section("Home", ()),)),
    (
        "Recipients",
        (
            Section("People", ("users",)),
            Section("Objects", ("objects",)),
            Section("Tenants", ("tenants",)),
            Section("Lists", ("lists",)),
            Section("Topics", ("topics",)),
            Section("Audiences", ("audiences",)),
        ),
    ),
    (
        "Messaging",
        (
            Section("Workflows", ("workflows",)),
            Section("Templates", ("templates",)),
            Section("Translations", ("translations",)),
            Section("Runs", ("runs",)),
            Section("Messages", ("messages",)),
        ),
    ),
    (
        "Operations",
        (
            Section("Channels", ("channels",)),
            Section("Channel groups", ("channel-groups",)),
            Section("Suppressions", ("suppressions",)),
            Section("Webhooks", ("webhooks",)),
            Section("Jobs", ("jobs",)),
            Section("Bulk calls", ("bulk",)),
        ),
    ),
    (
        "Environment",
        (
            Section("Keys", ("keys",), Role.ADMIN),
            Section("Settings", ("settings",), Role.ADMIN),
            Section("Operators", ("operators",), Role.ADMIN),
            Section("Activity", ("activity",), Role.ADMIN),
        ),
    ),
)


def navigation(environment: str, role: Role) -> Sequence[tuple[str, Sequence[Link]]]:
    """Returns the links to all sections that a role sees, under their headings."""
    return [
        (
            heading,
            [
                Link(section.name, environment_url(environment, *section.segments), "/".join(section.segments))
                for section in sections
                if role.includes(section.role)
            ],
        )
        for heading, sections in SECTIONS
        if any(role.includes(section.role) for section in sections)
    ]
