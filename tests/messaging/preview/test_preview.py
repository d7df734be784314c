"""Previews: what a workflow says to somebody who is described in JSON, without a database."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from addressee.directory.errors import RefusedError
from addressee.directory.recipient import TENANTS
from addressee.messaging.content.emails.content import EmailContent
from addressee.messaging.preview.model import EverySecret, PreviewedEvent, PreviewedMessage, PreviewRequest
from addressee.messaging.preview.people import person
from addressee.messaging.preview.preview import channels_in, preview, unfit
from addressee.messaging.preview.printing import fields_of, lines_of, write_files
from addressee.messaging.workflows.available import Available
from addressee.messaging.workflows.configuration import Configuration, read_configuration
from tests.messaging.office import IN_APP, OUTBOX
from tests.messaging.office import write_files as write

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)

WORKFLOW = """
trigger_data_json_schema: {type: object, required: [text]}
steps:
  - ref: feed
    in_app: {markdown_body: "**{{ actor.name }}** wrote {{ data.text }}", action_url: "{{ vars.app_url }}/p"}
  - ref: pause
    delay: {hours: 2}
  - ref: once
    type: throttle
    settings: {throttle_window: {hours: 1}}
  - ref: mail
    if: recipient.plan == "pro"
    email:
      subject: "{{ tenant.name }}: {{ data.text }}"
      html: |
        <p>
        {{ data.text }}
