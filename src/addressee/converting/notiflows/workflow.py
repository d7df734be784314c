"""Converts notiflows: a flat list of steps, whose branches are told by handles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from addressee.converting.drafts import Draft, NodeDraft, key_of
from addressee.converting.handlebars.names import UnsupportedError
from addressee.converting.inputs import Input, text_beside
from addressee.converting.model import Conversion, UnusableError
from addressee.converting.notiflows.names import condition, path
from addressee.converting.notiflows.templates import KINDS, converted

# Files that come with notiflows, and hold nothing that is converted.
PASSED_OVER = frozenset({"notiflows.json"})

UNITS = {"seconds": "s", "minutes": "m", "hours": "h", "days": "d"}

# What begins and ends each list of steps.
ENDS = ("trigger", "end")

ALWAYS = {"all": [{"variable": "recipient.id", "operator": "exists"}]}

Place = tuple[str | int, ...]


def convert(inputs: Sequence[Input]) -> Conversion:
    """Raises UnusableError."""
    conversion, problems = Conversion(), []
    for each in inputs:
        found = list(notiflows_in(each))
        for where, value in found:
            key, workflow = Notiflow(conversion, each, value, where).converted()
            conversion.workflows[key] = workflow
        if not found and each.path.name not in PASSED_OVER:
            problems.append(f"{each.name}:1: this is no notiflow: it has no list of steps")
    if not conversion.workflows and not problems:
        problems.append(f"{inputs[0].name}:1: there is no notiflow among these files")
    if problems:
        raise UnusableError(problems)
    return conversion


def notiflows_in(given: Input) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Yields the notiflows of a file: one, or those of a page of the API, with their places in it."""
    value = given.value
    items = value.get("items") if isinstance(value, dict) else None
    places: list[tuple[Place, Any]] = [((), value)]
    if isinstance(items, list):
        places = [(("items", index), each) for index, each in enumerate(items)]
    for where, each in places:
        if isinstance(each, dict) and isinstance(each.get("steps"), list):
            yield where, each


