"""Conditions as steps and workflows store them (engine.md §3): all forms of a file are compiled to this tree."""

from __future__ import annotations

from typing import TypeAlias

import msgspec


class Path(msgspec.Struct, frozen=True, tag_field="is", tag="path", forbid_unknown_fields=True):
    """An argument that is looked up when its condition is evaluated, like `data.limit`."""

    path: str


class State(msgspec.Struct, frozen=True, tag_field="is", tag="state", forbid_unknown_fields=True):
    """An argument that is the state of a message, like `seen`: written `$message.seen`."""

    state: str


Item: TypeAlias = Path | State | str | int | float | bool | None
Argument: TypeAlias = Path | State | str | int | float | bool | tuple[Item, ...] | None


class Condition(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A comparison of a variable, a path like `data.plan`, with an argument. A text in an argument is itself.

    One that is `negated` is true where the comparison is not.
    """

    variable: str
    operator: str
    argument: Argument = None
    negated: bool = False


class Conditions(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Groups of conditions: true when all conditions of at least one group are."""

    any_of: tuple[tuple[Condition, ...], ...]

    @property
    def always(self) -> bool:
        """Returns whether they are true whatever the values are."""
        return () in self.any_of

    @property
    def variables(self) -> frozenset[str]:
        """The paths that are looked up, those of arguments included."""
        found = set()
        for condition in self.all:
            found.add(condition.variable)
            items = condition.argument if isinstance(condition.argument, tuple) else (condition.argument,)
            found |= {item.path for item in items if isinstance(item, Path)}
        return frozenset(found)

    @property
    def all(self) -> tuple[Condition, ...]:
        return tuple(condition for group in self.any_of for condition in group)