"""

FILES = {
    "channels/in-app.yaml": IN_APP,
    "channels/email.yaml": OUTBOX,
    "workflows/comment.yaml": WORKFLOW,
    "public_variables.yaml": "app_url: https://app.example",
}

ADA = {"id": "ada", "name": "Ada", "email": "ada@example.com", "plan": "pro"}


def folder(tmp_path: Path, **changed: str) -> Configuration:
    files = {**FILES, **{name.replace("__", "/") + ".yaml": text for name, text in changed.items()}}
    return read_configuration(write(tmp_path, files), {}, Available(secrets=EverySecret()), settings_may_lack=True)


def previewed(
    configuration: Configuration,
    recipient: str | Mapping[str, Any],
    *,
    data: Sequence[Mapping[str, Any]] = ({"text": "Hi"},),
    answers: Mapping[str, Any] | None = None,
    events: Sequence[str] = (),
) -> list[PreviewedMessage | PreviewedEvent]:
    channels = channels_in(configuration, NOW)
    asked = PreviewRequest(
        person(recipient, channels, NOW),
        data,
        person("bob", channels, NOW),
        person("acme", channels, NOW, TENANTS),
        answers or {},
        events,
    )
    (workflow,) = configuration.workflows
    return list(preview(configuration, workflow, asked, channels, NOW))


def test_every_message_in_its_order_and_time(tmp_path: Path) -> None:
    shown = [each for each in previewed(folder(tmp_path), ADA) if isinstance(each, PreviewedMessage)]
    assert [(each.ref, each.channel, each.type, each.at - NOW, each.obstacle) for each in shown] == [
        ("feed", "in-app", "in_app_feed", timedelta(), None),
        ("mail", "email", "email", timedelta(hours=2), None),
    ]
    feed, mail = (each.content for each in shown)
    assert feed is not None
    assert fields_of(feed) == {
        "body": "<p><strong>bob</strong> wrote Hi</p>",
        "action_url": "https://app.example/p",
    }
    assert isinstance(mail, EmailContent)
    assert (mail.to, mail.subject, mail.html) == ("ada@example.com", "acme: Hi", "<p>\nHi\n")


def test_dynamic_audiences_of_the_folder_are_asked(tmp_path: Path) -> None:
    """A static audience has no members in a preview."""
    asked = {
        key: {"variable": "recipient", "operator": "is_audience_member", "argument": key} for key in ("pro", "old")
    }
    steps = [{"ref": key, "conditions": {"all": [each]}, "in_app": {"body": key}} for key, each in asked.items()]
    configuration = folder(
        tmp_path,
        workflows__comment=json.dumps({"steps": steps}),
        audiences__old__audience="{name: Old, type: static}",
        audiences__pro__audience="name: Pro\ntype: dynamic\nsegments:\n- conditions:\n"
        "  - {property: recipient.plan, operator: equal_to, argument: pro}",
    )
    for plan, refs in (("pro", ["pro"]), ("free", [])):
        shown = previewed(configuration, {**ADA, "plan": plan})
        assert [each.ref for each in shown if isinstance(each, PreviewedMessage)] == refs


def test_links_are_shown_by_samples(tmp_path: Path) -> None:
    linking = 'steps: [{ref: mail, email: {subject: Hi, text: "{{ links.preferences }}"}}]'
    mail, _ = previewed(folder(tmp_path, workflows__comment=linking), ADA)
    assert isinstance(mail, PreviewedMessage)
    assert isinstance(mail.content, EmailContent)
    assert mail.content.text == "https://addressee.example.com/pages/preferences/sample"


def test_a_message_without_an_address_is_shown_with_the_reason(tmp_path: Path) -> None:
    *_, mail, end = previewed(folder(tmp_path), {"id": "ada", "plan": "pro"})
    assert isinstance(mail, PreviewedMessage)
    assert mail.obstacle == "no_email_address"
    assert list(lines_of(mail)) == [
        "== mail: email through email",
        "  not sent: no_email_address",
        "  sender: Example <hello@example.com>",
        "  subject: acme: Hi",
        "  html:",
        "    <p>",
        "    Hi",
        "  text: Hi",
    ]
    assert list(lines_of(end)) == ["-- run: run_completed"]


def test_preferences_and_conditions_count(tmp_path: Path) -> None:
    configuration = folder(tmp_path, preferences="kinds: {in_app: false}")
    feed, pause, mail, _ = previewed(configuration, "ada")
    assert isinstance(feed, PreviewedMessage)
    assert feed.obstacle == "preferences"
    assert isinstance(pause, PreviewedEvent)
    assert (pause.event, pause.ref, pause.data) == ("step_started", "pause", {"due_at": NOW + timedelta(hours=2)})
    assert isinstance(mail, PreviewedEvent)
    assert (mail.event, mail.ref, mail.data["reason"]) == ("step_skipped", "mail", "conditions")
    own = {**ADA, "preferences": {"kinds": {"in_app": True}}}
    assert isinstance(shown := previewed(configuration, own)[0], PreviewedMessage)
    assert shown.obstacle is None


def test_a_template_that_fails_says_why(tmp_path: Path) -> None:
    workflow = "steps:\n- {ref: mail, email: {subject: '{{ 1 | divided_by: data.zero }}', text: x}}"
    configuration = folder(tmp_path, workflows__comment=workflow)
    for recipient in (ADA, "ada"):
        failed = [
            each
            for each in previewed(configuration, recipient, data=[{"zero": 0}])
            if isinstance(each, PreviewedMessage)
        ]
        assert [each.content for each in failed] == [None]
        assert "divided" in str(failed[0].obstacle) or "division" in str(failed[0].obstacle)


def test_settings_may_lack_what_the_environment_would_hold(tmp_path: Path) -> None:
    smtp = "type: email\nprovider: smtp\nsettings: {host: '${HOST}', from: 'A <a@${DOMAIN}>', password: '${P}'}"
    shown = [
        each for each in previewed(folder(tmp_path, channels__email=smtp), ADA) if isinstance(each, PreviewedMessage)
    ]
    content = shown[-1].content
    assert isinstance(content, EmailContent)
    assert content.sender == "A <a@${DOMAIN}>"


def test_data_must_fit_the_schema(tmp_path: Path) -> None:
    (workflow,) = folder(tmp_path).workflows
    asked = PreviewRequest(person("ada", {}, NOW), ({"text": "Hi"}, {}))
    assert [failure.message for failure in unfit(workflow, asked)] == ["'text' is a required property"]


def test_messages_are_written_to_files(tmp_path: Path) -> None:
    shown = [each for each in previewed(folder(tmp_path), ADA) if isinstance(each, PreviewedMessage)]
    files = [file for number, each in enumerate(shown, 1) for file in write_files(tmp_path / "out", number, each)]
    assert [file.name for file in files] == [
        "01-feed.in-app.json",
        "01-feed.in-app.html",
        "02-mail.email.json",
        "02-mail.email.html",
        "02-mail.email.txt",
    ]
    assert [file.read_text() for file in files[3:]] == ["<p>\nHi\n", "Hi"]


def test_values_of_the_data_have_their_bare_names_too(tmp_path: Path) -> None:
    workflow = """
