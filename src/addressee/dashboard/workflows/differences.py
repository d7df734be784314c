"""Differences between two versions of a workflow, step by step and line by line. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

import msgspec
import yaml
from msgspec import structs

from addressee.conditions.model import Conditions
from addressee.dashboard.condition_words import condition_words
from addressee.dashboard.workflows.words.steps import branch_words
from addressee.messaging.steps.flow.jumps import EndStep, JumpStep
from addressee.messaging.steps.model import Step
from addressee.messaging.steps.waiting.wait import EndWaitStep
from addressee.messaging.workflows.model import Workflow
from addressee.messaging.workflows.outline import Node, outline

# Lines around a change that are shown with it.
CONTEXT = 3

# Of each step.
MAX_LINES = 400
MAX_LINE = 300

# Where a program leads on to: positions say nothing to people, the places of steps do.
POSITIONS = frozenset({"target", "after", "otherwise", "branches", "cohorts"})


class Change(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


class Sign(StrEnum):
    """The sign of a line: it is new, gone, the same, or stands for same ones that are left out."""

    ADDED = "+"
    REMOVED = "-"
    SAME = " "
    OMITTED = "…"


@dataclass(frozen=True, slots=True)
class DiffLine:
    sign: Sign
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """The difference of a step, or of what a workflow says besides its steps: then `ref` is None."""

    ref: str | None
    change: Change
    lines: Sequence[DiffLine]


class Dumper(yaml.SafeDumper):
    """Writes texts of several lines as such."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def write_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


Dumper.add_representer(str, write_text)


def differences(before: Workflow, after: Workflow) -> Sequence[Difference]:
    """Returns what differs: the settings, then the steps in their order, those that are gone where they were."""
    found = []
    settings = (settings_of(before), settings_of(after))
    if settings[0] != settings[1]:
        found.append(Difference(None, Change.CHANGED, diff_lines(*map(text_of, settings))))
    old, new = (dict(placed(outline(each.steps), None)) for each in (before, after))
    moved = moved_among(list(old), list(new))
    for ref in merged_order(list(old), list(new)):
        if ref not in new:
            found.append(Difference(ref, Change.REMOVED, whole(text_of(old[ref]), Sign.REMOVED)))
        elif ref not in old:
            found.append(Difference(ref, Change.ADDED, whole(text_of(new[ref]), Sign.ADDED)))
        elif old[ref] != new[ref]:
            found.append(Difference(ref, Change.CHANGED, diff_lines(text_of(old[ref]), text_of(new[ref]))))
        elif ref in moved:
            found.append(Difference(ref, Change.MOVED, ()))
    return found


def settings_of(workflow: Workflow) -> dict[str, Any]:
    settings: dict[str, Any] = msgspec.to_builtins(structs.replace(workflow, steps=()))
    settings.pop("steps", None)
    return settings


def placed(nodes: Sequence[Node], branch: str | None) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yields the refs of nodes, nested ones too, with what each says and the branch that it is in."""
    for node in nodes:
        yield node.ref, {**({} if branch is None else {"in": branch}), **said_by(node)}
        for each in node.branches:
            yield from placed(each.nodes, f"{node.ref}: {each.name}")


def said_by(node: Node) -> dict[str, Any]:
    branches = [
        {"name": each.name, "when": branch_words(each, node), **({"ends": True} if each.ends else {})}
        for each in node.branches
    ]
    steps = [values_of(step) for step in node.steps if not isinstance(step, JumpStep | EndStep)]
    said = steps[0] if len(steps) == 1 else {"steps": steps}
    return {**said, **({"branches": branches} if branches else {})}


def values_of(step: Step) -> dict[str, Any]:
    """Returns what a step says, with its conditions in words, without where it leads on to."""
    values: dict[str, Any] = msgspec.to_builtins(step)
    values.setdefault("ref", step.ref)
    if isinstance(step, EndWaitStep):
        targets = {"matched": step.matched, "timeout": step.timeout}
        return {"type": values["type"], **{name: "ends" if at is None else "goes on" for name, at in targets.items()}}
    said = {name: value for name, value in values.items() if name not in POSITIONS}
    return {**said, **{name: condition_words(each) for name, each in conditions_in(step)}}


def conditions_in(step: Step) -> Iterator[tuple[str, Conditions]]:
    for name in step.__struct_fields__:
        value = getattr(step, name)
        if isinstance(value, Conditions):
            yield name, value


def text_of(value: Mapping[str, Any]) -> list[str]:
    """Returns a value as lines of YAML, in a form that is the same for the same value."""
    text = yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=MAX_LINE)
    return [line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]}…" for line in text.splitlines()]


def whole(lines: Sequence[str], sign: Sign) -> Sequence[DiffLine]:
    return bounded([DiffLine(sign, line) for line in lines])


def diff_lines(before: Sequence[str], after: Sequence[str]) -> Sequence[DiffLine]:
    """Returns the lines that differ, with some around them."""
    found: list[DiffLine] = []
    end_of_last = 0
    for group in SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(CONTEXT):
        if group[0][1] > end_of_last:
            found.append(DiffLine(Sign.OMITTED, ""))
        for tag, old_start, old_end, new_start, new_end in group:
            if tag == "equal":
                found += [DiffLine(Sign.SAME, line) for line in before[old_start:old_end]]
                continue
            found += [DiffLine(Sign.REMOVED, line) for line in before[old_start:old_end]]
            found += [DiffLine(Sign.ADDED, line) for line in after[new_start:new_end]]
        end_of_last = group[-1][2]
    if end_of_last < len(before):
        found.append(DiffLine(Sign.OMITTED, ""))
    return bounded(found)


def bounded(lines: Sequence[DiffLine]) -> Sequence[DiffLine]:
    return lines if len(lines) <= MAX_LINES else [*lines[:MAX_LINES], DiffLine(Sign.OMITTED, "")]


def moved_among(before: Sequence[str], after: Sequence[str]) -> frozenset[str]:
    """Returns the refs that are in both orders, and not in the same one."""
    shared = set(before) & set(after)
    old, new = [each for each in before if each in shared], [each for each in after if each in shared]
    kept = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return frozenset(shared - {ref for block in kept for ref in old[block.a : block.a + block.size]})


def merged_order(before: Sequence[str], after: Sequence[str]) -> Sequence[str]:
    """Returns the refs of the newer order, with those that are gone after the one that they followed."""
    order = list(after)
    for at, ref in enumerate(before):
        if ref not in order:
            order.insert(order.index(before[at - 1]) + 1 if at else 0, ref)
    return order
