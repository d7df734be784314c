"""Novu's names for values, and ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from addressee.converting.handlebars.names import UnsupportedError
from addressee.converting.liquid_names import dotted, loop_variables

ATTRIBUTES = {
    "subscriberId": "id",
    "firstName": "first_name",
    "lastName": "last_name",
    "phone": "phone_number",
    "email": "email",
    "avatar": "avatar",
    "locale": "locale",
    "timezone": "timezone",
}

WORKFLOW = {"workflowId": "key", "name": "name"}

# What a step that has collected events tells of them.
OF_EVENTS = {"events": "activities", "eventCount": "total_activities"}


def ours(names: Sequence[str], answers: Mapping[str, str]) -> Sequence[str]:
    """Returns the names that a value has here. Raises UnsupportedError.

    `answers` are the keys of the data that hold what steps were answered, by the ids of the steps.
    """
    match names:
        case ["payload", *rest]:
            return ["data", *rest]
        case ["subscriber", "data", *rest]:
            return ["recipient", *rest]
        case ["subscriber", name, *rest] if name in ATTRIBUTES:
            return ["recipient", ATTRIBUTES[name], *rest]
        case ["subscriber"]:
            return ["recipient"]
        case ["subscriber", name, *_]:
            raise UnsupportedError(f"{name} of a subscriber is not known here", "keep it as a property of the user")
        case ["workflow", name] if name in WORKFLOW:
            return ["workflow", WORKFLOW[name]]
        case ["steps", _, name] if name in OF_EVENTS:
            return [OF_EVENTS[name]]
        case ["steps", _, "events", "length"]:
            return ["total_activities"]
        case ["steps", id, *rest] if id in answers and rest:
            return ["data", answers[id], *rest]
        case ["steps", _, "countSummary" | "sentenceSummary" as name]:
            raise UnsupportedError(f"{name} is a text that Novu makes", "write it with total_activities and activities")
        case ["forloop", *_]:
            return names
    raise UnsupportedError("this is not known here", "name another value")


def rename_in(source: str, answers: Mapping[str, str]) -> Callable[[Sequence[str], bool], Sequence[str]]:
    """Returns what renames the values that a template reads: those of collected events, too."""
    events = loop_variables(source, r"steps\.[\w-]+\.events")

    def rename(names: Sequence[str], is_local: bool) -> Sequence[str]:
        if not is_local:
            return ours(names, answers)
        match names:
            case [variable, "payload", *rest] if variable in events:
                return [variable, "data", *rest]
            case [variable, "time", *rest] if variable in events:
                return [variable, "inserted_at", *rest]
        return names

    return rename


def path(written: str, answers: Mapping[str, str]) -> str | None:
    """Returns the path of a value; a bare name is one of the payload. Raises UnsupportedError."""
    text = written.strip().removeprefix("{{").removesuffix("}}").strip()
    names = text.split(".")
    known = names[0] in ("payload", "subscriber", "workflow", "steps")
    return dotted(ours(names if known else ["payload", *names], answers))
