"""Novu's steps, by their types."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from addressee.converting.drafts import NodeDraft
from addressee.converting.handlebars.names import UnsupportedError
from addressee.converting.liquid_names import renamed
from addressee.converting.novu.conditions import Rules
from addressee.converting.novu.names import path, rename_in

UNITS = {"seconds": "s", "minutes": "m", "hours": "h", "days": "d", "weeks": "w"}

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

UNWRITTEN = "To be written"


class Step:
    """A step that is converted: its control values, and the answers that steps before it have."""

    def __init__(self, node: NodeDraft, values: Mapping[str, Any], answers: dict[str, str]) -> None:
        self.node = node
        self.values = values
        self.answers = answers

    def text(self, source: Any, *where: str | int) -> str:
        written = str(source or "")
        translation = renamed(written, rename_in(written, self.answers))
        for problem in translation.problems:
            was = f"{'.'.join(map(str, where))} line {problem.line}: {problem.was}"
            self.node.note(was, problem.todo, *where, holds=True)
        return translation.text

    def named(self, name: str) -> str | None:
        return self.text(self.values[name], name) if self.values.get(name) not in (None, "") else None

    def path(self, name: str) -> str | None:
        """Returns the path that a setting names; one that cannot be read is noted, and the step held."""
        written = self.values.get(name)
        if not written:
            return None
        try:
            found = path(str(written), self.answers)
            if found is not None:
                return found
            was, todo = f"{name} {written!r} is no path", "name the path of the value"
        except UnsupportedError as error:
            was, todo = f"{name} {written!r}: {error.was}", error.todo
        self.node.note(was, todo, name, holds=True)
        return None

    def conditions(self) -> dict[str, Any] | None:
        """Returns the conditions of the step. Novu calls them `skip`, and takes the step when they are true."""
        rule = self.values.get("skip")
        if not rule:
            return None
        try:
            read = Rules(self.answers, self.node.draft.refs).read(rule)
        except UnsupportedError as error:
            self.node.note(f"a condition: {error.was}", error.todo, "skip", holds=True)
            return None
        return self.node.conditions(read, "skip")

    def duration(self, given: Any, *where: str | int) -> str:
        fields = given if isinstance(given, dict) else {}
        amount, unit = fields.get("amount"), fields.get("unit")
        if unit == "months" and isinstance(amount, int):
            self.node.note(f"{amount} months", "a month has 30 days here", *where, "unit")
            return f"{amount * 30}d"
        if not isinstance(amount, int) or str(unit) not in UNITS:
            self.node.note(f"the time {amount!r} {unit!r}", "give one like 10m", *where, holds=True)
            return "1h"
        return f"{amount}{UNITS[str(unit)]}"

    def channel(self, kind: str, template: Mapping[str, Any]) -> dict[str, Any]:
        kept = {name: value for name, value in template.items() if value not in (None, "")}
        return self.node.step(type="channel", channel_key=self.node.draft.channel(kind), template=kept)


def in_app(step: Step) -> dict[str, Any]:
    subject, body = step.named("subject"), step.named("body")
    values = dict(step.values)
    step.node.lost(values, ["avatar", "secondaryAction", "data"])
    link = redirect(step, "redirect")
    primary = values.get("primaryAction")
    if isinstance(primary, dict) and primary:
        step.node.note("primaryAction has no equivalent", "items lead to one URL", "primaryAction")
        if link is None:
            link = redirect(step, "primaryAction", "redirect")
    parts = [f"**{subject.strip()}**" if subject and body else subject, body]
    said = "\n\n".join(part for part in parts if part)
    return step.channel("in_app", {"body": said or UNWRITTEN, "action_url": link})


def redirect(step: Step, *where: str) -> str | None:
    value: Any = step.values
    for name in (*where, "url"):
        value = value.get(name) if isinstance(value, dict) else None
    return step.text(value, *where, "url") if value else None


def email(step: Step) -> dict[str, Any]:
    body = step.values.get("body")
    is_blocks = step.values.get("editorType", "block") == "block" and (
        isinstance(body, dict) or looks_like_blocks(body)
    )
    if is_blocks:
        step.node.note("the body is made of Novu's blocks", "write its HTML", "body", holds=True)
    if step.values and step.values.get("layoutId", "") is not None:
        step.node.note("Novu puts this into a layout", "give the whole HTML", "layoutId")
    html = None if is_blocks or not body else step.named("body")
    return step.channel(
        "email",
        {"subject": step.named("subject") or UNWRITTEN, "html": html, "text": None if html else UNWRITTEN},
    )


def looks_like_blocks(body: Any) -> bool:
    """Returns whether a text holds blocks in JSON."""
    if not isinstance(body, str) or not body.lstrip().startswith("{"):
        return False
    try:
        value = json.loads(body)
    except ValueError:
        return False
    return isinstance(value, dict) and value.get("type") == "doc"


def body_alone(kind: str, field: str) -> Callable[[Step], dict[str, Any]]:
    """Returns what makes a step of one that says a text and nothing else."""

    def make(step: Step) -> dict[str, Any]:
        return step.channel(kind, {field: step.named("body") or UNWRITTEN})

    return make


def push(step: Step) -> dict[str, Any]:
    template = {"title": step.named("subject") or UNWRITTEN, "body": step.named("body") or UNWRITTEN}
    return step.channel("android_push", template)


def delay(step: Step) -> dict[str, Any]:
    values = step.values
    step.node.lost(dict(values), ["extendToSchedule"])
    if values.get("dynamicKey") or values.get("type") == "dynamic":
        settings = {"delay_until_field_path": step.path("dynamicKey") or "data.until", "on_invalid": "halt"}
    elif values.get("cron"):
        settings = {"until": str(values["cron"])}
    else:
        settings = {"delay_for": step.duration(values)}
    return step.node.step(type="delay", settings=settings)


def digest(step: Step) -> dict[str, Any]:
    values = step.values
    key = step.path("digestKey")
    keyed = {} if key is None else {"batch_key": key}
    step.node.lost(dict(values), ["extendToSchedule"])
    if values.get("cron"):
        return step.node.step(type="digest", settings={"schedule": str(values["cron"]), **keyed})
    if values.get("lookBackWindow"):
        was = "lookBackWindow: what comes after a silence is told at once"
        step.node.note(was, "see batch_execution_mode: flush_leading", "lookBackWindow")
    return step.node.step(type="batch", settings={"batch_window": step.duration(values), **keyed})


def throttle(step: Step) -> dict[str, Any]:
    values = step.values
    settings: dict[str, Any] = {"throttle_limit": values.get("threshold") or 1}
    if values.get("type") == "dynamic":
        settings["throttle_window_field_path"] = step.path("dynamicKey") or "data.until"
    else:
        settings["throttle_window"] = step.duration(values)
    key = step.path("throttleKey")
    return step.node.step(type="throttle", settings=settings | ({} if key is None else {"throttle_key": key}))


def request(step: Step) -> dict[str, Any]:
    """Returns a step that asks a URL, whose answer later steps find in the data by the name of this one."""
    values = step.values
    method = str(values.get("method") or "POST").upper()
    if method not in METHODS:
        step.node.note(f"the method {method}", f"choose one of {', '.join(METHODS)}", "method", holds=True)
        method = "GET"
    settings: dict[str, Any] = {"method": method, "url": step.named("url") or "https://example.com"}
    if headers := pairs(step, "headers"):
        settings["headers"] = headers
    if isinstance(values.get("body"), str):
        settings["body"] = step.named("body")
    elif body := pairs(step, "body"):
        settings["body"] = body
    step.node.lost(dict(values), ["enforceSchemaValidation"])
    key = step.node.ref.replace("-", "_")
    for id, ref in step.node.draft.refs.items():
        if ref == step.node.ref:
            step.answers[id] = key
    settings |= {"output_key": key, "on_error": "continue" if values.get("continueOnFailure") else "halt"}
    return step.node.step(type="http_fetch", settings=settings)


def pairs(step: Step, name: str) -> dict[str, str]:
    given = step.values.get(name)
    return {
        str(each["key"]): step.text(each.get("value"), name, index, "value")
        for index, each in enumerate(given if isinstance(given, list) else ())
        if isinstance(each, dict) and each.get("key")
    }


STEPS: Mapping[str, Callable[[Step], dict[str, Any]]] = {
    "in_app": in_app,
    "email": email,
    "sms": body_alone("sms", "body"),
    "chat": body_alone("slack", "text"),
    "push": push,
    "delay": delay,
    "digest": digest,
    "throttle": throttle,
    "http_request": request,
    "http": request,
}
