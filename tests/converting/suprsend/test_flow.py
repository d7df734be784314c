"""SuprSend's nodes that wait, collect and choose become steps that do the same."""

from pathlib import Path
from typing import Any

import pytest

from tests.converting.converted import convert
from tests.converting.suprsend.files import EMAIL, INBOX, expression, node, template, workflow

SEND = node("send_inbox", "feed", template="hi")


def steps_of(folder: Path, *nodes: dict[str, Any]) -> Any:
    converted = convert("suprsend", folder, {"workflow/hello.json": workflow(*nodes), **INBOX, **EMAIL})
    assert converted.told == []
    return converted.steps("hello")


@pytest.mark.parametrize(
    ("given", "settings"),
    [
        ({"delay_type": "fixed", "value": "1d2h30m"}, {"delay_for": "1d2h30m"}),
        (
            {"delay_type": "dynamic", "value": ".appointment.time"},
            {"delay_until_field_path": "data.appointment.time", "on_invalid": "halt"},
        ),
        (
            {"delay_type": "dynamic", "value": '."$recipient".interval'},
            {"delay_until_field_path": "recipient.interval", "on_invalid": "halt"},
        ),
        (
            {
                "delay_type": "relative_to",
                "relative_to": {
                    "pivot_expr": ".starts_at",
                    "offset_type": "before",
                    "offset_value_type": "fixed",
                    "offset_value": "30m",
                },
            },
            {"delay_until_field_path": "data.starts_at", "delay_for": "-30m", "on_invalid": "halt"},
        ),
    ],
)
def test_delays(tmp_path: Path, given: dict[str, Any], settings: dict[str, Any]) -> None:
    first, _ = steps_of(tmp_path, node("delay", "pause", **given), SEND)
    assert first == {"ref": "pause", "type": "delay", "settings": settings}


@pytest.mark.parametrize(
    ("given", "settings"),
    [
        (
            {"mode": "accumulate_all", "window_type": "fixed", "fixed_window": "1h", "batch_key": ".page.id"},
            {"batch_key": "data.page.id", "batch_window": "1h"},
        ),
        (
            {
                "mode": "flush_leading_item",
                "window_type": "dynamic",
                "dynamic_window_expr": ".every",
                "retain_count": 20,
                "retain_order": "last",
            },
            {
                "batch_until_field_path": "data.every",
                "on_invalid": "halt",
                "batch_execution_mode": "flush_leading",
                "batch_items_render_limit": 20,
                "batch_order": "desc",
            },
        ),
    ],
)
def test_batches(tmp_path: Path, given: dict[str, Any], settings: dict[str, Any]) -> None:
    first, _ = steps_of(tmp_path, node("batch", "several", **given), SEND)
    assert first == {"ref": "several", "type": "batch", "settings": {**settings, "workflow_version_mode": "latest"}}


def test_digests(tmp_path: Path) -> None:
    schedule = {
        "frequency": "monthly",
        "monthdays": [{"pos": 1, "day": ""}],
        "time": "09:00",
        "tz_selection": "recipient",
    }
    fixed, chosen, _ = steps_of(
        tmp_path,
        node("digest", "a", schedule_type="static", schedule=schedule, trigger_min_count=3),
        node("digest", "b", schedule_type="dynamic", dynamic_schedule_expr='."$recipient".schedule'),
        SEND,
    )
    assert fixed["settings"] == {
        "schedule": {"frequency": "monthly", "monthdays": [{"pos": 1}], "time": "09:00", "tz_selection": "recipient"},
        "min_count": 3,
        "workflow_version_mode": "latest",
    }
    assert chosen["settings"] == {"schedule_path": "recipient.schedule", "workflow_version_mode": "latest"}


def test_time_windows(tmp_path: Path) -> None:
    windows = [{"frequency": "weekly_mo2fr", "stime": "09:00", "etime": "17:00", "weekdays": [], "monthdays": []}]
    here, there, _ = steps_of(
        tmp_path,
        node("timewindow", "a", windows=windows, tz_selection="recipient"),
        node("timewindow", "b", windows=windows, tz_selection=None, tz_fixed="Europe/Berlin"),
        SEND,
    )
    open = [{"frequency": "weekly_mo2fr", "stime": "09:00", "etime": "17:00"}]
    assert here["settings"] == {"windows": open, "tz_selection": "recipient"}
    assert there["settings"] == {"windows": open, "tz_selection": "fixed", "tz_fixed": "Europe/Berlin"}


