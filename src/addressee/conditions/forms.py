"""Compiles conditions in all forms that people and vendors write to one tree (engine.md §3).

`parse(value, names) -> Conditions` is the way in: for steps, branches, triggers and the events of a wait. It raises
FormError, which holds every problem with the path of what it is about. In files, `Compiler.conditions` calls it and
tells the lines. The forms, which may stand within each other:

- Knock's: `{all: […]}`, `{any: […]}`, `{variable, operator, argument}`; a list is like `all`;
- SuprSend's: `{op: AND | OR, args: [{variable_ns, variable, op, value}]}`, also below `expression_v1`;
- Notiflows': `{operator: and | or, conditions: [{property, operator, value, value_type}]}`;
- short texts: see `texts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from math import prod
from typing import Any

from addressee.conditions import texts
from addressee.conditions.model import Condition, Conditions
from addressee.conditions.names import ALL_NAMES, Names
from addressee.conditions.terms import NO_ARGUMENT, Place, Written, condition, problems, read_argument
from addressee.conditions.vendors import notiflows_condition, suprsend_condition, unknown_names

# In the tree, where `all` around `any` becomes a group for each combination.
MAX_CONDITIONS = 200
MAX_GROUPS = 50
MAX_DEPTH = 10

# Groups of conditions, of which one is to be true.
Groups = tuple[tuple[Condition, ...], ...]

# What is always true: a group without conditions.
ALWAYS: Groups = ((),)

SHORT = 'a text like data.plan == "pro", {variable, operator, argument}, a list, {all: […]} or {any: […]}'


class FormError(ValueError):
    """Conditions that cannot be used. `problems` are all that were found, each with the path of what it is about."""

    def __init__(self, problems: list[tuple[Place, str]]) -> None:
        super().__init__("; ".join(message for _, message in problems))
        self.problems = problems


def parse(value: Any, names: Names = ALL_NAMES) -> Conditions:
    """Compiles conditions in any form. Raises FormError."""
    reader = Reader(names)
    groups = reader.read(value, ())
    if not reader.problems and sum(map(len, groups)) > MAX_CONDITIONS:
        reader.problems.append(((), f"there are more than {MAX_CONDITIONS} conditions in all combinations"))
    if reader.problems:
        raise FormError(reader.problems)
    return Conditions(ALWAYS if () in groups else groups)


def all_of(several: Sequence[Conditions]) -> Conditions | None:
    """Returns conditions that are true when all of these are; None for none."""
    if len(several) < 2:
        return several[0] if several else None
    return Conditions(tuple(combined([each.any_of for each in several])))


def combined(parts: Sequence[Groups]) -> Groups:
    """Returns groups of which one is true when one of each part is."""
    return tuple(tuple(one for group in groups for one in group) for groups in product(*parts))


class Reader:
    """Reads conditions and what is nested in them, and collects their problems."""

    def __init__(self, names: Names) -> None:
        self.problems: list[tuple[Place, str]] = []
        self._names = names

    def read(self, value: Any, place: Place) -> Groups:
        try:
            return self._read(value, place)
        except ValueError as error:
            return self._problem(place, str(error))

    def _read(self, value: Any, place: Place) -> Groups:
        if len(place) > 2 * MAX_DEPTH:
            return self._problem(place, f"groups are nested at most {MAX_DEPTH} deep")
        match value:
            case str():
                groups = texts.read_groups(value, place, self._names)
                return tuple(tuple(one for each in group for one in self._made(each)) for group in groups)
            case list():
                return self._all(value, place)
            case {"all": _} | {"any": _}:
                return self._knock_group(value, place)
            case dict() if not value:
                return ALWAYS
            case {"expression_v1": expression}:
                return self.read(expression, (*place, "expression_v1"))
            case {"op": op, "args": args}:
                return self._group(op, args, (*place, "args"))
            case {"operator": op, "conditions": conditions}:
                return self._group(op, conditions, (*place, "conditions"))
            case {"op": _}:
                self._check_names(value, ("variable_ns", "variable", "op", "value", "ref"), place)
                return (self._made(suprsend_condition(value, place, self._names)),)
            case {"property": _}:
                self._check_names(value, ("property", "operator", "value", "value_type"), place)
                return (self._made(notiflows_condition(value, place)),)
            case {"variable": _} | {"operator": _}:
                return (self._made(self._knock_condition(value, place)),)
        return self._problem(place, f"conditions are {SHORT}")

    def _knock_group(self, value: Mapping[str, Any], place: Place) -> Groups:
        self._check_names(value, ("all", "any"), place)
        parts = []
        if "all" in value:
            parts.append(self._group("and", value["all"], (*place, "all")))
        if "any" in value:
            parts.append(self._group("or", value["any"], (*place, "any")))
        return self._combined(parts, place)

    def _group(self, joiner: Any, members: Any, place: Place) -> Groups:
        if not isinstance(members, list):
            return self._problem(place, "this must be a list")
        match joiner.lower() if isinstance(joiner, str) else joiner:
            case "and":
                return self._all(members, place)
            case "or":
                return tuple(group for each in self._each(members, place) for group in each) or ALWAYS
        return self._problem(place[:-1], f"groups are joined by AND or OR, not by {joiner!r}")

    def _all(self, members: list[Any], place: Place) -> Groups:
        return self._combined(self._each(members, place), place)

    def _each(self, members: list[Any], place: Place) -> list[Groups]:
        return [self.read(member, (*place, index)) for index, member in enumerate(members)]

    def _combined(self, parts: list[Groups], place: Place) -> Groups:
        if prod(map(len, parts)) > MAX_GROUPS:
            return self._problem(place, f"these are more than {MAX_GROUPS} combinations of groups; use fewer any")
        return combined(parts)

    def _knock_condition(self, value: Mapping[str, Any], place: Place) -> Written:
        self._check_names(value, ("variable", "operator", "argument"), place)
        variable, operator = value.get("variable"), value.get("operator")
        if not isinstance(variable, str) or not isinstance(operator, str) or not variable:
            raise ValueError("a condition has a variable, an operator and, for most operators, an argument")
        argument = read_argument(value["argument"], self._names) if "argument" in value else NO_ARGUMENT
        return Written(place, variable, operator, argument)

    def _made(self, written: Written) -> tuple[Condition, ...]:
        found = list(problems(written, self._names))
        self.problems += found
        return () if found else (condition(written, self._names),)

    def _check_names(self, value: Mapping[str, Any], known: tuple[str, ...], place: Place) -> None:
        self.problems += unknown_names(value, known, place)

    def _problem(self, place: Place, message: str) -> Groups:
        self.problems.append((place, message))
        return ALWAYS
