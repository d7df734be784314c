"""SuprSend's nodes that wait, collect, and choose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from addressee.converting.drafts import NodeDraft
from addressee.converting.suprsend.names import condition, jq_path
from addressee.converting.values import listed

# Converts the nodes of a list at a path.
Inner = Callable[[Any, tuple[str | int, ...]], list[dict[str, Any]]]


def path_in(node: NodeDraft, value: Any, *path: str | int) -> str | None:
    """Returns the path that an expression of jq means. One that is no plain path is noted, and the node held."""
    found = jq_path(value) if isinstance(value, str) else None
    if found is None:
        node.note(f"the expression {value!r} is no plain path", "name the path of the value", *path, holds=True)
    return found


def delay(node: NodeDraft, properties: dict[str, Any]) -> dict[str, Any]:
    match properties.get("delay_type"):
        case "fixed":
            return node.step(type="delay", settings={"delay_for": properties.get("value")})
        case "dynamic":
            path = path_in(node, properties.get("value"), "value")
            settings = {"delay_until_field_path": path or "data.until", "on_invalid": "halt"}
            return node.step(type="delay", settings=settings)
        case "relative_to":
            settings = relative(node, properties.get("relative_to"), "delay_until_field_path", "delay_for")
            return node.step(type="delay", settings=settings)
    return node.unknown(f"a delay of type {properties.get('delay_type')!r}", "write a delay")


def relative(node: NodeDraft, given: Any, until: str, offset: str) -> dict[str, Any]:
    """Returns the settings of what happens a while before or after a time in the data."""
    given = given if isinstance(given, dict) else {}
    path = path_in(node, given.get("pivot_expr"), "relative_to", "pivot_expr")
    value = given.get("offset_value")
    if given.get("offset_value_type", "fixed") != "fixed":
        node.note(
            f"the offset {value!r} is taken from the data",
            "give a fixed one",
            "relative_to",
            "offset_value",
            holds=True,
        )
        value = "1h"
    sign = "-" if given.get("offset_type") in ("before", "subtract") else ""
    return {until: path or "data.until", offset: f"{sign}{value}", "on_invalid": "halt"}


def retained(properties: dict[str, Any]) -> dict[str, Any]:
    found = {}
    if properties.get("retain_count") is not None:
        found["batch_items_render_limit"] = properties["retain_count"]
    if properties.get("retain_order") == "last":
        found["batch_order"] = "desc"
    return found


def batch(node: NodeDraft, properties: dict[str, Any]) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    if properties.get("batch_key"):
        key = path_in(node, properties["batch_key"], "batch_key")
        settings |= {} if key is None else {"batch_key": key}
    match properties.get("window_type"):
        case "fixed":
            settings["batch_window"] = properties.get("fixed_window")
        case "dynamic":
            path = path_in(node, properties.get("dynamic_window_expr"), "dynamic_window_expr")
            settings |= {"batch_until_field_path": path or "data.until", "on_invalid": "halt"}
        case "relative_to":
            settings |= relative(node, properties.get("relative_to"), "batch_until_field_path", "batch_window")
        case other:
            return node.unknown(f"a batch with the window {other!r}", "write a batch")
    if properties.get("mode") == "flush_leading_item":
        settings["batch_execution_mode"] = "flush_leading"
    return node.step(type="batch", settings={**settings, **retained(properties), "workflow_version_mode": "latest"})


def digest(node: NodeDraft, properties: dict[str, Any]) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    if properties.get("schedule_type") == "dynamic":
        path = path_in(node, properties.get("dynamic_schedule_expr"), "dynamic_schedule_expr")
        settings["schedule_path"] = path or "recipient.digest_schedule"
    else:
        given = properties.get("schedule")
        kept = {
            name: value for name, value in (given if isinstance(given, dict) else {}).items() if value not in (None, "")
        }
        if kept.get("tz_selection") not in (None, "recipient"):
            del kept["tz_selection"]
        if "tz_selection" not in kept:
            kept.setdefault("tz_fixed", "Etc/UTC")
        if "monthdays" in kept:
            kept["monthdays"] = [without_blanks(each) for each in listed(kept["monthdays"])]
        settings["schedule"] = kept
    if properties.get("trigger_min_count"):
        settings["min_count"] = properties["trigger_min_count"]
    return node.step(type="digest", settings={**settings, **retained(properties), "workflow_version_mode": "latest"})


def without_blanks(value: Any) -> Any:
    """Returns an object without fields that say nothing; any other value as it is."""
    if not isinstance(value, dict):
        return value
    return {name: each for name, each in value.items() if each not in (None, "", [])}


def time_window(node: NodeDraft, properties: dict[str, Any]) -> dict[str, Any]:
    windows = [without_blanks(each) for each in listed(properties.get("windows"))]
    for each in windows:
        if isinstance(each, dict) and isinstance(each.get("monthdays"), list):
            each["monthdays"] = [without_blanks(day) for day in each["monthdays"]]
    zone = (
        {"tz_selection": "recipient"}
        if properties.get("tz_selection") == "recipient"
        else {"tz_selection": "fixed", "tz_fixed": properties.get("tz_fixed") or "Etc/UTC"}
    )
    return node.step(type="time_window", settings={"windows": windows, **zone})


def branch(node: NodeDraft, branches: Sequence[Any], inner: Inner) -> dict[str, Any]:
    found = []
    for index, each in enumerate(branches):
        given = each if isinstance(each, dict) else {}
        where = ("branches", index)
        is_default = bool(given.get("is_default"))
        form: dict[str, Any] = {"name": str(given.get("name") or f"branch {index + 1}")}
        if not is_default:
            form["conditions"] = branch_conditions(node, given.get("conditions"), *where, "conditions")
        form["steps"] = inner(given.get("nodes"), (*node.path, *where, "nodes"))
        if given.get("is_terminal"):
            form["terminates"] = True
        found.append(form)
    names = [each["name"] for each in found]
    for index, each in enumerate(found):
        if names.index(each["name"]) < index:
            each["name"] = f"{each['name']} {index + 1}"
    if not found or "conditions" in found[-1]:
        found.append({"name": "otherwise", "steps": []})
    return node.step(type="branch", branches=found)


def branch_conditions(node: NodeDraft, given: Any, *path: str | int) -> dict[str, Any]:
    conditions = given if isinstance(given, list) else []
    if len(conditions) > 1:
        node.note("several conditions: whether all or one must be true is not told", "see that all must be true", *path)
    # One that is always true takes every run, as in SuprSend.
    found = node.conditions(condition(conditions, node.draft.refs), *path)
    return found or {"all": [{"variable": "recipient.id", "operator": "exists"}]}


def wait_until(node: NodeDraft, branches: Sequence[Any], inner: Inner) -> dict[str, Any]:
    """Returns a wait for an event, with what happens when it comes and when its time is over."""
    awaited = next(
        (each for each in enumerate(branches) if isinstance(each[1], dict) and not each[1].get("is_default")), None
    )
    timeout = next(
        (each for each in enumerate(branches) if isinstance(each[1], dict) and each[1].get("is_default")), None
    )
    if awaited is None or timeout is None or len(branches) != 2:
        return node.unknown("a wait without both of its branches", "write a wait_for_event", "branches")
    events = [
        event
        for each in enumerate(listed(awaited[1].get("conditions")))
        if (event := event_of(node, awaited[0], *each))
    ]
    if not events:
        return node.unknown("a wait without an event", "write a wait_for_event", "branches", awaited[0])
    settings = {"events": events, "expires_after": expiry(node, timeout[0], timeout[1])}
    ends = {
        "matched": steps_of(node, *awaited, inner),
        "timeout": steps_of(node, *timeout, inner),
    }
    return node.step(type="wait_for_event", settings=settings, branches=ends)


def steps_of(node: NodeDraft, index: int, given: dict[str, Any], inner: Inner) -> list[dict[str, Any]]:
    steps = inner(given.get("nodes"), (*node.path, "branches", index, "nodes"))
    if not given.get("is_terminal"):
        return steps
    end = node.draft.node(node.path, f"{node.ref}-end-{index + 1}", None)
    return [*steps, end.step(type="branch", branches=[{"name": "end", "terminates": True}])]


def event_of(node: NodeDraft, branch: int, index: int, given: Any) -> dict[str, Any] | None:
    where = ("branches", branch, "conditions", index)
    if not isinstance(given, dict) or given.get("type") != "future_event":
        node.note("a condition that is no event", "write a branch before the wait", *where, holds=True)
        return None
    event: dict[str, Any] = {"event_type": "event", "event_key": str(given.get("event_name"))}
    matched = node.conditions(
        condition(listed(given.get("event_conditions")), node.draft.refs), *where, "event_conditions", events=True
    )
    return event if matched is None else {**event, "match_conditions": matched}


def expiry(node: NodeDraft, index: int, timeout: dict[str, Any]) -> str:
    for place, each in enumerate(listed(timeout.get("conditions"))):
        properties = each.get("delay_properties") if isinstance(each, dict) else None
        if isinstance(properties, dict):
            if properties.get("delay_type") == "fixed" and isinstance(properties.get("value"), str):
                return str(properties["value"])
            where = ("branches", index, "conditions", place)
            node.note("the time of the wait is taken from the data", "give a fixed one", *where, holds=True)
    return "30d"
