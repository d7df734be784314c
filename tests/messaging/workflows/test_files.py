"""Reading a folder: every mistake with its file and line, or everything."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from addressee.channels.provider import ChannelType
from addressee.directory.clock import Clock
from addressee.messaging.content.emails.email import EmailTemplate
from addressee.messaging.content.in_app import InAppTemplate
from addressee.messaging.content.push import PushTemplate
from addressee.messaging.environment.channels import Channel
from addressee.messaging.steps.channels.channel import ChannelStep
from addressee.messaging.steps.compiler import UsableChannel
from addressee.messaging.workflows.available import Available
from addressee.messaging.workflows.configuration import ConfigurationError, read_configuration
from tests.channels.fcm_server import FCM, FcmServer
from tests.messaging.office import FILES, IN_APP, OUTBOX, WELCOME, write_files
from tests.support.providers import names_of, provider_named

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)

EMAIL_PROVIDERS = names_of(ChannelType.EMAIL)
SMS_PROVIDERS = names_of(ChannelType.SMS)

SMTP = """
type: email
provider: smtp
settings:
  host: mail.example.com
  username: me
  password: ${SMTP_PASSWORD}
  from: Example <hello@${DOMAIN}>
"""


def mistakes(
    folder: Path,
    files: Mapping[str, str],
    environment: Mapping[str, str] | None = None,
    stored: Mapping[str, UsableChannel] | None = None,
) -> list[str]:
    with pytest.raises(ConfigurationError) as error:
        read_configuration(write_files(folder, files), environment or {}, Available(stored or {}))
    return [str(mistake) for mistake in error.value.problems]


def test_a_folder_without_mistakes(tmp_path: Path) -> None:
    read = read_configuration(write_files(tmp_path, FILES), {})
    assert [(channel.key, channel.type, channel.provider) for channel in read.channels] == [
        ("email", ChannelType.EMAIL, "outbox"),
        ("in-app", ChannelType.IN_APP_FEED, "feed"),
    ]
    (welcome,) = read.workflows
    assert (welcome.key, welcome.active) == ("welcome", None)
    assert (welcome.workflow.name, welcome.workflow.categories) == ("Welcome", ("onboarding",))
    in_app, email = welcome.workflow.steps
    assert in_app == ChannelStep(
        ref="in-app",
        channel="in-app",
        template=InAppTemplate(body="**Welcome, {{ recipient.name }}!**", action_url="{{ vars.app_url }}/start"),
    )
    assert email == ChannelStep(
        ref="email",
        channel="email",
        template=EmailTemplate(
            subject="Welcome, {{ recipient.name }}!",
            html="<p>Hello {{ recipient.name }}</p>",
            text="Hello {{ recipient.name }}",
        ),
    )
    assert (read.variables, read.public_variables) == (None, {"app_url": "https://app.example"})


def test_secrets_come_from_the_environment_and_are_not_shown(tmp_path: Path) -> None:
    environment = {"SMTP_PASSWORD": "s3cret", "DOMAIN": "example.com"}
    (channel,) = read_configuration(write_files(tmp_path, {"channels/mail.yaml": SMTP}), environment).channels
    assert channel.secrets == {"password": "s3cret"}
    assert channel.settings == {
        "host": "mail.example.com",
        "username": "me",
        "from": "Example <hello@example.com>",
    }
    assert "s3cret" not in repr(channel)


def test_a_long_text_may_stand_in_a_file_beside(tmp_path: Path) -> None:
    workflow = """
steps:
  - ref: mail
    channel: email
    template:
      subject: Hi
      html: !file long.html
"""
    files = {"channels/email.yaml": OUTBOX, "workflows/a.yaml": workflow, "workflows/long.html": "<p>\n{{ x }}</p>"}
    (read,) = read_configuration(write_files(tmp_path, files), {}).workflows
    template = EmailTemplate(subject="Hi", html="<p>\n{{ x }}</p>")
    assert read.workflow.steps == (ChannelStep(ref="mail", channel="email", template=template),)


def test_every_mistake_is_reported_at_once(tmp_path: Path) -> None:
    files = {
        "channels/email.yaml": OUTBOX,
        "channels/in-app.yaml": "type: in_app_feed\ncolour: red",
        "channels/mail.yaml": SMTP,
        "channels/sms.yaml": "name: SMS\ntype: pigeon",
        "workflows/a.yaml": """