steps:
- {ref: more, type: update_data, settings: {set: {size: 7, actor: nobody}}}
- {ref: feed, in_app: {body: "{{ page }} {{ data.page }} {{ size }} {{ actor.name }}"}}
"""
    *_, feed, _ = previewed(folder(tmp_path, workflows__comment=workflow), ADA, data=[{"page": "Plan"}])
    assert isinstance(feed, PreviewedMessage)
    assert feed.content is not None
    assert fields_of(feed.content) == {"body": "<p>Plan Plan 7 bob</p>"}


BATCH = """
steps:
- ref: page
  type: batch
  settings: {{batch_window: {{unit: minutes, value: 10}}, batch_items_render_limit: 2, batch_order: desc{}}}
- ref: mail
  throttle: {{throttle_window: 1d}}
  email:
    subject: "{{{{ total_activities }}}} of {{{{ data.page }}}}"
    text: "{{% for each in activities %}}{{{{ each.actor.name }}}} {{{{ each.data.n }}}};{{% endfor %}}"
"""


def test_a_batch_has_the_items_that_are_given(tmp_path: Path) -> None:
    configuration = folder(tmp_path, workflows__comment=BATCH.format(""))
    items = [{"n": number, "page": "p", "nested": {}} for number in range(3)]
    (mail,) = [each for each in previewed(configuration, ADA, data=items) if isinstance(each, PreviewedMessage)]
    assert isinstance(mail.content, EmailContent)
    assert (mail.content.subject, mail.content.text, mail.at - NOW) == ("3 of p", "bob 1;bob 2;", timedelta(minutes=10))


def test_a_message_with_a_throttle_is_shown_with_what_keeps_it(tmp_path: Path) -> None:
    (mail,) = [
        each
        for each in previewed(folder(tmp_path, workflows__comment=BATCH.format("")), "ada")
        if isinstance(each, PreviewedMessage)
    ]
    assert (mail.ref, mail.obstacle) == ("mail", "no_email_address")


def test_the_first_item_of_a_batch_may_lead(tmp_path: Path) -> None:
    configuration = folder(tmp_path, workflows__comment=BATCH.format(", batch_execution_mode: flush_leading"))
    items = [{"n": number, "page": "p"} for number in range(3)]
    shown = [each for each in previewed(configuration, ADA, data=items) if isinstance(each, PreviewedMessage)]
    said = [each.content.text for each in shown if isinstance(each.content, EmailContent)]
    assert said == ["bob 0;", "bob 1;bob 2;"]
    assert [each.at - NOW for each in shown] == [timedelta(), timedelta(minutes=10)]
    (alone,) = [each for each in previewed(configuration, ADA, data=items[:1]) if isinstance(each, PreviewedMessage)]
    assert alone.at == NOW


def test_a_digest_closes_at_its_tick_or_is_discarded_below_its_minimum(tmp_path: Path) -> None:
    workflow = """
