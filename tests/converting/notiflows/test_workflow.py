"""Notiflows become workflows that do the same."""

from pathlib import Path
from typing import Any

import pytest

from addressee.converting.inputs import read_inputs
from addressee.converting.model import UnusableError
from addressee.converting.notiflows.workflow import convert as convert_notiflows
from tests.converting.converted import Converted, convert


def notiflow(*steps: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "$schema": "https://notiflows.com/schemas/notiflow.json",
        "__meta": {"version": 3, "status": "published"},
        "name": "Hello",
        "active": True,
        "include_in_preferences": False,
        **fields,
        "steps": [
            {"handle": "trigger", "position": 0, "type": "trigger"},
            *({"position": index + 1, **step} for index, step in enumerate(steps)),
            {"handle": "end", "position": len(steps) + 1, "type": "end"},
        ],
    }


def channel(handle: str, kind: str, **template: Any) -> dict[str, Any]:
    return {"handle": handle, "type": "channel", "channel_type": kind, "template": template}


def function(handle: str, kind: str, **settings: Any) -> dict[str, Any]:
    return {"handle": handle, "type": kind, "settings": settings}


def condition(property: str, operator: str, value: Any = None, value_type: str = "static") -> dict[str, Any]:
    return {"property": property, "operator": operator, "value": value, "value_type": value_type}


FEED = channel("feed", "in_app", content_type="markdown", body="Hello **{{ data.name }}**")


def converted(folder: Path, *steps: dict[str, Any], **files: Any) -> Converted:
    return convert("notiflows", folder, {"hello/notiflow.json": notiflow(*steps), **files})


def test_messages_of_all_types(tmp_path: Path) -> None:
    made = converted(
        tmp_path,
        channel(
            "mail",
            "email",
            content_type="html",
            subject="Hi {{ recipient.first_name }}",
            **{"body@": "steps/mail/body.html"},
        ),
        channel("plain", "email", content_type="plaintext", subject="Hi", body="{{ recipient.custom_fields.plan }}"),
        channel("text", "sms", content_type="plaintext", body="Code {{ code }} for {{ recipient.phone }}"),
        channel(
            "feed",
            "in_app",
            content_type="markdown",
            body="*{{ actor.name }}*",
            action_url="https://x.example/{{ data.code }}",
        ),
        channel(
            "phone", "mobile_push", content_type="plaintext", title="Hi", body="{{ data.code }}", badge_count=3, ttl=60
        ),
        channel(
            "hook",
            "webhook",
            content_type="json",
            url="https://x.example",
            method="PUT",
            headers={"a": "{{ code }}"},
            body='{"n": {{ data.code }}}',
        ),
        **{"hello/steps/mail/body.html": "<p>{{ data.name }}</p>\n"},
    )
    assert made.told == []
    assert made.messages("hello", {"name": "<Ada>", "code": 7}) == [
        ("mail", {"subject": "Hi Ada", "html": "<p>&lt;Ada&gt;</p>\n", "text": "<Ada>"}),
        ("plain", {"subject": "Hi", "text": "pro"}),
        ("text", {"body": "Code 7 for +14155550123"}),
        ("feed", {"body": "<p><em>Bob</em></p>", "action_url": "https://x.example/7"}),
        ("phone", {"title": "Hi", "body": "7", "badge": 3, "time_to_live": 60}),
        ("hook", {"url": "https://x.example", "method": "PUT", "headers": {"a": "7"}, "body": '{"n": 7}'}),
    ]


def test_steps_that_wait_collect_and_hold_back(tmp_path: Path) -> None:
    made = converted(
        tmp_path,
        function("pause", "wait", duration=2, duration_unit="hours"),
        function("once", "throttle", duration=1, duration_unit="days", throttle_key="page_id"),
        function("several", "digest", duration=10, duration_unit="minutes", digest_key="data.thread_id"),
        channel(
            "feed",
            "in_app",
            content_type="markdown",
            body="{{ digest.total_items }}:{% for each in digest.items %} {{ each.data.name }} "
            "to {{ each.recipient.custom_fields.plan }}{% endfor %}",
        ),
    )
    assert made.told == []
    assert [(step["ref"], step["type"], step.get("settings")) for step in made.steps("hello")[:3]] == [
        ("pause", "delay", {"delay_for": "2h"}),
        ("once", "throttle", {"throttle_window": "1d", "throttle_key": "data.page_id"}),
        ("several", "batch", {"batch_window": "10m", "batch_key": "data.thread_id"}),
    ]
    told = made.messages("hello", {"name": "Ada"}, {"name": "Bob"})
    assert told == [("feed", {"body": "<p>2: Ada to pro Bob to pro</p>"})]