def test_branches(tmp_path: Path) -> None:
    paying = {"variable_ns": "$recipient", "variable": "plan", "op": "==", "value": "pro"}
    local = {"variable_ns": "$brand", "variable": "properties.city", "op": "==", "value": "Paris"}
    unseen = {
        "variable_ns": "$ref",
        "variable": "message_status",
        "ref": "feed",
        "op": "IS_NOT",
        "value": "$message.seen",
    }
    _first, choice = steps_of(
        tmp_path,
        SEND,
        {
            "node_type": "branch",
            "ref": "choice",
            "properties": {},
            "branches": [
                {
                    "name": "Paying",
                    "is_default": False,
                    "is_terminal": True,
                    "conditions": expression(paying, local, unseen),
                    "nodes": [node("send_email", "mail", template="hi")],
                },
                {"name": "Others", "is_default": True, "conditions": expression(), "nodes": []},
            ],
        },
    )
    assert choice["branches"] == [
        {
            "name": "Paying",
            "conditions": {
                "all": [
                    {"variable": "recipient.plan", "operator": "equal_to", "argument": "pro"},
                    {"variable": "tenant.city", "operator": "equal_to", "argument": "Paris"},
                    {
                        "variable": "refs.feed.engagement_status",
                        "operator": "not_intersects",
                        "argument": ["$message.seen", "$message.read", "$message.interacted", "$message.link_clicked"],
                    },
                ]
            },
            "steps": [
                {
                    "ref": "mail",
                    "type": "channel",
                    "channel_key": "email",
                    "template": {
                        "subject": "Hello {{ data.name }}",
                        "text": "Hi {{ data.name }}",
                        "html@": "mail/html.html",
                    },
                }
            ],
            "terminates": True,
        },
        {"name": "Others", "steps": []},
    ]


def wait(**timeout: Any) -> dict[str, Any]:
    same = {"variable_ns": "$future_event", "variable": "order", "op": "==", "value": "order"}
    return {
        "node_type": "branch_waituntil",
        "ref": "paid",
        "properties": {},
        "branches": [
            {
                "name": "Paid",
                "is_default": False,
                "is_terminal": True,
                "conditions": [{"type": "future_event", "event_name": "paid", "event_conditions": expression(same)}],
                "nodes": [],
            },
            {
                "name": "Late",
                "is_default": True,
                "conditions": [{"type": "delay", "delay_properties": timeout}],
                "nodes": [SEND],
            },
        ],
    }


def test_waits_for_events(tmp_path: Path) -> None:
    converted = convert(
        "suprsend",
        tmp_path,
        {
            "workflow/hello.json": workflow(
                wait(delay_type="fixed", value="2d"), node("send_email", "mail", template="hi")
            ),
            **INBOX,
            **EMAIL,
        },
    )
    assert converted.told == []
    (first, _) = converted.steps("hello")
    assert first["settings"] == {
        "events": [
            {
                "event_type": "event",
                "event_key": "paid",
                "match_conditions": {"all": [{"variable": "event.order", "operator": "equal_to", "argument": "order"}]},
            }
        ],
        "expires_after": "2d",
    }
    told = converted.messages("hello", {"name": "Ada"})
    assert [ref for ref, _ in told] == ["feed", "mail"]
    assert converted.messages("hello", {"name": "Ada"}, events=["paid"]) == []


def test_what_is_taken_from_the_data_in_other_ways_is_held(tmp_path: Path) -> None:
    converted = convert(
        "suprsend",
        tmp_path,
        {
            "workflow/hello.json": workflow(
                node("delay", "pause", delay_type="dynamic", value=".a // .b"),
                wait(delay_type="dynamic", value=".c"),
                node("send_telegram", "new"),
            ),
            **INBOX,
        },
    )
    assert converted.told == [
        "hello.json:13: delay pause: the expression '.a // .b' is no plain path; name the path of the value (held)",
        "hello.json:53: branch_waituntil paid: the time of the wait is taken from the data; give a fixed one (held)",
        "hello.json:73: send_telegram new: there is no step like a node of type 'send_telegram'; "
        "write what it does (held)",
    ]
    assert [step["if"] for step in converted.steps("hello")] == ["data.converted_by_hand"] * 3
    assert converted.messages("hello", {"name": "Ada"}) == []


def test_a_condition_that_cannot_be_read_is_never_true(tmp_path: Path) -> None:
    branches = [
        {"name": "A", "is_default": False, "conditions": expression({"variable": "x", "op": "~="}), "nodes": [SEND]},
        {"name": "B", "is_default": True, "conditions": [], "nodes": []},
    ]
    given = workflow({"node_type": "branch", "ref": "choice", "properties": {}, "branches": branches})
    converted = convert("suprsend", tmp_path, {"hello.json": given, **INBOX})
    assert converted.told == [
        "hello.json:22: branch choice: a condition: there is no op '~='; there are ==, !=, >, >=, <, <=, EMPTY, "
        "NON_EMPTY, CONTAINS, NOT_CONTAINS, ARRAY_INTERSECTS, NOT_ARRAY_INTERSECTS, DATETIME_EQUALS, DATETIME_LT, "
        "DATETIME_GT, IS, IS_NOT; write it by hand (held)"
    ]
    assert converted.messages("hello", {"name": "Ada"}) == []


def test_a_batch_tells_of_what_it_has_collected(tmp_path: Path) -> None:
    digest = template(
        "list", "inbox", {"body": "{{$batched_events_count}}:{{#each $batched_events}} {{name}}{{/each}}"}
    )
    given = workflow(
        node("batch", mode="accumulate_all", window_type="fixed", fixed_window="1h"),
        node("send_inbox", template="list"),
    )
    converted = convert("suprsend", tmp_path, {"hello.json": given, **digest})
    told = converted.messages("hello", {"name": "Ada"}, {"name": "Bob"})
    assert told == [("inbox", {"body": "<p>2: Ada Bob</p>"})]