steps:
- {ref: weekly, type: digest, settings: {schedule: {frequency: weekly, days: [mon], hours: 18}, min_count: 2}}
- {ref: feed, in_app: {body: "{{ total_activities }}"}}
"""
    configuration = folder(tmp_path, workflows__comment=workflow)
    shown = [each for each in previewed(configuration, ADA, data=[{}, {}]) if isinstance(each, PreviewedMessage)]
    assert [(each.ref, each.at - NOW) for each in shown] == [("feed", timedelta(hours=6))]
    alone = previewed(configuration, ADA, data=[{}])
    assert "batch_discarded" in [each.event for each in alone if isinstance(each, PreviewedEvent)]


FETCH = """
steps:
- ref: weather
  type: http_fetch
  settings: {url: "https://a.example/{{ secrets.key }}", output_key: weather, response_path: today}
- ref: feed
  in_app: {body: "{{ data.weather.sky }}"}
"""


@pytest.mark.parametrize(
    ("answers", "body", "noted"),
    [
        ({"weather": {"today": {"sky": "blue"}}}, "<p>blue</p>", {}),
        ({}, "", {"answer": "none was given; see --answers"}),
    ],
)
def test_a_fetch_has_the_answer_that_is_given(
    tmp_path: Path, answers: Mapping[str, Any], body: str, noted: Mapping[str, Any]
) -> None:
    fetch, feed, _ = previewed(folder(tmp_path, workflows__comment=FETCH), ADA, answers=answers)
    assert isinstance(fetch, PreviewedEvent)
    assert (fetch.ref, fetch.event, fetch.data) == ("weather", "step_completed", noted)
    assert isinstance(feed, PreviewedMessage)
    assert feed.content is not None
    assert fields_of(feed.content) == {"body": body}


def test_an_answer_that_the_step_cannot_use_ends_the_run(tmp_path: Path) -> None:
    failed, end = previewed(folder(tmp_path, workflows__comment=FETCH), ADA, answers={"weather": {}})
    assert isinstance(failed, PreviewedEvent)
    assert failed.data == {"reason": "the answer has nothing at 'today'"}
    assert isinstance(end, PreviewedEvent)
    assert end.event == "run_completed"


WAIT = """
steps:
- ref: feed
  in_app: {body: Look}
- ref: seen
  type: wait_for_event
  settings: {event: {event_type: message, event_key: seen, step_ref: feed}, expires_after: 1h}
  branches:
    matched: [{ref: thanks, in_app: {body: Thanks}}]
    timeout: [{ref: again, in_app: {body: Look again}}]
"""


def test_waits_expire_but_for_the_events_that_are_asked_for(tmp_path: Path) -> None:
    configuration = folder(tmp_path, workflows__comment=WAIT)
    for events, ref, after in (((), "again", timedelta(hours=1)), (("seen",), "thanks", timedelta())):
        shown = [each for each in previewed(configuration, ADA, events=events) if isinstance(each, PreviewedMessage)]
        assert [(each.ref, each.at - NOW) for each in shown] == [("feed", timedelta()), (ref, after)]


def test_what_a_step_would_have_done_is_told(tmp_path: Path) -> None:
    workflow = """
steps:
- {ref: other, type: trigger_workflow, settings: {workflow_key: digest, data: {n: "{{ data.text }}"}}}
- {ref: feed, in_app: {body: x}}
"""
    trigger, feed, _ = previewed(folder(tmp_path, workflows__comment=workflow), ADA)
    assert isinstance(trigger, PreviewedEvent)
    assert (trigger.event, trigger.ref, trigger.data["workflow"]) == ("not_carried_out", "other", "digest")
    assert trigger.data["data"] == {"n": "Hi"}
    assert isinstance(feed, PreviewedMessage)


BRANCH = """
steps:
- ref: by_plan
  type: branch
  branches:
  - name: paying
    conditions: {all: [{variable: recipient.plan, operator: equal_to, argument: pro}]}
    steps: [{ref: thanks, in_app: {body: Thanks}}]
  - name: others
    steps: [{ref: buy, in_app: {body: Buy}}]
