"""Converts SuprSend's workflows: a tree of nodes, with what starts it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from addressee.converting.drafts import MAX_DESCRIPTION, Draft, NodeDraft, key_of
from addressee.converting.inputs import Input
from addressee.converting.model import Conversion
from addressee.converting.suprsend import flow, sends, updates
from addressee.converting.suprsend.files import sorted_out
from addressee.converting.suprsend.names import condition
from addressee.converting.suprsend.sends import Templates
from addressee.converting.values import listed

# What a trigger by an event may replace, for which there is no setting.
OVERRIDES = {
    "override_recipients_user_expr": "let whoever triggers name the recipients",
    "override_recipients_single_object_fields_expr": "let whoever triggers name the object",
    "override_actor_user_expr": "let whoever triggers name the actor",
    "override_tenant_expr": "let whoever triggers name the tenant",
}

# What makes steps of nodes, by their types.
NODES: Mapping[str, Callable[[NodeDraft, dict[str, Any]], dict[str, Any]]] = {
    "delay": flow.delay,
    "batch": flow.batch,
    "digest": flow.digest,
    "timewindow": flow.time_window,
    "transform": updates.transform,
    "invokeworkflow": updates.invoke,
    "userupdate": updates.update_user,
}
BRANCHES: Mapping[str, Callable[[NodeDraft, Sequence[Any], flow.Inner], dict[str, Any]]] = {
    "branch": flow.branch,
    "branch_waituntil": flow.wait_until,
}
# Those whose names say a part of what they do.
NAMED: Mapping[str, Callable[[NodeDraft, str, dict[str, Any]], dict[str, Any]]] = {
    "httpapi_fetch": updates.request,
    "httpapi_webhook": updates.request,
    "subscriberlistoperation_adduser": updates.update_list,
    "subscriberlistoperation_removeuser": updates.update_list,
    "objectoperation_addsubscription": updates.update_subscription,
    "objectoperation_removesubscription": updates.update_subscription,
}


def convert(inputs: Sequence[Input]) -> Conversion:
    """Raises UnusableError."""
    files = sorted_out(inputs)
    conversion = Conversion()
    for each in files.workflows:
        key, workflow = Workflow(conversion, each, files.templates).converted()
        conversion.workflows[key] = workflow
    return conversion


class Workflow:
    """A workflow that is converted."""

    def __init__(self, conversion: Conversion, given: Input, templates: Templates) -> None:
        self._draft = Draft(conversion, given.source, given.name)
        self._value: dict[str, Any] = given.value
        self._name = given.path.stem
        self._templates = templates

    def converted(self) -> tuple[str, dict[str, Any]]:
        value, draft = self._value, self._draft
        slug = str(value.get("slug") or self._name)
        key = key_of(slug)
        top = NodeDraft(draft, (), "workflow", key)
        if key != slug:
            top.note(f"the slug {slug!r} is no key here", f"trigger it as {key!r}")
        workflow: dict[str, Any] = {"name": str(value.get("name") or slug)}
        if description := str(value.get("description") or "").strip():
            workflow["description"] = description[:MAX_DESCRIPTION]
        if value.get("category"):
            workflow["categories"] = [str(value["category"])]
        if tags := [str(each) for each in listed(value.get("tags")) if each]:
            workflow["tags"] = tags
        if value.get("is_enabled") is False:
            workflow["active"] = False
        if events := [str(each) for each in listed(value.get("trigger_events")) if each]:
            workflow["events"] = events
        if value.get("conditions"):
            found = top.conditions(condition(value["conditions"], {}), "conditions")
            workflow |= {} if found is None else {"conditions": found}
        if isinstance(value.get("ratelimit"), dict):
            workflow["ratelimit"] = {name: value["ratelimit"].get(name) for name in ("count", "window")}
        for name, todo in OVERRIDES.items():
            top.lost(value, [name], todo=todo)
        return key, {**workflow, "steps": self._nodes(value["tree"].get("nodes"), ("tree", "nodes"))}

    def _nodes(self, nodes: Any, path: tuple[str | int, ...]) -> list[dict[str, Any]]:
        found = []
        for index, given in enumerate(nodes if isinstance(nodes, list) else ()):
            if isinstance(given, dict):
                found.append(self._node(given, (*path, index)))
        return found

    def _node(self, given: dict[str, Any], path: tuple[str | int, ...]) -> dict[str, Any]:
        kind = str(given.get("node_type"))
        ref = given.get("ref") or kind.removeprefix("send_").removeprefix("httpapi_")
        node = self._draft.node(path, kind, str(ref), "properties")
        properties = given.get("properties")
        step = self._step(node, kind, properties if isinstance(properties, dict) else {}, given.get("branches"))
        about = {name: str(given[name]) for name in ("name", "description") if given.get(name)}
        return {"ref": step.pop("ref"), **about, **step}

    def _step(self, node: NodeDraft, kind: str, properties: dict[str, Any], branches: Any) -> dict[str, Any]:
        if kind in NODES:
            return NODES[kind](node, properties)
        if kind in BRANCHES:
            return BRANCHES[kind](node, branches if isinstance(branches, list) else [], self._nodes)
        if kind in NAMED:
            return NAMED[kind](node, kind, properties)
        if kind in sends.SINGLE or kind in ("send_multi_channel", "send_smart_channel_routing"):
            return sends.send(node, kind, properties, self._templates)
        return node.unknown(f"there is no step like a node of type {kind!r}", "write what it does")