class Notiflow:
    """A notiflow that is converted."""

    def __init__(self, conversion: Conversion, given: Input, value: dict[str, Any], where: Place) -> None:
        self._draft = Draft(conversion, given.source, given.name)
        self._given = given
        self._value = value
        self._where = where
        steps = enumerate(value["steps"])
        self._steps = sorted(
            ((index, each) for index, each in steps if isinstance(each, dict) and each.get("type") not in ENDS),
            key=lambda each: number(each[1].get("position")),
        )

    def converted(self) -> tuple[str, dict[str, Any]]:
        value = self._value
        named = self._given.path.parent.name if self._given.path.name == "notiflow.json" else self._given.path.stem
        handle = str(value.get("handle") or named)
        key = key_of(handle)
        workflow: dict[str, Any] = {"name": str(value.get("name") or handle)}
        if value.get("active") is False:
            workflow["active"] = False
        if value.get("include_in_preferences"):
            workflow["in_preferences"] = True
        return key, {**workflow, "steps": self._below(None, None)}

    def _below(self, parent: Any, branch: Any) -> list[dict[str, Any]]:
        """Returns the steps of a branch, or those that are in none."""
        return [
            self._step(index, given)
            for index, given in self._steps
            if given.get("parent_step_handle") == parent and given.get("branch_handle") == branch
        ]

    def _step(self, index: int, given: dict[str, Any]) -> dict[str, Any]:
        kind = str(given.get("type"))
        node = self._draft.node((*self._where, "steps", index), kind, str(given.get("handle") or kind), "settings")
        settings = given.get("settings")
        gate = self._conditions(node, given.get("conditions"), "conditions")
        step = self._made(node, kind, given, settings if isinstance(settings, dict) else {})
        if gate is not None:
            step["conditions"] = gate
        about = {name: str(given[name]) for name in ("name", "description") if given.get(name)}
        return {"ref": step.pop("ref"), **about, **step}

    def _made(self, node: NodeDraft, kind: str, given: dict[str, Any], settings: dict[str, Any]) -> dict[str, Any]:
        match kind:
            case "channel":
                return self._channel(node, given)
            case "wait":
                return node.step(type="delay", settings={"delay_for": duration(node, settings)})
            case "digest":
                keyed = key_in(node, settings, "digest_key", "batch_key")
                return node.step(type="batch", settings={"batch_window": duration(node, settings), **keyed})
            case "throttle":
                keyed = key_in(node, settings, "throttle_key", "throttle_key")
                return node.step(type="throttle", settings={"throttle_window": duration(node, settings), **keyed})
            case "condition":
                return self._condition(node, given.get("handle"), settings)
        return node.unknown(f"there is no step like one of type {kind!r}", "write what it does")

    def _channel(self, node: NodeDraft, given: dict[str, Any]) -> dict[str, Any]:
        template = given.get("template")
        fields: Mapping[str, Any] = template if isinstance(template, dict) else {}
        kind = str(given.get("channel_type") or fields.get("channel_type"))
        where: Place = ("template",)
        if isinstance(fields.get("data"), dict) and "channel_type" in fields:
            fields, where = fields["data"], ("template", "data")
        if kind not in KINDS:
            return node.unknown(f"there is no type of channel like {kind!r}", "write what it sends")
        node.lost(given, ["provider_settings"])
        channel = self._draft.channel(KINDS[kind], given.get("channel_handle"))
        with_files = {**fields, **self._files(node, fields, where)}
        return node.step(type="channel", channel_key=channel, template=converted(node, kind, with_files, *where))

    def _files(self, node: NodeDraft, fields: Mapping[str, Any], where: Place) -> dict[str, str]:
        """Returns the texts of fields that name files, like `body@`."""
        found = {}
        for name in fields:
            if name.endswith("@") and name[:-1] not in fields:
                text = text_beside(self._given.path, str(fields[name]))
                if text is None:
                    node.note(
                        f"the file {fields[name]!r} cannot be read", "give it beside this one", *where, name, holds=True
                    )
                found[name[:-1]] = text or ""
        return found

    def _condition(self, node: NodeDraft, handle: Any, settings: dict[str, Any]) -> dict[str, Any]:
        branches: list[dict[str, Any]] = []
        given = settings.get("branches")
        for index, each in enumerate(given if isinstance(given, list) else ()):
            branch = each if isinstance(each, dict) else {}
            name = str(branch.get("name") or branch.get("handle") or f"branch {index + 1}")
            form: dict[str, Any] = {
                "name": name if all(name != one["name"] for one in branches) else f"{name} {index + 1}"
            }
            conditions = self._conditions(node, branch.get("conditions"), "branches", index, "conditions")
            if conditions is not None:
                form["conditions"] = conditions
            form["steps"] = self._below(handle, branch.get("handle"))
            if branch.get("finish"):
                form["terminates"] = True
            branches.append(form)
        for branch in branches[:-1]:
            branch.setdefault("conditions", ALWAYS)
        if not branches or "conditions" in branches[-1]:
            branches.append({"name": "otherwise", "steps": []})
        return node.step(type="branch", branches=branches)

    def _conditions(self, node: NodeDraft, given: Any, *where: str | int) -> dict[str, Any] | None:
        if not isinstance(given, list) or not given:
            return None
        try:
            return node.conditions(condition(given), *where)
        except UnsupportedError as error:
            node.note(f"a condition: {error.was}", error.todo, *where, holds=True)
            return None


def number(position: Any) -> int:
    return position if isinstance(position, int) else 0


def duration(node: NodeDraft, settings: dict[str, Any]) -> str:
    count, unit = settings.get("duration"), settings.get("duration_unit")
    if not isinstance(count, int) or str(unit) not in UNITS:
        node.note(f"the duration {count!r} {unit!r}", "give one like 10m", "duration", holds=True)
        return "1h"
    return f"{count}{UNITS[str(unit)]}"


def key_in(node: NodeDraft, settings: dict[str, Any], name: str, ours: str) -> dict[str, str]:
    """Returns the setting that counts or collects runs with different values apart."""
    written = settings.get(name)
    if not written:
        return {}
    try:
        found = path(str(written))
    except UnsupportedError as error:
        node.note(f"{name}: {error.was}", error.todo, name, holds=True)
        return {}
    if found is None:
        node.note(f"{name} {written!r} is no path", "name the path of the value", name, holds=True)
        return {}
    return {ours: found}
