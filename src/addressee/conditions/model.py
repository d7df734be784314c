"""Conditions as steps and workflows store them (engine.md §3)."""

from __future__ import annotations

from typing import Any

import msgspec


class Condition(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A comparison of a variable, a path like `data.plan`, with an argument: a value, or a path."""

    variable: str
    operator: str
    argument: Any = None


class Conditions(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Groups of conditions: true when all conditions of at least one group are."""

    any_of: tuple[tuple[Condition, ...], ...]
