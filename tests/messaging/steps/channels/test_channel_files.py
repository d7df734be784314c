"""Channel steps in files: the ways to name a channel, and Knock's names for the fields of templates."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import msgspec
import pytest

from addressee.channels.requests.rules import with_query
from addressee.messaging.content.channel_types import AnyTemplate
from addressee.messaging.content.chat import ChatTemplate
from addressee.messaging.content.emails.email import EmailTemplate
from addressee.messaging.content.http import WebhookTemplate
from addressee.messaging.content.in_app import InAppTemplate
from addressee.messaging.content.push import PushTemplate
from addressee.messaging.content.sms import SmsTemplate
from addressee.messaging.definitions.sources import schema_of
from addressee.messaging.steps.channels.channel import ChannelStep
from addressee.messaging.steps.channels.channel_file import overrides_schema, template_schema
from addressee.messaging.steps.compiler import UsableChannel
from addressee.messaging.workflows.available import Available
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.files.schema import workflow_schema
from tests.messaging.office import write_files
from tests.messaging.workflows.test_files import mistakes
from tests.support.providers import provider_named

CHANNELS = {
    "mail": UsableChannel(provider_named("outbox")),
    "feed": UsableChannel(provider_named("feed")),
    "texts": UsableChannel(provider_named("twilio")),
    "devices": UsableChannel(provider_named("fcm")),
    "slack": UsableChannel(provider_named("slack")),
    "teams": UsableChannel(provider_named("ms_teams")),
    "discord": UsableChannel(provider_named("discord")),
    "hook": UsableChannel(provider_named("webhook")),
}


def files_of(step: Mapping[str, Any]) -> dict[str, str]:
    return {"workflows/x.yaml": msgspec.yaml.encode({"steps": [{"ref": "a", **step}]}).decode()}


def compiled(folder: Path, step: Mapping[str, Any]) -> ChannelStep:
    (workflow,) = read_configuration(write_files(folder, files_of(step)), {}, Available(CHANNELS)).workflows
    (only,) = workflow.workflow.steps
    assert isinstance(only, ChannelStep)
    return only


def found(folder: Path, step: Mapping[str, Any]) -> list[str]:
    return [problem.split(": ", 1)[1] for problem in mistakes(folder, files_of(step), stored=CHANNELS)]


FEED = {"body": "x"}


@pytest.mark.parametrize(
    "step",
    [
        {"type": "channel", "channel_key": "feed", "template": FEED},
        {"type": "channel", "channel_key": "feed", "channel_type": "in_app_feed", "template": FEED},
        {"channel_key": "feed", "template": {"markdown_body": "x"}},
        {"channel": "feed", "template": FEED},
        {"in_app": FEED},
        {"in_app_feed": FEED},
    ],
)
def test_ways_to_name_a_channel(tmp_path: Path, step: Mapping[str, Any]) -> None:
    assert compiled(tmp_path, step) == ChannelStep(ref="a", channel="feed", template=InAppTemplate(body="x"))


def test_a_template_by_its_type_is_for_the_channel_of_this_name_when_there_are_several(tmp_path: Path) -> None:
    feed = UsableChannel(provider_named("feed"))
    stored = {"in-app": feed, "news": feed}
    files = write_files(tmp_path, files_of({"in_app": FEED}))
    (workflow,) = read_configuration(files, {}, Available(stored)).workflows
    assert workflow.workflow.steps == (ChannelStep(ref="a", channel="in-app", template=InAppTemplate(body="x")),)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ({"template": FEED}, "'channel_key' is missing"),
        ({"channel_key": "feed"}, "'template' is missing"),
        ({"channel_key": "fed", "template": FEED}, "there is no channel 'fed'; did you mean 'feed'?"),
        ({"type": "chanel", "template": FEED}, "there is no type of step 'chanel'; did you mean 'channel'?"),
        (
            {"channel_key": "feed", "channel": "feed", "template": FEED},
            "'channel' and 'channel_key' both say where this goes; keep one of them",
        ),
        ({"in_app": FEED, "template": FEED}, "'in_app' is the template; keep one of them"),
        (
            {"channel_group_key": "feeds", "template": FEED},
            "there is no channel group 'feeds'; there are none",
        ),
        ({"channel_key": "feed", "channel_type": "email", "template": FEED}, "the channel is of type in_app_feed"),
        (
            {"chat": {"text": "x"}},
            "there are several channels of type chat: slack, teams, discord; "
            "name one with 'channel_key' and give a 'template'",
        ),
        (
            {"whatsapp": {"body": "x"}},
            "there is no channel of type whatsapp; name one with 'channel_key' and give a 'template'",
        ),
        ({"in_app": {"body": "x", "markdown_body": "y"}}, "'markdown_body' says the same as 'body'; keep one of them"),
        ({"in_app": {"body": "x", "action_buttons": [{"label": "Go"}]}}, "'action' is missing"),
        (
            {"in_app": {"body": "x", "action_buttons": [{"label": "{{ x | shout }}", "action": "/"}]}},
            "this is not Liquid: unknown filter 'shout'",
        ),
        ({"in_app": {"markdown_boddy": "x"}}, "there is no 'markdown_boddy' here; did you mean 'markdown_body'?"),
        (
            {"email": {"subject": "x", "html_body": "x", "settings": {"layout_key": "default"}}},
            "there is no layout 'default'; there are none",
        ),
        (
            {"email": {"subject": "x", "html_body": "x"}, "channel_overrides": {"form_name": "x"}},
            "there is no 'form_name' here; did you mean 'from_name'?",
        ),
        (
            {
                "email": {"subject": "x", "text": "x", "overrides": {"a": 1}},
                "channel_overrides": {"json_overrides": {"a": 2}},
            },
            "the template has 'overrides' too; keep one of them",
        ),
        (
            {"in_app": FEED, "channel_overrides": {"from_name": "x"}},
            "there is no 'from_name' here; there are link_tracking",
        ),
        (
            {"sms": {"text_body": "x", "settings": {"payload_overrides": "data"}}},
            "this must be a JSON object, or Liquid that becomes one",
        ),
        (
            {"push": {"title": "x", "text_body": "x", "settings": {"delivery_type": "silently"}}},
            "this must be content or silent; did you mean 'silent'?",
        ),
    ],
)
def test_a_mistake(tmp_path: Path, step: Mapping[str, Any], message: str) -> None:
    assert message in found(tmp_path, step)


@pytest.mark.parametrize(
    ("step", "template"),
    [
        (
            {
                "email": {
                    "subject": "Hi",
                    "html_body": "<p>x</p>",
                    "text_body": "x",
                    "visual_blocks": None,
                    "is_mjml": False,
                    "settings": {"pre_content": "<b>y</b>", "layout_key": None},
                },
                "channel_overrides": {"json_overrides": '{"tag": "{{ data.tag }}"}', "to_address": ""},
            },
            EmailTemplate(
                subject="Hi", html="<p>x</p>", text="x", pre_content="<b>y</b>", overrides={"tag": "{{ data.tag }}"}
            ),
        ),
        (
            {"push": {"title": "Hi", "text_body": "x", "settings": {"delivery_type": "content"}}},
            PushTemplate(title="Hi", body="x"),
        ),
        (
            {"sms": {"text_body": "x", "settings": {"payload_overrides": {"From": "1"}}}},
            SmsTemplate(body="x", overrides={"From": "1"}),
        ),
        (
            {"channel_key": "slack", "template": {"markdown_body": "*x*"}},
            ChatTemplate(text="*x*"),
        ),
        (
            {"channel_key": "slack", "template": {"json_body": {"blocks": [{"type": "divider"}]}, "summary": "x"}},
            ChatTemplate(summary="x", blocks=[{"type": "divider"}]),
        ),
        (
            {"channel_key": "slack", "template": {"json_body": '{"blocks": {{ data.blocks | json }}}'}},
            ChatTemplate(blocks='{"blocks": {{ data.blocks | json }}}'),
        ),
        (
            {"channel_key": "teams", "template": {"json_body": {"type": "AdaptiveCard"}}},
            ChatTemplate(card={"type": "AdaptiveCard"}),
        ),
        (
            {"channel_key": "discord", "template": {"markdown_body": "x", "json_body": '{"username": "y"}'}},
            ChatTemplate(text="x", overrides={"username": "y"}),
        ),
        (
            {
                "http": {
                    "method": "put",
                    "url": "https://a.example/?b=1",
                    "headers": [{"key": "X-A", "value": "1"}],
                    "query_params": [{"key": "q", "value": "{{ data.q }}"}],
                    "body": "{}",
                }
            },
            WebhookTemplate(
                url="https://a.example/?b=1",
                method="PUT",
                headers={"X-A": "1"},
                query_params={"q": "{{ data.q }}"},
                body="{}",
            ),
        ),
    ],
)
def test_knocks_names(tmp_path: Path, step: Mapping[str, Any], template: AnyTemplate) -> None:
    assert compiled(tmp_path, step).template == template


def test_a_mistake_is_told_where_knocks_name_stands(tmp_path: Path) -> None:
    text = "steps:\n- ref: a\n  email:\n    subject: x\n    html_body: |\n      <p>\n      {{ x | shout }}"
    assert mistakes(tmp_path, {"workflows/x.yaml": text}, stored=CHANNELS) == [
        "workflows/x.yaml:7: this is not Liquid: unknown filter 'shout'"
    ]


@pytest.mark.parametrize(
    ("url", "together"),
    [
        ("https://a.example/x", "https://a.example/x?q=a+b"),
        ("https://a.example/x?y=1#z", "https://a.example/x?y=1&q=a+b#z"),
    ],
)
def test_parameters_of_a_query_are_added_to_the_url(url: str, together: str) -> None:
    assert with_query(url, {"q": "a b"}) == together
    assert with_query(url, {}) == url


def test_schemas_are_made_once_and_stay_as_they_are() -> None:
    """Making one takes milliseconds, and a push of a hundred workflows checks thousands of values."""
    made = [schema_of(EmailTemplate), template_schema(EmailTemplate), overrides_schema(EmailTemplate)]
    before = deepcopy(made)
    workflow_schema.cache_clear()
    workflow_schema()
    again = [schema_of(EmailTemplate), template_schema(EmailTemplate), overrides_schema(EmailTemplate)]
    assert [each is other for each, other in zip(made, again, strict=True)] == [True, True, True]
    assert made == before
    assert made[0] != made[1]


def test_no_more_steps_are_compiled_than_a_workflow_has(tmp_path: Path) -> None:
    """A mistake far behind is not looked for: thousands of steps would take hours."""
    templates = [*[{"subject": "x", "html": "y"}] * 59, {"subject": "{{"}]
    steps = [{"ref": f"s{place}", "channel": "mail", "template": each} for place, each in enumerate(templates)]
    text = msgspec.json.encode({"steps": steps}).decode()
    assert mistakes(tmp_path, {"workflows/x.yaml": text}, stored=CHANNELS) == [
        "workflows/x.yaml:1: a workflow has at most 50 steps"
    ]
