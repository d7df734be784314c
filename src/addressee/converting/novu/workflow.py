"""Converts Novu's workflows: lists of steps, each with what it says, `controlValues`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from addressee.converting.drafts import MAX_DESCRIPTION, Draft, NodeDraft, key_of
from addressee.converting.inputs import Input
from addressee.converting.model import Conversion, UnusableError
from addressee.converting.novu.steps import STEPS, Step
from addressee.converting.values import listed

Place = tuple[str | int, ...]


def convert(inputs: Sequence[Input]) -> Conversion:
    """Raises UnusableError."""
    conversion, problems = Conversion(), []
    for each in inputs:
        found = list(workflows_in(each.value, ()))
        for where, value in found:
            key, workflow = Workflow(conversion, each, value, where).converted()
            conversion.workflows[key] = workflow
        if not found:
            problems.append(f"{each.name}:1: there is no workflow with a list of steps here")
    if problems:
        raise UnusableError(problems)
    return conversion


def workflows_in(value: Any, where: Place) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Yields workflows: one, as the API answers it (below `data`), a list of them, or what a bridge discovers."""
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from workflows_in(each, (*where, index))
    elif isinstance(value, dict):
        if isinstance(value.get("steps"), list):
            yield where, value
        else:
            for name in ("data", "workflows", "workflow"):
                yield from workflows_in(value.get(name), (*where, name))


class Workflow:
    """A workflow that is converted."""

    def __init__(self, conversion: Conversion, given: Input, value: dict[str, Any], where: Place) -> None:
        self._draft = Draft(conversion, given.source, given.name)
        self._value = value
        self._where = where
        self._name = given.path.stem
        self._answers: dict[str, str] = {}

    def converted(self) -> tuple[str, dict[str, Any]]:
        value = self._value
        id = str(value.get("workflowId") or self._name)
        key = key_of(id)
        top = NodeDraft(self._draft, self._where, "workflow", key)
        if key != id:
            top.note(f"the id {id!r} is no key here", f"trigger it as {key!r}")
        workflow: dict[str, Any] = {"name": str(value.get("name") or id)}
        if description := str(value.get("description") or "").strip():
            workflow["description"] = description[:MAX_DESCRIPTION]
        if tags := [str(each) for each in listed(value.get("tags")) if each]:
            workflow["tags"] = tags
        if value.get("active") is False:
            workflow["active"] = False
        if value.get("critical"):
            workflow["critical"] = True
            if any(isinstance(each, dict) and each.get("type") in ("digest", "delay") for each in value["steps"]):
                top.note("a critical workflow of Novu passes digests and delays", "take these steps out", "critical")
        if value.get("validatePayload") and isinstance(value.get("payloadSchema"), dict):
            workflow["trigger_data_json_schema"] = value["payloadSchema"]
        workflow |= self._preferences(top)
        if str(value.get("severity") or "none").lower() != "none":
            top.note(f"the severity {value['severity']!r} has no equivalent", "leave it out", "severity")
        if value.get("isTranslationEnabled"):
            top.note("translations are not converted", "look its texts up in translations", "isTranslationEnabled")
        steps = [self._step(index, each) for index, each in enumerate(value["steps"]) if isinstance(each, dict)]
        return key, {**workflow, "steps": steps}

    def _preferences(self, top: NodeDraft) -> dict[str, Any]:
        """Returns whether people see the workflow among their preferences; notes what is off unless they choose."""
        given = self._value.get("preferences")
        given = given if isinstance(given, dict) else {}
        where = "user" if isinstance(given.get("user"), dict) else "default" if "default" in given else "workflow"
        chosen = given.get(where)
        if not isinstance(chosen, dict):
            return {}
        general = chosen.get("all")
        general = general if isinstance(general, dict) else {}
        channels = chosen.get("channels")
        named = channels.items() if isinstance(channels, dict) else ()
        off = [name for name, each in named if isinstance(each, dict) and each.get("enabled") is False]
        if general.get("enabled") is False:
            off = ["all channels"]
        if off:
            top.note(
                f"off unless somebody chooses it: {', '.join(off)}", "say so in preferences.yaml", "preferences", where
            )
        return {} if general.get("readOnly") else {"in_preferences": True}

    def _step(self, index: int, given: dict[str, Any]) -> dict[str, Any]:
        kind = str(given.get("type"))
        controls = given.get("controls")
        settings = "controlValues" if isinstance(given.get("controlValues"), dict) else "controls"
        values = given.get("controlValues")
        if not isinstance(values, dict):
            values = controls.get("values") if isinstance(controls, dict) else None
        node = self._draft.node((*self._where, "steps", index), kind, id_of(given, kind), settings)
        step = Step(node, values if isinstance(values, dict) else {}, self._answers)
        if not isinstance(values, dict) or not values:
            node.note("what this step says stands in code", "write it", holds=True)
        conditions = step.conditions()
        make: Callable[[Step], dict[str, Any]] | None = STEPS.get(kind)
        if make is None:
            made = node.unknown(f"there is no step like one of type {kind!r}", "write what it does")
        else:
            made = make(step)
        if conditions is not None:
            made["conditions"] = conditions
        about: Mapping[str, str] = {"name": str(given["name"])} if given.get("name") else {}
        return {"ref": made.pop("ref"), **about, **made}


def id_of(given: Mapping[str, Any], kind: str) -> str:
    return str(given.get("stepId") or given.get("name") or kind)
