"""Operators and their roles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct


class Role(StrEnum):
    """A set of permissions in an environment. Each role may do what those before it may."""

    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"

    def includes(self, other: Role) -> bool:
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(other)


class Operator(Struct, frozen=True):
    """A person who may use the dashboard, with a role for each environment, by its id.

    `has_totp`: signing in takes a one-time password. `disabled_at` is set for those who may not sign in any more.
    """

    id: UUID
    email: str
    name: str
    roles: Mapping[int, Role]
    has_totp: bool
    created_at: datetime
    disabled_at: datetime | None = None

    def may(self, role: Role, environment_id: int) -> bool:
        """Returns whether the operator may do what a role of an environment may."""
        own = self.roles.get(environment_id)
        return self.disabled_at is None and own is not None and own.includes(role)
