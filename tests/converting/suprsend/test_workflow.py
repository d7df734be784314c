"""What starts SuprSend's workflows, and nodes that ask URLs and write."""

from pathlib import Path
from typing import Any

import pytest

from addressee.converting.inputs import read_inputs
from addressee.converting.model import UnusableError
from addressee.converting.suprsend import jsonnet
from addressee.converting.suprsend.names import jq_path
from addressee.converting.suprsend.workflow import convert as convert_suprsend
from tests.converting.converted import convert
from tests.converting.suprsend.files import INBOX, expression, node, workflow

SEND = node("send_inbox", "feed", template="hi")


def test_what_starts_a_workflow(tmp_path: Path) -> None:
    given = workflow(
        SEND,
        description="For those who are new",
        tags=["growth"],
        trigger_type="event",
        trigger_events=["signed_up"],
        ratelimit={"count": 2, "window": "30d"},
        conditions=expression({"variable": "plan", "op": "!=", "value": "free"}),
        is_enabled=False,
    )
    converted = convert("suprsend", tmp_path, {"hello.json": given, **INBOX})
    assert converted.told == []
    workflow_file = converted.workflow("hello")
    del workflow_file["steps"]
    assert workflow_file == {
        "name": "Hello",
        "description": "For those who are new",
        "categories": ["onboarding"],
        "tags": ["growth"],
        "active": False,
        "events": ["signed_up"],
        "conditions": {"all": [{"variable": "data.plan", "operator": "not_equal_to", "argument": "free"}]},
        "ratelimit": {"count": 2, "window": "30d"},
    }


def test_what_whoever_triggers_must_say(tmp_path: Path) -> None:
    given = workflow(SEND, override_recipients_user_expr=".users", override_tenant_expr=None)
    converted = convert("suprsend", tmp_path, {"hello.json": given, **INBOX})
    assert converted.told == [
        "hello.json:6: workflow: override_recipients_user_expr has no equivalent; "
        "let whoever triggers name the recipients"
    ]


def test_steps_that_ask_and_write(tmp_path: Path) -> None:
    given = workflow(
        node(
            "httpapi_fetch",
            "user",
            http_method="GET",
            url='"https://api.example.com/users/" + data["$recipient"].distinct_id',
            headers=[{"key": "Authorization", "value": '"Bearer " + data.token'}],
            query_params=[{"key": "full", "value": '"yes"'}],
            output_key="user",
        ),
        node(
            "httpapi_webhook",
            "hook",
            http_method="PUT",
            url='"https://example.com/hook"',
            body_content_type="application/json",
            body='{ user: data["$recipient"].distinct_id, "count": 2, list: [data.a, true] }',
        ),
        node(
            "transform",
            "more",
            variables=[
                {"key": "greeting", "value_lang": "handlebars", "value": "Hi {{$recipient.name}}"},
                {"key": "order", "value_lang": "jsonnet", "value": "data.order"},
            ],
        ),
        node("userupdate", "told", user_selection="actor", properties="{ step: data.step, done: true }"),
        node(
            "subscriberlistoperation_adduser",
            "list",
            list_id="{{topic}}-fans",
            is_list_id_dynamic=True,
            user_selection=["actor"],
        ),
        node(
            "objectoperation_addsubscription",
            "team",
            object_type="teams",
            object_id="red",
            user_selection=["recipient"],
            create_object_if_missing=True,
            subscription_properties="{role: data.role}",
        ),
        node(
            "invokeworkflow",
            "escalate",
            workflow="escalation",
            recipient_selection="expression",
            recipient_expression="data.manager",
            actor_selection="recipient",
            append_current_run_data=True,
        ),
        SEND,
    )
    converted = convert("suprsend", tmp_path, {"hello.json": given, **INBOX})
    assert converted.told == []
    steps = {step["ref"]: (step["type"], step.get("settings")) for step in converted.steps("hello")}
    assert steps["user"] == (
        "http_fetch",
        {
            "method": "GET",
            "url": "https://api.example.com/users/{{ recipient.id }}",
            "headers": {"Authorization": "Bearer {{ data.token }}"},
            "query_params": {"full": "yes"},
            "output_key": "user",
        },
    )
    assert steps["hook"] == (
        "webhook",
        {
            "method": "PUT",
            "url": "https://example.com/hook",
            "body": '{"user": {{ recipient.id | json }}, "count": 2, "list": [{{ data.a | json }}, true]}',
            "headers": {"Content-Type": "application/json"},
        },
    )
    assert steps["more"] == (
        "update_data",
        {"data": {"greeting": "Hi {{ recipient.name }}", "order": "{{ data.order }}"}},
    )
    assert steps["told"] == (
        "update_user",
        {"user_selection": "actor", "update_properties": {"step": "{{ data.step }}", "done": True}},
    )
    assert steps["list"] == (
        "update_list",
        {"action": "add", "list_id": "{{ data.topic }}-fans", "user_selection": ["actor"]},
    )
    assert steps["team"] == (
        "update_subscription",
        {
            "action": "subscribe",
            "collection": "teams",
            "object_id": "red",
            "user_selection": ["recipient"],
            "create_object_if_missing": True,
            "properties": {"role": "{{ data.role }}"},
        },
    )
    assert steps["escalate"] == (
        "trigger_workflow",
        {
            "workflow_key": "escalation",
            "recipients": "{{ data.manager }}",
            "actor": "{{ recipient }}",
            "append_current_run_data": True,
        },
    )