"""


def test_conditions_choose_the_branch(tmp_path: Path) -> None:
    configuration = folder(tmp_path, workflows__comment=BRANCH)
    for recipient, ref in ((ADA, "thanks"), ("ada", "buy")):
        shown = previewed(configuration, recipient)
        assert [each.ref for each in shown if isinstance(each, PreviewedMessage)] == [ref]


CORPUS = Path(__file__).parents[2] / "corpus"


@pytest.mark.parametrize("name", sorted(path.name for path in CORPUS.iterdir()))
def test_every_workflow_of_the_corpus_has_a_preview(name: str) -> None:
    configuration = read_configuration(
        CORPUS / name / "push", {}, Available(secrets=EverySecret()), settings_may_lack=True
    )
    channels = channels_in(configuration, NOW)
    for workflow in configuration.workflows:
        asked = PreviewRequest(person(ADA, channels, NOW), ({"starts_at": "2026-12-24T12:00:00Z"},) * 2, tenant=None)
        happened = list(preview(configuration, workflow, asked, channels, NOW))
        assert happened
        assert [line for each in happened for line in lines_of(each)]


class TestPeople:
    def test_an_id_alone_is_a_user_of_that_name(self) -> None:
        ada = person("ada", {}, NOW)
        assert (ada.place.id, ada.attributes, ada.properties) == ("ada", {"name": "ada"}, {})

    def test_attributes_properties_and_channel_data(self, tmp_path: Path) -> None:
        slack = "type: chat\nprovider: slack\nsettings: {}"
        channels = channels_in(folder(tmp_path, channels__slack=slack), NOW)
        given = {**ADA, "properties": {"team": 7}, "channel_data": {"slack": {"connections": []}}}
        ada = person(given, channels, NOW)
        assert ada.attributes == {"name": "Ada", "email": "ada@example.com"}
        assert ada.properties == {"plan": "pro", "team": 7}
        assert list(ada.channel_data) == [str(channels["slack"].id)]

    def test_the_branding_of_a_tenant(self) -> None:
        branding = {"logo_url": "https://a.example/logo.png"}
        acme = person({"id": "acme", "settings": {"branding": branding}}, {}, NOW, TENANTS)
        assert (acme.attributes["branding"], acme.properties) == (branding, {})

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({}, "id must be"),
            ({"id": "a", "timezone": "Mars"}, "timezone"),
            ({"id": "a", "channel_data": {"x": {}}}, "channel_data.x: there is no such channel; there are none"),
            ({"id": "a", "preferences": {"kinds": {"fax": True}}}, "preferences: kinds has no 'fax'"),
        ],
    )
    def test_who_is_described_wrongly(self, given: Mapping[str, Any], message: str) -> None:
        with pytest.raises(RefusedError, match=message):
            person(given, {}, NOW)


@pytest.mark.parametrize(("locale", "text"), [("nl-BE", "Dag Ada"), ("fr", "Hi Ada"), (None, "Hi Ada")])
def test_texts_are_those_of_the_folder_in_the_locale_of_the_recipient(
    tmp_path: Path, locale: str | None, text: str
) -> None:
    files = {
        **FILES,
        "translations/en/en.json": '{"hi": "Hi {{ recipient.name }}"}',
        "translations/nl/nl.json": '{"hi": "Dag {{ recipient.name }}"}',
        "workflows/hi.yaml": "steps: [{ref: feed, in_app: {body: \"{{ 'hi' | t }}\"}}]",
    }
    configuration = read_configuration(write(tmp_path, files), {})
    (workflow,) = (each for each in configuration.workflows if each.key == "hi")
    channels = channels_in(configuration, NOW)
    asked = PreviewRequest(person(ADA if locale is None else {**ADA, "locale": locale}, channels, NOW))
    happened = preview(configuration, workflow, asked, channels, NOW)
    (message,) = (each for each in happened if isinstance(each, PreviewedMessage))
    assert message.content is not None
    assert fields_of(message.content)["body"] == f"<p>{text}</p>"