def test_branches_and_gates(tmp_path: Path) -> None:
    high = [
        {
            "operator": "or",
            "conditions": [condition("priority", "equal_to", "high"), condition("order.total", "greater_than", "10")],
        }
    ]
    branches = [
        {"handle": "b1", "name": "High", "finish": True, "conditions": high},
        {"handle": "b2", "name": "Other", "finish": False, "conditions": []},
    ]
    made = converted(
        tmp_path,
        {"handle": "choice", "type": "condition", "settings": {"branches": branches}},
        {
            **channel("second", "sms", content_type="plaintext", body="2"),
            "parent_step_handle": "choice",
            "branch_handle": "b1",
            "position": 1,
        },
        {
            **channel("first", "sms", content_type="plaintext", body="1"),
            "parent_step_handle": "choice",
            "branch_handle": "b1",
            "position": 0,
        },
        {
            **FEED,
            "conditions": [
                {
                    "operator": "and",
                    "conditions": [condition("recipient.custom_fields.plan", "equal_to", "data.plan", "ref")],
                }
            ],
        },
    )
    assert made.told == []
    choice, feed = made.steps("hello")
    assert choice["branches"][0]["conditions"] == {
        "any": [
            {"variable": "data.priority", "operator": "equal_to", "argument": "high"},
            {"variable": "data.order.total", "operator": "greater_than", "argument": '"10"'},
        ]
    }
    assert [step["ref"] for step in choice["branches"][0]["steps"]] == ["first", "second"]
    assert choice["branches"][0]["terminates"] is True
    assert feed["conditions"] == {
        "all": [{"variable": "recipient.plan", "operator": "equal_to", "argument": "data.plan"}]
    }
    assert [ref for ref, _ in made.messages("hello", {"order": {"total": 11}})] == ["first", "second"]
    assert [ref for ref, _ in made.messages("hello", {"plan": "pro"})] == ["feed"]
    assert made.messages("hello", {"plan": "free"}) == []


def test_a_page_of_the_management_api(tmp_path: Path) -> None:
    wrapped: dict[str, Any] = {"handle": "feed", "type": "channel", "channel_handle": "main-feed"}
    wrapped["template"] = {"channel_type": "in_app", "data": {"content_type": "markdown", "body": "{{ data.n }}"}}
    page = {
        "items": [
            {"handle": "a", **notiflow(wrapped)},
            {"handle": "b", **notiflow(wrapped, include_in_preferences=True, active=False)},
        ]
    }
    made = convert("notiflows", tmp_path, {"page.json": page})
    assert made.told == []
    assert made.messages("a", {"n": 1}) == [("feed", {"body": "<p>1</p>"})]
    b = made.workflow("b")
    assert (b["active"], b["in_preferences"], b["steps"][0]["channel_key"]) == (False, True, "main-feed")


def test_what_needs_a_hand(tmp_path: Path) -> None:
    made = converted(
        tmp_path,
        {
            **channel(
                "feed", "in_app", content_type="markdown", body="{{ user.name }}", primary_action={"label": "Go"}
            ),
            "provider_settings": {"a": 1},
        },
        channel("mail", "email", content_type="html", subject="Hi", body="{{ name | shout }}"),
        channel("empty", "sms", content_type="plaintext", body=""),
        function("pause", "wait", duration=1, unit="days"),
        {"handle": "call", "type": "channel", "channel_type": "fax"},
    )
    assert made.told == [
        "notiflow.json:23: channel feed: body line 1: user.name: whether this is the recipient or a "
        "value of the data is not told; "
        "write recipient or data (held)",
        "notiflow.json:24: channel feed: primary_action has no equivalent; leave it out",
        "notiflow.json:28: channel feed: provider_settings has no equivalent; leave it out",
        "notiflow.json:40: channel mail: body line 1: this is not Liquid as it is here: unknown filter 'shout'; "
        "write it anew (held)",
        "notiflow.json:48: channel empty: there is no template; write it (held)",
        "notiflow.json:58: wait pause: the duration 1 None; give one like 10m (held)",
        "notiflow.json:62: channel call: there is no type of channel like 'fax'; write what it sends (held)",
    ]
    assert made.messages("hello", {"name": "Ada"}) == []


def test_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"nodes": []}')
    with pytest.raises(UnusableError) as unknown:
        convert_notiflows(read_inputs([tmp_path]))
    assert unknown.value.problems == [f"{tmp_path}/a.json:1: this is no notiflow: it has no list of steps"]
