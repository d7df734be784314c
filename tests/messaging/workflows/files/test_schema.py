"""The published schema of workflows' files: it takes what `push` takes, and `push` refuses what it refuses."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from addressee.messaging.definitions.reading import read
from addressee.messaging.workflows.available import Available
from addressee.messaging.workflows.configuration import ConfigurationError, read_configuration
from addressee.messaging.workflows.files.schema import workflow_schema
from tests.messaging.office import write_files
from tests.messaging.steps.channels.test_channel_files import CHANNELS

ROOT = Path(__file__).parents[4]
SCHEMA = Draft202012Validator(workflow_schema())

MANY: dict[str, Any] = {
    "$schema": "https://example.com/schemas/workflow.json",
    "name": "Everything",
    "description": "What files may say",
    "settings": {"is_commercial": True},
    "trigger_data_json_schema": {"type": "object"},
    "steps": [
        {"ref": "feed", "type": "channel", "channel_key": "feed", "template": {"markdown_body": "x"}},
        {"ref": "wait", "delay": {"minutes": 5}},
        {
            "ref": "mail",
            "email": {"subject": "x", "html_body": "x", "settings": {"pre_content": "y"}},
            "channel_overrides": {"json_overrides": {"tag": "z"}},
        },
        {"ref": "chat", "channel": "slack", "template": {"json_body": {"blocks": [{"type": "divider"}]}}},
        {"ref": "hook", "http": {"url": "https://a.example", "headers": [{"key": "a", "value": "b"}]}},
        {
            "ref": "once",
            "type": "throttle",
            "settings": {"throttle_window": {"hours": 1}, "throttle_limit": 3, "throttle_key": "data.id"},
        },
        {
            "ref": "page",
            "type": "batch",
            "settings": {
                "batch_key": "data.page",
                "batch_window": {"unit": "minutes", "value": 5},
                "batch_items_render_limit": 5,
            },
        },
        {
            "ref": "by_plan",
            "type": "branch",
            "branches": [
                {
                    "name": "paying",
                    "if": 'recipient.plan == "pro"',
                    "steps": [{"ref": "thanks", "in_app": {"body": "x"}}],
                },
                {"name": "others", "terminates": True},
            ],
        },
        {
            "ref": "weather",
            "type": "http_fetch",
            "settings": {"url": "https://a.example", "headers": [{"key": "a", "value": "b"}], "timeout": 3},
        },
        {
            "ref": "weekly",
            "type": "digest",
            "settings": {"schedule": {"frequency": "weekly", "days": ["mon"], "hours": 9}, "min_count": 2},
        },
        {
            "ref": "reach",
            "type": "route",
            "channels": ["feed", "mail"],
            "mode": "all",
            "templates": {"feed": {"body": "x"}, "mail": {"subject": "x", "text_body": "x"}},
        },
        {"ref": "until", "type": "delay", "settings": {"delay_until_field_path": "data.at", "delay_for": "-1d"}},
        {
            "ref": "hours",
            "type": "time_window",
            "settings": {"open": [{"days": "weekdays", "from": "08:00", "until": "20:00"}]},
        },
        {
            "ref": "words",
            "type": "random_cohort",
            "cohort_branches": [
                {"name": "a", "percentage": 50, "steps": [{"ref": "hi", "in_app": {"body": "x"}}]},
                {"name": "b", "percentage": 50},
            ],
        },
        {
            "ref": "capped",
            "channel": "mail",
            "throttle": {"throttle_window": "1d"},
            "send_windows": {"open": [{"days": ["mon"], "from": "08:00", "until": "20:00"}]},
            "template": {"subject": "x", "text": "x"},
        },
        {
            "ref": "following",
            "type": "update_subscription",
            "settings": {"collection": "a", "object_id": "b", "action": "subscribe"},
        },
        {"ref": "other", "type": "trigger_workflow", "settings": {"workflow_key": "b", "data": {"a": 1}}},
        {"ref": "user", "type": "update_user", "settings": {"update_properties": {"plan": "pro"}}},
        {"ref": "list", "type": "update_list", "settings": {"list_id": "a", "action": "add"}},
        {"ref": "beta", "type": "update_audience", "settings": {"audience_key": "beta", "action": "add"}},
        {"ref": "more", "type": "update_data", "settings": {"set": {"a.b": "{{ data.c }}"}}},
        {
            "ref": "seen",
            "type": "wait_for_event",
            "settings": {"event": {"event_type": "message", "event_key": "seen"}, "expires_after": "1h"},
            "branches": {"matched": [{"ref": "fine", "in_app": {"body": "x"}}]},
        },
        {"ref": "sms", "sms": {"body": "x"}, "channel_type": "sms"},
        {"ref": "push", "push": {"title": "x", "body": "x", "data": {"a": "b"}, "time_to_live": 60}},
    ],
}


def workflows_of_the_house() -> list[Path]:
    """All workflows of this repository that are pushed as they stand."""
    found = [*ROOT.glob("**/workflows/*.yaml"), *ROOT.glob("**/workflows/*/workflow.*")]
    others = (".", "node_", "errors")
    return sorted(path for path in found if not any(part.startswith(others) for part in path.parts))


@pytest.mark.parametrize("path", workflows_of_the_house(), ids=lambda path: str(path.relative_to(ROOT)))
def test_it_takes_every_workflow_of_the_house(path: Path) -> None:
    source = read(path, path.parent)
    assert not source.problems
    assert [error.message for error in SCHEMA.iter_errors(source.value)] == []


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(workflow_schema())
    names = workflow_schema()["$defs"]
    referred = {part["$ref"].removeprefix("#/$defs/") for part in mappings(workflow_schema()) if "$ref" in part}
    assert referred <= names.keys()


def mappings(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from mappings(part)


def mutations(value: Any) -> Iterator[Any]:
    """Yields the value with something in it that is missing, misspelt or of another type, once for each."""
    for path in paths(value):
        *above, last = path
        changes: tuple[Any, ...] = ("delete", "rename", 7, "text", None, [], {}, True)
        for change in changes:
            changed = copy.deepcopy(value)
            place = changed
            for name in above:
                place = place[name]
            if change == "delete":
                del place[last]
            elif change != "rename":
                place[last] = change
            elif isinstance(last, str):
                place[f"{last}x"] = place.pop(last)
            yield changed


def paths(value: Any) -> Iterator[tuple[Any, ...]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        yield (name,)
        yield from ((name, *below) for below in paths(part))


def is_pushed(folder: Path, workflow: Any) -> bool:
    files = {"workflows/x/workflow.json": msgspec.json.encode(workflow).decode()}
    try:
        read_configuration(write_files(folder, files), {}, Available(CHANNELS))
    except ConfigurationError:
        return False
    return True


def test_push_refuses_what_it_refuses(tmp_path: Path) -> None:
    only = {**MANY, "steps": []}
    each = [{"steps": [step]} for step in MANY["steps"]]
    for workflow in (MANY, *each):
        assert SCHEMA.is_valid(workflow), next(SCHEMA.iter_errors(workflow))
        assert is_pushed(tmp_path, workflow)
    changed = [mutation for workflow in (only, *each) for mutation in mutations(workflow)]
    refused = [mutation for mutation in changed if not SCHEMA.is_valid(mutation)]
    assert len(refused) > len(changed) / 2
    for mutation in refused:
        assert not is_pushed(tmp_path, mutation), mutation


@pytest.mark.parametrize(
    "template", [{"subject@": "a", "html_body@": "b"}, {"subject": "x", "html@": "b", "text_body@": "c"}]
)
def test_fields_may_be_in_files(template: dict[str, Any]) -> None:
    assert SCHEMA.is_valid({"steps": [{"ref": "a", "channel_key": "b", "template": template}]})
    assert SCHEMA.is_valid({"steps@": "steps.json", "trigger_data_json_schema@": "data.json"})
