"""Novu's workflows become workflows that do the same."""

from pathlib import Path
from typing import Any

import pytest

from addressee.converting.inputs import read_inputs
from addressee.converting.model import UnusableError
from addressee.converting.novu.workflow import convert as convert_novu
from tests.converting.converted import Converted, convert


def workflow(*steps: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "workflowId": "hello",
        "name": "Hello",
        "active": True,
        "origin": "novu-cloud",
        "steps": list(steps),
    } | fields


def step(id: str, kind: str, **values: Any) -> dict[str, Any]:
    return {"stepId": id, "name": id.title(), "type": kind, "controlValues": values}


FEED = step("feed", "in_app", body="Hello **{{payload.name}}**")


def converted(folder: Path, *steps: dict[str, Any], **fields: Any) -> Converted:
    return convert("novu", folder, {"hello.json": {"data": workflow(*steps, **fields)}})


def test_messages_of_all_types(tmp_path: Path) -> None:
    made = converted(
        tmp_path,
        step(
            "feed",
            "in_app",
            subject="New",
            body="Hi {{subscriber.firstName}}",
            redirect={"url": "https://x.example/{{payload.id}}", "target": "_self"},
        ),
        step(
            "mail",
            "email",
            subject="For {{subscriber.data.plan}}",
            body="<p>{{payload.name}}</p>",
            editorType="html",
            layoutId=None,
        ),
        step("text", "sms", body="{{subscriber.phone}} {{subscriber.subscriberId}}"),
        step("phone", "push", subject="{{workflow.name}}", body="{{payload.items[0].name | upcase}}"),
        step("room", "chat", body="{% if payload.id > 5 %}many{% endif %}"),
    )
    assert made.told == []
    assert made.messages("hello", {"name": "<Ada>", "id": 7, "items": [{"name": "a"}]}) == [
        (
            "feed",
            {"body": "<p><strong>New</strong></p>\n<p>Hi Ada</p>", "action_url": "https://x.example/7"},
        ),
        ("mail", {"subject": "For pro", "html": "<p>&lt;Ada&gt;</p>", "text": "<Ada>"}),
        ("text", {"body": "+14155550123 ada"}),
        ("phone", {"title": "Hello", "body": "A"}),
        ("room", {"text": "many"}),
    ]


def test_what_a_workflow_says_of_itself(tmp_path: Path) -> None:
    schema = {"type": "object", "required": ["name"]}
    made = converted(
        tmp_path,
        FEED,
        description="Said to those who are new",
        tags=["growth"],
        active=False,
        critical=True,
        validatePayload=True,
        payloadSchema=schema,
        preferences={"user": {"all": {"enabled": True, "readOnly": False}, "channels": {"sms": {"enabled": True}}}},
    )
    assert made.told == []
    file = made.workflow("hello")
    del file["steps"]
    assert file == {
        "name": "Hello",
        "description": "Said to those who are new",
        "tags": ["growth"],
        "active": False,
        "critical": True,
        "trigger_data_json_schema": schema,
        "in_preferences": True,
    }


@pytest.mark.parametrize(
    ("given", "type", "settings"),
    [
        (step("it", "delay", type="regular", amount=3, unit="days"), "delay", {"delay_for": "3d"}),
        (step("it", "delay", type="timed", cron="0 9 * * 1"), "delay", {"until": "0 9 * * 1"}),
        (
            step("it", "delay", type="dynamic", dynamicKey="payload.at"),
            "delay",
            {"delay_until_field_path": "data.at", "on_invalid": "halt"},
        ),
        (
            step("it", "digest", type="regular", amount=5, unit="minutes", digestKey="{{payload.post.id}}"),
            "batch",
            {"batch_window": "5m", "batch_key": "data.post.id"},
        ),
        (step("it", "digest", type="timed", cron="0 9 * * *"), "digest", {"schedule": "0 9 * * *"}),
        (
            step("it", "throttle", type="fixed", amount=1, unit="hours", threshold=2, throttleKey="payload.machine"),
            "throttle",
            {"throttle_limit": 2, "throttle_window": "1h", "throttle_key": "data.machine"},
        ),
        (
            step("it", "throttle", type="dynamic", dynamicKey="payload.until"),
            "throttle",
            {"throttle_limit": 1, "throttle_window_field_path": "data.until"},
        ),
    ],
)
def test_steps_that_wait_collect_and_hold_back(
    tmp_path: Path, given: dict[str, Any], type: str, settings: dict[str, Any]
) -> None:
    made = converted(tmp_path, given, FEED)
    assert made.told == []
    assert made.steps("hello")[0] == {"ref": "it", "name": "It", "type": type, "settings": settings}


def test_a_digest_tells_of_its_events(tmp_path: Path) -> None:
    body = "{{steps.several.eventCount}}:{% for event in steps.several.events %} {{event.payload.name}}{% endfor %}"
    made = converted(tmp_path, step("several", "digest", amount=1, unit="hours"), step("feed", "in_app", body=body))
    assert made.told == []
    assert made.messages("hello", {"name": "Ada"}, {"name": "Bob"}) == [("feed", {"body": "<p>2: Ada Bob</p>"})]


