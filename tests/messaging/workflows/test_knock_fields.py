"""Every field of the steps and templates that Knock's command line writes, with a value and with none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from addressee.channels.provider import ChannelType, Provider
from addressee.channels.providers import PROVIDERS
from addressee.messaging.steps.channels.channel import ChannelStep
from addressee.messaging.steps.compiler import UsableChannel
from addressee.messaging.steps.flow.unsupported import UnsupportedStep
from addressee.messaging.workflows.available import Available
from addressee.messaging.workflows.configuration import Configuration, read_configuration
from tests.messaging.office import write_files


def provider(type: ChannelType, name: str) -> Provider:
    return PROVIDERS[type, name]


CHANNELS = {
    "email": UsableChannel(provider(ChannelType.EMAIL, "sendgrid")),
    "feed": UsableChannel(next(each for (type, _), each in PROVIDERS.items() if type is ChannelType.IN_APP_FEED)),
    "push": UsableChannel(provider(ChannelType.PUSH, "expo")),
    "sms": UsableChannel(provider(ChannelType.SMS, "twilio")),
    "chat": UsableChannel(provider(ChannelType.CHAT, "slack")),
    "http": UsableChannel(next(each for (type, _), each in PROVIDERS.items() if type is ChannelType.HTTP)),
}

CONDITIONS = {"all": [{"variable": "data.x", "operator": "equal_to", "argument": "1"}]}
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
WINDOWS = [
    *({"day": day, "type": "send", "from": "08:00:00", "until": "18:00:00"} for day in WEEK),
    {"day": "sunday", "type": "do_not_send", "from": None, "until": None},
]
HOUR = {"unit": "hours", "value": 1}

TEMPLATES: Mapping[str, Mapping[str, Any]] = {
    "email": {"settings": {"layout_key": None}, "subject": "S", "html_body": "<p>x</p>"},
    "feed": {"markdown_body": "x"},
    "push": {"settings": {"delivery_type": "content"}, "title": "t", "text_body": "b"},
    "sms": {"text_body": "b"},
    "chat": {"markdown_body": "b"},
    "http": {"method": "post", "url": "https://a.example"},
}
STEPS: Mapping[str, Mapping[str, Any]] = {
    "delay": {"type": "delay", "settings": {"delay_for": HOUR}},
    "batch": {"type": "batch", "settings": {"batch_window": HOUR}},
    "throttle": {"type": "throttle", "settings": {"throttle_window": HOUR}},
    "fetch": {"type": "http_fetch", "settings": {"method": "get", "url": "https://a.example"}},
    "branch": {"type": "branch", "branches": [{"name": "A", "conditions": CONDITIONS}, {"name": "B"}]},
    "cohort": {
        "type": "random_cohort",
        "cohort_branches": [{"name": "A", "percentage": 50}, {"name": "B", "percentage": 50}],
    },
    "trigger": {"type": "trigger_workflow", "settings": {"workflow_key": "w"}},
    "data": {"type": "update_data", "settings": {"data": "{}"}},
    "object": {
        "type": "update_object",
        "settings": {"recipient_gid": "gid://Object/projects/1", "update_properties": "{}"},
    },
    "tenant": {"type": "update_tenant", "settings": {"recipient_mode": "current", "update_properties": "{}"}},
    "user": {"type": "update_user", "settings": {"recipient_mode": "current", "update_properties": "{}"}},
}


def channel_step(kind: str, template: Mapping[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    return {
        "ref": "s",
        "type": "channel",
        "channel_key": kind,
        "template": {**TEMPLATES[kind], **(template or {})},
        **fields,
    }


def step(kind: str, settings: Mapping[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    made = {"ref": "s", **STEPS[kind], **fields}
    return made if settings is None else {**made, "settings": {**made["settings"], **settings}}


def pushed(folder: Path, steps: Sequence[Mapping[str, Any]], **fields: Any) -> Configuration:
    written = msgspec.json.encode({"name": "W", "steps": steps, **fields}).decode()
    return read_configuration(write_files(folder, {"workflows/w/workflow.json": written}), {}, Available(CHANNELS))


def nulls(*names: str) -> dict[str, None]:
    return dict.fromkeys(names)


COMMON = ("name", "description", "conditions")
OF_CHANNELS = ("send_windows", "channel_group_key", "channel_overrides")
ADDRESSES = ("to_address", "cc_address", "bcc_address", "from_address", "from_name", "reply_to_address")

TAKEN: Sequence[Mapping[str, Any]] = [
    *(channel_step(kind, **nulls(*COMMON, *OF_CHANNELS)) for kind in TEMPLATES),
    *(channel_step(kind, name="N", description="D", conditions=CONDITIONS, send_windows=WINDOWS) for kind in TEMPLATES),
    *(channel_step("email", channel_overrides={name: "{{ data.address }}"}) for name in ADDRESSES),
    channel_step("email", channel_overrides=nulls(*ADDRESSES, "json_overrides", "link_tracking", "open_tracking")),
    channel_step("email", channel_overrides={**dict.fromkeys(ADDRESSES, ""), "json_overrides": ""}),
    channel_step("email", channel_overrides={"link_tracking": True, "open_tracking": False}),
    channel_step("email", channel_overrides={"json_overrides": '{"categories": {{ data.tags | json }}}'}),
    channel_step("email", nulls("is_mjml", "text_body", "visual_blocks")),
    channel_step("email", {"settings": nulls("attachment_key", "layout_key", "pre_content")}),
    channel_step("email", {"settings": {"attachment_key": "", "layout_key": "", "pre_content": ""}}),
    channel_step("email", {"settings": {"attachment_key": "files", "pre_content": "{% assign a = 1 %}"}}),
    channel_step(
        "email",
        {
            "html_body": None,
            "visual_blocks": [
                {"type": "image", "version": 1, "url": "https://a.example/a.png", **nulls("alt", "action", "id")},
                {"type": "button_set", "buttons": [{"label": "a", "action": "/", "variant": "solid"}], "id": "b"},
            ],
        },
    ),
    channel_step("feed", nulls("action_url", "action_buttons")),
    channel_step("feed", {"action_url": None, "action_buttons": [{"label": "Yes", "action": "/yes"}]}),
    channel_step("feed", channel_overrides={"link_tracking": False}),
    channel_step("push", {"title": "", "text_body": "", "settings": {"delivery_type": "silent"}}),
    channel_step("push", {"settings": {"delivery_type": "content", "payload_overrides": '{"a": {{ data.x | json }}}'}}),
    channel_step("push", {"settings": nulls("delivery_type", "payload_overrides")}),
    channel_step("push", channel_overrides={"token_deregistration": False}),
    channel_step("sms", {"settings": None}),
    channel_step("sms", {"settings": nulls("to_number", "payload_overrides")}),
    channel_step("sms", {"settings": {"to_number": "{{ data.phone }}", "payload_overrides": ""}}),
    channel_step("chat", nulls("json_body", "summary")),
    channel_step("chat", {"summary": "s"}),
    channel_step("chat", {"markdown_body": None, "json_body": '[{"type": "divider"}]', "summary": "s"}),
    channel_step("chat", channel_overrides={"email_based_user_id_resolution": True, "link_tracking": True}),
    channel_step("http", nulls("body", "headers", "query_params")),
    channel_step("http", {"method": "patch", "headers": [{"key": "A", "value": "b"}], "query_params": [], "body": ""}),
    {"ref": "s", "type": "channel", "channel_key": "http", "template": {}},
    *(step(kind, **nulls("name", "description", "conditions")) for kind in STEPS),
    *(step(kind, name="N", description="D") for kind in STEPS),
    step("delay", {"delay_until_field_path": ""}),
    step("delay", {"delay_for": None, "delay_until_field_path": "data.at"}),
    step(
        "batch",
        nulls(
            *("batch_execution_mode", "batch_items_max_limit", "batch_items_render_limit", "batch_key", "batch_order"),
            *("batch_until_field_path", "batch_window_extension_limit", "batch_window_type"),
        ),
    ),
    step("throttle", nulls("throttle_key", "throttle_limit", "throttle_window_field_path")),
    step("throttle", {"throttle_key": "", "throttle_window_field_path": ""}),
    step("fetch", nulls("body", "headers", "query_params", "response_path")),
    step("fetch", {"headers": '{"a": "b"}', "query_params": [{"key": "a", "value": "b"}], "body": "{}"}),
    step("branch", branches=[{"name": "A", "conditions": CONDITIONS, "steps": None}, {**nulls("conditions", "steps")}]),
    step("cohort", cohort_key="data.account_id"),
    step("cohort", cohort_key=None),
    step("trigger", nulls("actor", "cancellation_key", "data", "recipients", "tenant")),
    step("trigger", {"workflow_key": "{{ data.workflow }}", "actor": "", "data": "", "recipients": ""}),
    step("user", {"recipient_mode": "reference", "recipient_gid": "gid://Object/$users/1"}),
    step("user", {"recipient_gid": None}),
    step("tenant", {"recipient_mode": "reference", "recipient_gid": "gid://Object/$tenants/1"}),
    step("object", {"recipient_gid": "{{ data.gid }}"}),
]


@pytest.mark.parametrize("written", TAKEN, ids=map(str, range(len(TAKEN))))
def test_each_field_is_taken_and_null_is_as_if_it_were_not_there(tmp_path: Path, written: Mapping[str, Any]) -> None:
    found = pushed(tmp_path, [written])
    assert (len(found.workflows), found.warnings) == (1, [])


@pytest.mark.parametrize(
    "fields",
    [
        nulls("description", "categories", "tags", "settings", "trigger_frequency", "trigger_data_json_schema"),
        {"conditions": {}, "settings": nulls("is_commercial", "override_preferences")},
        {"name": "x" * 255, "conditions": None, "trigger_frequency": "once_per_recipient_per_tenant"},
        # What Knock's API answers for a workflow besides what can be written.
        {"active": True, "valid": True, "key": "w", "environment": "development", "sha": "a", "created_at": "2026"},
    ],
)
def test_each_field_of_a_workflow_is_taken(tmp_path: Path, fields: Mapping[str, Any]) -> None:
    found = pushed(tmp_path, [channel_step("feed")], **fields)
    assert (len(found.workflows), found.warnings) == (1, [])


AGENT = {"model": "a:b", "request_prompt": "p", "response_type": "text"}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            channel_step("feed", channel_overrides={"link_tracking": True}),
            "links of feed items stay as they are: the app's own components tell who clicked",
        ),
        (
            channel_step("sms", channel_overrides={"link_tracking": True}),
            "links in an SMS stay as they are: tracked ones are longer than a segment",
        ),
        (
            {"ref": "s", "type": "ai_agent", "settings": AGENT},
            "a step of the type ai_agent is not carried out: a run ends here, as halt_on_error says",
        ),
        (
            {"ref": "s", "type": "ai_agent", "settings": {**AGENT, "halt_on_error": False, "response_schema": None}},
            "a step of the type ai_agent is not carried out: runs go on without its answer",
        ),
        (
            {"ref": "s", "type": "channel", "channel_key": "g", "channel_type": "in_app_guide", "template": {"a": 1}},
            "there are no in-app guides here: this step is skipped",
        ),
        (
            step("batch", {"batch_window_extension_limit": HOUR}),
            "only a sliding window is extended: a fixed one closes when it says",
        ),
    ],
)
def test_what_changes_nothing_is_told_of_once(tmp_path: Path, written: Mapping[str, Any], said: str) -> None:
    found = pushed(tmp_path, [written])
    assert len(found.workflows) == 1
    assert [warning.message for warning in found.warnings] == [said]


def test_a_workflow_without_steps_is_left_out(tmp_path: Path) -> None:
    found = pushed(tmp_path, [])
    assert found.workflows == []
    assert [warning.message for warning in found.warnings] == [
        "a workflow without steps does nothing yet: it is left out"
    ]


def test_a_step_that_is_not_carried_out_keeps_its_place(tmp_path: Path) -> None:
    guide = {"ref": "guide", "type": "channel", "channel_type": "in_app_guide", "channel_key": "g", "template": {}}
    agent = {"ref": "agent", "type": "ai_agent", "conditions": CONDITIONS, "settings": AGENT}
    (workflow,) = pushed(tmp_path, [guide, agent, channel_step("feed")]).workflows
    first, second, third = workflow.workflow.steps
    assert first == UnsupportedStep(ref="guide", of="in_app_guide", halts=False)
    assert isinstance(second, UnsupportedStep)
    assert (second.ref, second.of, second.halts, second.conditions is None) == ("agent", "ai_agent", True, False)
    assert isinstance(third, ChannelStep)


def test_folders_of_what_is_not_there_are_named_once_each(tmp_path: Path) -> None:
    written = msgspec.json.encode({"name": "W", "steps": [channel_step("feed")]}).decode()
    files = {
        "workflows/w/workflow.json": written,
        "guides/a/guide.json": "{}",
        "guides/b/guide.json": "{}",
        "message-types/a/message_type.json": "{}",
    }
    found = read_configuration(write_files(tmp_path, files), {}, Available(CHANNELS))
    assert [str(warning) for warning in found.warnings] == [
        "guides:1: there are no in-app guides here: this folder is left out",
        "message-types:1: there are no message types here: this folder is left out",
    ]