def test_scripts_that_decide_are_told_of(tmp_path: Path) -> None:
    given = workflow(node("userupdate", "told", properties="{ n: if data.a then 1 else 2 }"), SEND)
    converted = convert("suprsend", tmp_path, {"hello.json": given, **INBOX})
    assert converted.told == [
        "hello.json:12: userupdate told: the Jsonnet '{ n: if data.a then 1 else 2 }' is not converted: "
        "'if' is not converted; write in Liquid what it makes (held)"
    ]
    assert converted.happened("hello", {"name": "x"}) == [("told", "step_skipped"), (None, "run_completed")]


@pytest.mark.parametrize(
    ("script", "value"),
    [
        ("\"a\" + data.b + 'c' + 5", "a{{ data.b }}c5"),
        ('data["first name"]', '{{ data["first name"] }}'),
        ('"{{ x }}"', '{{ "{{" }} x }}'),
        ('{a: [1, data.x, {"b": null}],}', {"a": [1, "{{ data.x }}", {"b": None}]}),
    ],
)
def test_jsonnet(script: str, value: Any) -> None:
    assert jsonnet.as_value(jsonnet.read(script)) == value


@pytest.mark.parametrize(
    "script", ["data.a + data.b", "std.length(data.a)", "{a: 1", "local x = 1; x", "", "data", "[1"]
)
def test_other_jsonnet(script: str) -> None:
    with pytest.raises(jsonnet.JsonnetError):
        jsonnet.read(script)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (".a.b", "data.a.b"),
        ('."$recipient".plan', "recipient.plan"),
        ('.["$brand"].properties.city', "tenant.city"),
        ("a", None),
        (".a[0]", None),
        (".a | length", None),
        (".", None),
    ],
)
def test_paths_of_jq(text: str, path: str | None) -> None:
    assert jq_path(text) == path


def test_files_that_are_neither(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"steps": []}')
    (tmp_path / "b.json").write_text('{"name": "x",\n}')
    with pytest.raises(UnusableError) as broken:
        convert_suprsend(read_inputs([tmp_path]))
    assert broken.value.problems == [f"{tmp_path}/b.json:1: this is not JSON: the last item has no comma after it"]
    (tmp_path / "b.json").unlink()
    with pytest.raises(UnusableError) as unknown:
        convert_suprsend(read_inputs([tmp_path]))
    assert unknown.value.problems == [
        f"{tmp_path}/a.json:1: this is neither a workflow with a tree of nodes, nor a template"
    ]