def test_what_a_request_was_answered(tmp_path: Path) -> None:
    ask = step(
        "fetch-user",
        "http_request",
        method="POST",
        url="https://api.example.com/{{subscriber.subscriberId}}",
        headers=[{"key": "Accept", "value": "application/json"}],
        body=[{"key": "plan", "value": "{{payload.plan}}"}],
        continueOnFailure=True,
    )
    rule = {"==": [{"var": "steps.fetch-user.role"}, "admin"]}
    made = converted(tmp_path, ask, step("feed", "in_app", body="Hi {{steps.fetch-user.name}}", skip=rule))
    assert made.told == []
    assert made.steps("hello")[0]["settings"] == {
        "method": "POST",
        "url": "https://api.example.com/{{recipient.id}}",
        "headers": {"Accept": "application/json"},
        "body": {"plan": "{{data.plan}}"},
        "output_key": "fetch_user",
        "on_error": "continue",
    }
    answers = {"fetch-user": {"role": "admin", "name": "Ada"}}
    assert made.messages("hello", {}, answers=answers) == [("feed", {"body": "<p>Hi Ada</p>"})]
    assert made.messages("hello", {}, answers={"fetch-user": {"role": "guest"}}) == []


@pytest.mark.parametrize(
    ("rule", "conditions"),
    [
        (
            {"==": [{"var": "payload.plan"}, "pro"]},
            {"all": [{"variable": "data.plan", "operator": "equal_to", "argument": "pro"}]},
        ),
        (
            {"and": [{">": [{"var": "payload.n"}, 5]}, {"!=": [{"var": "subscriber.email"}, None]}]},
            {
                "all": [
                    {"variable": "data.n", "operator": "greater_than", "argument": 5},
                    {"variable": "recipient.email", "operator": "exists"},
                ]
            },
        ),
        (
            {"!": {"or": [{"==": [{"var": "payload.a"}, {"var": "payload.b"}]}, {"in": ["x", {"var": "payload.c"}]}]}},
            {
                "all": [
                    {"variable": "data.a", "operator": "not_equal_to", "argument": "data.b"},
                    {"variable": "data.c", "operator": "not_contains", "argument": "x"},
                ]
            },
        ),
        (
            {"<=": [1, {"var": "payload.n"}, 5]},
            {
                "all": [
                    {"variable": "data.n", "operator": "greater_than_or_equal_to", "argument": 1},
                    {"variable": "data.n", "operator": "less_than_or_equal_to", "argument": 5},
                ]
            },
        ),
        (
            {"in": [{"var": "payload.n"}, ["a", "b"]]},
            {"all": [{"variable": "data.n", "operator": "in", "argument": ["a", "b"]}]},
        ),
        (
            {"startsWith": [{"var": "subscriber.data.city"}, "5"]},
            {"all": [{"variable": "recipient.city", "operator": "starts_with", "argument": '"5"'}]},
        ),
        (
            {"==": [{"var": "steps.first.seen"}, False]},
            {
                "all": [
                    {
                        "variable": "refs.first.engagement_status",
                        "operator": "not_contains",
                        "argument": "$message.seen",
                    }
                ]
            },
        ),
        (
            {">=": [{"var": "steps.several.eventCount"}, 2]},
            {"all": [{"variable": "run.total_activities", "operator": "greater_than_or_equal_to", "argument": 2}]},
        ),
    ],
)
def test_conditions(tmp_path: Path, rule: dict[str, Any], conditions: dict[str, Any]) -> None:
    made = converted(
        tmp_path,
        step("several", "digest", amount=1, unit="hours"),
        step("first", "in_app", body="1"),
        step("feed", "in_app", body="2", skip=rule),
    )
    assert made.told == []
    assert made.steps("hello")[2]["conditions"] == conditions


def test_what_needs_a_hand(tmp_path: Path) -> None:
    blocks = '{"type": "doc", "content": []}'
    made = converted(
        tmp_path,
        step("several", "digest", amount=1, unit="months", lookBackWindow={"amount": 5, "unit": "minutes"}),
        step("mail", "email", subject="{{steps.several.countSummary}}", body=blocks, editorType="block"),
        step(
            "feed",
            "in_app",
            body="Hi",
            skip={"==": [{"var": "subscriber.isOnline"}, "false"]},
            avatar="https://x.example",
        ),
        {"stepId": "coded", "name": "Coded", "type": "sms", "controls": {"schema": {}}},
        step("odd", "custom", a=1),
        severity="high",
        preferences={"user": {"all": {"enabled": True, "readOnly": True}, "channels": {"sms": {"enabled": False}}}},
    )
    assert made.told == [
        "hello.json:14: digest several: 1 months; a month has 30 days here",
        "hello.json:15: digest several: lookBackWindow: what comes after a silence is told at once; "
        "see batch_execution_mode: flush_leading",
        "hello.json:21: email mail: Novu puts this into a layout; give the whole HTML",
        "hello.json:26: email mail: subject line 1: steps.several.countSummary: countSummary is a text "
        "that Novu makes; "
        "write it with total_activities and activities (held)",
        "hello.json:27: email mail: the body is made of Novu's blocks; write its HTML (held)",
        "hello.json:37: in_app feed: a condition: isOnline of a subscriber is not known here; "
        "keep it as a property of the user (held)",
        "hello.json:45: in_app feed: avatar has no equivalent; leave it out",
        "hello.json:48: sms coded: what this step says stands in code; write it (held)",
        "hello.json:56: custom odd: there is no step like one of type 'custom'; write what it does (held)",
        "hello.json:65: workflow: the severity 'high' has no equivalent; leave it out",
        "hello.json:67: workflow: off unless somebody chooses it: sms; say so in preferences.yaml",
    ]
    assert made.messages("hello", {}) == []
    assert "in_preferences" not in made.workflow("hello")


def test_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"data": {"name": "x"}}')
    with pytest.raises(UnusableError) as unknown:
        convert_novu(read_inputs([tmp_path]))
    assert unknown.value.problems == [f"{tmp_path}/a.json:1: there is no workflow with a list of steps here"]