name: [A]
categories: news
steps:
  - ref: one
    channel: nowhere
    template: {}
  - ref: two
    chanel: email
    template: {}
""",
        "workflows/b.yaml": """
steps:
  - ref: one
    channel: email
    template:
      subject: "{{ recipient.name"
      text: |
        Hello,

        {{ recipient.name | shout }}
      html: !file b.html
  - ref: one
    channel: email
    template:
      subject: Only this
""",
        "workflows/b.html": "<p>\n\n{% if x %}\n</p>",
        "variables.yaml": "- a",
        "workflow/c.yaml": "name: C",
    }
    assert mistakes(tmp_path, files, {"DOMAIN": "example.com"}) == [
        "channels/in-app.yaml:2: there is no 'colour' here; there are type, name, provider, settings, id, failover",
        "channels/mail.yaml:7: the environment variable SMTP_PASSWORD is not set",
        "channels/sms.yaml:2: this must be chat or email or http or in_app_feed or push or sms or whatsapp",
        "variables.yaml:1: this must be a mapping of names to values",
        "workflow/c.yaml:1: this is not channels/<key>.yaml, workflows/<key>.yaml, workflows/<key>/workflow.yaml, "
        "layouts/<key>.liquid, partials/<key>.liquid, audiences/<key>/audience.yaml, channel_groups/<key>.yaml, "
        "translations/<locale>/<locale>.json, variables.yaml, public_variables.yaml, categories.yaml or "
        "preferences.yaml",
        "workflows/a.yaml:2: this must be text or nothing",
        "workflows/a.yaml:3: this must be a list",
        "workflows/a.yaml:6: there is no channel 'nowhere'; there are email, in-app, mail, sms",
        "workflows/a.yaml:9: there is no 'chanel' here; did you mean 'channel'?",
        "workflows/b.html:4: this is not Liquid: expected tag endif, found end of expression",
        "workflows/b.yaml:6: this is not Liquid: expected '}}', found end of file",
        "workflows/b.yaml:10: this is not Liquid: unknown filter 'shout'",
        "workflows/b.yaml:12: another step is called 'one'",
        "workflows/b.yaml:14: an e-mail needs 'html', 'visual_blocks' or 'text'",
    ]


@pytest.mark.parametrize(
    ("channel", "message"),
    [
        ("name: X", ":1: 'type' is missing"),
        ("", ":1: this must be a mapping"),
        ("type: email", f":1: the provider of a channel of type email is {EMAIL_PROVIDERS}"),
        ("type: email\nprovider: feed", f":2: the provider of a channel of type email is {EMAIL_PROVIDERS}"),
        ("type: sms", f":1: the provider of a channel of type sms is {SMS_PROVIDERS}"),
        (
            "type: push",
            f":1: the provider of a channel of type push is {names_of(ChannelType.PUSH)}",
        ),
        (
            "type: chat\nprovider: fcm",
            f":2: the provider of a channel of type chat is {names_of(ChannelType.CHAT)}",
        ),
        ("type: http", ":1: the provider of a channel of type http is webhook"),
        ("type: email\nprovider: outbox\nsettings: {}", ":3: 'from' is missing"),
        ("type: email\nprovider: outbox", ":1: 'from' is missing"),
        (
            "type: email\nprovider: outbox\nsettings:\n  from: nobody",
            ":4: this must be `name@example.com` or `Name <name@example.com>`",
        ),
        (
            "type: email\nprovider: smtp\nsettings:\n  from: a@b.c\n  host: h\n  port: x",
            ":6: this must be a whole number",
        ),
        (
            "type: email\nprovider: smtp\nsettings:\n  from: a@i❤.example\n  host: mail..example",
            [
                ":4: this must be `name@example.com` or `Name <name@example.com>`",
                ":5: this must be the name or the address of a mail server",
            ],
        ),
        ("type: in_app_feed\nsettings: {link_schemes: myapp}", ":2: this must be a list"),
        ("type: in_app_feed\nsettings: {link_schemes: [javascript]}", ":2: a link never has the scheme javascript"),
        (
            "type: email\nprovider: outbox\nsettings:\n  from: a@b.c\n  link_schemes: [MyApp]",
            ":5: 'MyApp' is no scheme; write it in small letters and without the colon, like myapp",
        ),
        ("type: in_app_feed\nid: 7b", ":2: this must be a UUID"),
        ("type: in_app_feed\ntype: email", ":2: 'type' is given twice"),
        ("type: in_app_feed\n1: x", ":2: a key must be text"),
        ("type: [", ":1: this is not YAML: expected the node content, but found '<stream end>'"),
        (
            "name: Hi: there",
            ":1: this is not YAML: mapping values are not allowed here; a text that contains ': ' must stand in quotes",
        ),
        ("type: in_app_feed\nname: {{ x }}", ":2: a text that begins with { must stand in quotes"),
        ("a: &a [*a]", ":1: this is nested too deeply, or contains itself"),
    ],
)
def test_a_channel_with_a_mistake(tmp_path: Path, channel: str, message: str | list[str]) -> None:
    messages = [message] if isinstance(message, str) else message
    assert mistakes(tmp_path, {"channels/x.yaml": channel}) == [f"channels/x.yaml{each}" for each in messages]


FEED_STEP = "steps:\n- ref: a\n  channel: feed\n  template:\n    body: x\n    action_url: '{}'"


def test_a_link_of_a_scheme_that_its_channel_does_not_allow_is_a_mistake(tmp_path: Path) -> None:
    files = {"channels/feed.yaml": IN_APP, "workflows/x.yaml": FEED_STEP.format("myapp://orders/{{ data.id }}")}
    found = "workflows/x.yaml:6: links of the channel 'feed' do not have the scheme myapp; see its link_schemes"
    assert mistakes(tmp_path / "other", files) == [found]
    allowing = {**files, "channels/feed.yaml": f"{IN_APP}\nsettings: {{link_schemes: [myapp]}}"}
    (channel,) = read_configuration(write_files(tmp_path / "allowing", allowing), {}).channels
    assert channel.settings == {"link_schemes": ["myapp"]}


@pytest.mark.parametrize(
    "link", ["{{ data.url }}", "{{ vars.app_url }}/x:y", "https://example.org", "/x", "{% if x %}a:b{% endif %}"]
)
def test_a_link_may_be_known_at_run_time_only(tmp_path: Path, link: str) -> None:
    files = {"channels/feed.yaml": IN_APP, "workflows/x.yaml": FEED_STEP.format(link)}
    assert len(read_configuration(write_files(tmp_path, files), {}).workflows) == 1


def fcm_settings() -> dict[str, str]:
    return {"FCM_ACCOUNT": FcmServer(Clock(), "https://oauth.example").service_account, "FCM_URL": "https://x.example"}


def push_step(template: str) -> dict[str, str]:
    return {"channels/push.yaml": FCM, "workflows/x.yaml": f"steps:\n- ref: a\n  channel: push\n  template:{template}"}


def test_a_push_with_its_account_sealed_and_its_data_as_templates(tmp_path: Path) -> None:
    files = push_step("\n    title: Hi\n    body: Ho\n    data: {order: '{{ data.order }}'}")
    read = read_configuration(write_files(tmp_path, files), fcm_settings())
    (channel,), (workflow,) = read.channels, read.workflows
    assert (channel.settings, list(channel.secrets)) == ({"endpoint": "https://x.example"}, ["service_account"])
    (step,) = workflow.workflow.steps
    assert isinstance(step, ChannelStep)
    assert step.template == PushTemplate(title="Hi", body="Ho", data={"order": "{{ data.order }}"})


@pytest.mark.parametrize(
    ("template", "settings", "message"),
    [
        (" {title: Hi}", {}, "workflows/x.yaml:4: 'body' or 'text_body' is missing"),
        ("\n    title: x\n    body: x\n    data: {a: 1}", {}, "workflows/x.yaml:7: this must be text"),
        (
            "\n    title: x\n    body: x\n    data:\n      a: y\n      b: '{{ x'",
            {},
            "workflows/x.yaml:9: this is not Liquid: expected '}}', found end of file",
        ),
        (
            "\n    title: x\n    body: x\n    data:\n      order: y\n      from: y",
            {},
            "workflows/x.yaml:9: fcm keeps the name 'from' for itself; use another",
        ),
        (
            "\n    title: x\n    body: x\n    data: {google.c.a: y}",
            {},
            "workflows/x.yaml:7: fcm keeps the name 'google.c.a' for itself; use another",
        ),
        (
            " {title: x, body: x}",
            {"FCM_ACCOUNT": "{}"},
            "channels/push.yaml:5: this must be the JSON of a service account's key: "
            "Object missing required field `project_id`",
        ),
        (
            " {title: x, body: x}",
            {"FCM_URL": "x.example"},
            "channels/push.yaml:6: this must be a URL like https://api.example.com",
        ),
    ],
)
def test_a_push_with_a_mistake(tmp_path: Path, template: str, settings: dict[str, str], message: str) -> None:
    assert mistakes(tmp_path, push_step(template), {**fcm_settings(), **settings}) == [message]


@pytest.mark.parametrize(
    ("workflow", "message"),
    [
        ("steps: [{ref: '', channel: in-app, template: {body: x}}]", ":1: this must not be empty"),
        (
            "steps:\n- ref: a\n  channel: feed\n  template: {body: x}",
            ":3: there is no channel 'feed'; there are in-app",
        ),
        (
            "steps:\n- ref: a\n  channel: in-app\n  template:\n    subject: x",
            ":4: 'body' or 'markdown_body' is missing",
        ),
        ("steps:\n- ref: a\n  channel: in-app\n  template: {body: 1}", ":4: this must be text"),
        (
            "trigger_data_schema:\n  type: nothing\nsteps:\n- ref: a\n  channel: in-app\n  template: {body: x}",
            ":1: this is not a JSON schema: $.type: 'nothing' is not valid under any of the given schemas",
        ),
        (
            "trigger_data_schema:\n  $ref: http://127.0.0.1:1/x\n"
            "steps:\n- ref: a\n  channel: in-app\n  template: {body: x}",
            ":1: this is not a JSON schema: http://127.0.0.1:1/x is not part of the schema",
        ),
        (
            "steps:\n- ref: a\n  channel: in-app\n  template:\n    body: !file ../../x",
            ":5: '../../x' is outside of the folder",
        ),
        (
            "steps:\n- ref: a\n  channel: in-app\n  template:\n    body: !file x",
            ":5: the file 'x' cannot be read, or is not UTF-8",
        ),
        (
            "steps:\n- ref: a\n  channel: in-app\n  template:\n    body: !!python/name:os.system x",
            ":5: this is not YAML: could not determine a constructor for the tag "
            "'tag:yaml.org,2002:python/name:os.system'",
        ),
        ('name: "a\\0"', ":1: a text must not hold the character NUL or half of a surrogate pair"),
        ('name: a\nsettings: {"\\ud800": 1}', ":2: a text must not hold the character NUL or half of a surrogate pair"),
        ("steps: &steps\n- {ref: a, steps: *steps}", ":1: this is nested too deeply, or contains itself"),
    ],
)
def test_a_workflow_with_a_mistake(tmp_path: Path, workflow: str, message: str) -> None:
    found = mistakes(tmp_path, {"channels/in-app.yaml": IN_APP, "workflows/x.yaml": workflow})
    assert f"workflows/x.yaml{message}" in found


def test_aliases_of_aliases_are_not_spelled_out_without_end(tmp_path: Path) -> None:
    lists = [f"a{each}: &a{each} [{', '.join([f'*a{each - 1}'] * 9)}]" for each in range(1, 9)]
    found = mistakes(tmp_path, {"workflows/x.yaml": "\n".join(["a0: &a0 [x]", *lists])})
    assert found == ["workflows/x.yaml:1: a file has at most 100,000 values, those that aliases repeat included"]


def test_a_misspelt_name_is_told_of_once(tmp_path: Path) -> None:
    workflow = "steps:\n- ref: mail\n  email: {subjct: Hi, text: Hello}"
    found = mistakes(tmp_path, {"channels/email.yaml": OUTBOX, "workflows/x.yaml": workflow})
    assert found == ["workflows/x.yaml:3: there is no 'subjct' here; did you mean 'subject'?"]


def test_a_character_that_json_writes_as_two_escapes_is_one(tmp_path: Path) -> None:
    workflow = 'name: "\\ud83d\\ude00"\nsteps: [{ref: a, channel: in-app, template: {body: x}}]'
    files = {"channels/in-app.yaml": IN_APP, "workflows/x.yaml": workflow}
    [read] = read_configuration(write_files(tmp_path, files), {}).workflows
    assert read.workflow.name == "\U0001f600"


def test_a_key_is_made_of_plain_characters(tmp_path: Path) -> None:
    found = mistakes(tmp_path, {"channels/in app.yaml": IN_APP})
    assert found == ["channels/in app.yaml:1: the file's name must be a key: letters, digits, - and _, then .yaml"]


def test_an_empty_folder_is_a_mistake(tmp_path: Path) -> None:
    assert mistakes(tmp_path, {}) == [
        f"{tmp_path}:1: there is nothing to push: no channels/*.yaml, no workflows/*.yaml"
    ]


def test_a_workflow_may_be_commercial_or_override_preferences(tmp_path: Path) -> None:
    files = {
        "channels/in-app.yaml": IN_APP,
        "channels/email.yaml": OUTBOX,
        "workflows/a.yaml": WELCOME,
        "workflows/b.yaml": f"{WELCOME}\ncommercial: true",
        "workflows/c.yaml": f"{WELCOME}\noverride_preferences: true",
    }
    read = read_configuration(write_files(tmp_path, files), {}).workflows
    said = [(each.workflow.commercial, each.workflow.override_preferences) for each in read]
    assert said == [(False, False), (True, False), (False, True)]


def test_a_workflow_may_be_shown_to_recipients_who_have_not_chosen(tmp_path: Path) -> None:
    files = {
        "channels/in-app.yaml": IN_APP,
        "channels/email.yaml": OUTBOX,
        "workflows/a.yaml": WELCOME,
        "workflows/b.yaml": f"{WELCOME}\nin_preferences: true",
    }
    read = read_configuration(write_files(tmp_path, files), {}).workflows
    assert [each.workflow.in_preferences for each in read] == [False, True]


def test_a_workflow_may_listen_to_events(tmp_path: Path) -> None:
    files = {
        "channels/in-app.yaml": IN_APP,
        "channels/email.yaml": OUTBOX,
        "workflows/a.yaml": WELCOME,
        "workflows/b.yaml": f"{WELCOME}\nevents: [basket-left, $user_login]",
    }
    read = read_configuration(write_files(tmp_path, files), {}).workflows
    assert [each.events for each in read] == [(), ("basket-left", "$user_login")]
    wrong = {**files, "workflows/b.yaml": f"{WELCOME}\nevents:\n- ''\n- 7"}
    line = len(f"{WELCOME}\nevents:".splitlines())
    assert mistakes(tmp_path, wrong) == [
        f"workflows/b.yaml:{line + 1}: this must not be empty",
        f"workflows/b.yaml:{line + 2}: this must be text",
    ]


def test_steps_may_use_channels_that_the_environment_has(tmp_path: Path) -> None:
    workflow = """
