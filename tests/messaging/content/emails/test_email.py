"""Templates of e-mails: what is rendered besides the texts that everybody knows."""

from dataclasses import replace

import msgspec
import pytest
from msgspec import structs

from addressee.channels.destination import Destination
from addressee.channels.provider import ChannelType
from addressee.messaging.content.emails.content import EmailContent
from addressee.messaging.content.emails.email import EmailTemplate
from addressee.messaging.content.templating.liquid import TemplateError
from tests.messaging.content.templating.test_hostile_values import channel_of
from tests.messaging.steps.test_machine import NOW

EMAIL = replace(channel_of(ChannelType.EMAIL, "postmark"), settings={"from": "hello@example.com"})
TEMPLATE = EmailTemplate("Hi", text="Hi", overrides={"Tag": "{{ data.tag }}", "TrackOpens": True})


def test_overrides_are_rendered_and_reach_the_sender() -> None:
    content = TEMPLATE.render({"data": {"tag": "<welcome>"}}, EMAIL, ["ada@example.org"]).content
    assert isinstance(content, EmailContent)
    assert content.overrides == {"Tag": "<welcome>", "TrackOpens": True}
    payload = content.to_payload("m", Destination.of("ada@example.org"), NOW)
    assert payload.overrides == content.overrides


def test_nothing_stays_of_overrides_when_an_email_is_silenced() -> None:
    content = TEMPLATE.render({"data": {"tag": "welcome"}}, EMAIL, ["ada@example.org"]).content
    assert isinstance(content, EmailContent)
    assert content.silenced().overrides == {}


def test_content_that_was_stored_before_there_were_overrides_has_none() -> None:
    content = TEMPLATE.blank(EMAIL, ["ada@example.org"])
    stored = msgspec.to_builtins(content)
    assert "overrides" not in stored
    assert msgspec.convert(stored, EmailContent) == content


HTML = EmailTemplate("Hi", html="<style>b { color: {{ data.colour }} }</style><p>Hi <b>{{ data.name }}</b></p>")


def rendered(template: EmailTemplate, **settings: object) -> EmailContent:
    channel = replace(EMAIL, settings={**EMAIL.settings, **settings})
    content = template.render({"data": {"colour": "red", "name": "<Ada>"}}, channel, ["ada@example.org"]).content
    assert isinstance(content, EmailContent)
    return content


def test_the_stored_html_and_text_are_those_that_leave() -> None:
    content = rendered(HTML)
    html = '<html><head></head><body><p>Hi <b style="color: red;">&lt;Ada&gt;</b></p></body></html>'
    assert (content.html, content.text) == (html, "Hi <Ada>")
    payload = content.to_payload("m", Destination.of("ada@example.org"), NOW)
    assert (payload.html, payload.text) == (html, "Hi <Ada>")


def test_a_channel_may_leave_sheets_alone() -> None:
    content = rendered(HTML, inline_css=False)
    assert content.html == "<style>b { color: red }</style><p>Hi <b>&lt;Ada&gt;</b></p>"
    assert content.text == "Hi <Ada>"


def test_a_text_of_the_template_s_own_is_kept() -> None:
    assert rendered(structs.replace(HTML, text="Hello {{ data.name }}")).text == "Hello <Ada>"


def test_html_that_says_nothing_leaves_alone() -> None:
    content = rendered(EmailTemplate("Hi", html="<img src='cid:x'>"))
    assert (content.html, content.text) == ("<img src='cid:x'>", None)


def test_links_that_sheets_do_not_hide_are_refused_all_the_same() -> None:
    template = EmailTemplate("Hi", html="<style>a { b: c }</style><a href='{{ data.url }}'>x</a>")
    rendered = template.render({"data": {"url": "java\tscript:alert(1)"}}, EMAIL, [])
    assert isinstance(rendered.content, EmailContent)
    assert rendered.refused == ("javascript: is no scheme that links of this channel may have",)
    assert "script" not in str(rendered.content.html)


MJML = EmailTemplate(
    "Hi",
    html="<mjml><mj-body><mj-section><mj-column><mj-text>Hi {{ data.name }}</mj-text></mj-column></mj-section>"
    "</mj-body></mjml>",
    is_mjml=True,
)


def test_mjml_becomes_html() -> None:
    content = rendered(MJML)
    assert content.html is not None
    assert content.html.startswith("<!doctype html><html")
    assert "mj-text" not in content.html
    assert content.text == "Hi <Ada>"


def test_what_begins_like_mjml_is_mjml() -> None:
    assert rendered(structs.replace(MJML, is_mjml=False)) == rendered(MJML)


def test_mjml_may_have_a_part_that_only_assigns() -> None:
    assert rendered(structs.replace(MJML, pre_content="{% assign name = 'Ada' %}")).text == "Hi <Ada>"


def test_mjml_that_is_none_fails_the_message_with_its_reason() -> None:
    with pytest.raises(TemplateError, match=r"^MJML: unexpected token in root template"):
        rendered(structs.replace(MJML, html="<p>Hi</p>"))


@pytest.mark.parametrize(
    ("template", "problems"),
    [
        (MJML, []),
        (EmailTemplate("Hi", text="Hi", is_mjml=True), [(("is_mjml",), "this is about 'html', which is missing")]),
    ],
)
def test_what_is_about_mjml_must_fit_it(template: EmailTemplate, problems: list[object]) -> None:
    assert list(template.problems(EMAIL.served_by)) == problems