steps:
  - {ref: feed, channel: in-app, template: {body: Hello}}
  - {ref: text, channel: sms, template: {body: Hello}}
  - {ref: mail, channel: email, template: {}}
"""
    stored = {
        "in-app": UsableChannel(provider_named("feed")),
        "sms": UsableChannel(provider_named("twilio"), lacks=("account_sid",)),
    }
    folder = write_files(tmp_path, {"workflows/hello.yaml": workflow})
    with pytest.raises(ConfigurationError) as error:
        read_configuration(folder, {}, Available(stored))
    assert [str(mistake) for mistake in error.value.problems] == [
        "workflows/hello.yaml:4: the channel 'sms' was stored without account_sid; give it a file",
        "workflows/hello.yaml:5: there is no channel 'email'; there are in-app, sms",
    ]
    write_files(tmp_path, {"workflows/hello.yaml": "\n".join(workflow.splitlines()[:3])})
    (read,) = read_configuration(folder, {}, Available(stored)).workflows
    assert read.workflow.steps == (ChannelStep(ref="feed", channel="in-app", template=InAppTemplate(body="Hello")),)


def test_a_channel_lacks_what_its_provider_needs_by_now() -> None:
    channel = Channel(UUID(int=1), "sms", "SMS", ChannelType.SMS, "twilio", {}, NOW, NOW)
    assert channel.lacks == ("account_sid",)
    assert replace(channel, settings={"account_sid": "AC1"}).lacks == ()


def test_the_file_of_a_channel_counts_more_than_the_channel_that_is_stored(tmp_path: Path) -> None:
    workflow = "steps:\n  - {ref: a, channel: mail, template: {subject: Hi, text: Hi}}"
    files = {"channels/mail.yaml": OUTBOX, "workflows/a.yaml": workflow}
    stored = {"mail": UsableChannel(provider_named("twilio"))}
    (read,) = read_configuration(write_files(tmp_path, files), {}, Available(stored)).workflows
    assert read.workflow.steps == (
        ChannelStep(ref="a", channel="mail", template=EmailTemplate(subject="Hi", text="Hi")),
    )
