"""Layouts around the HTML and the text of e-mails."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.messaging.content.emails.content import EmailContent
from addressee.messaging.content.emails.email import EmailTemplate
from addressee.messaging.content.templating.liquid import TemplateError
from addressee.messaging.content.templating.shared_templates import (
    TEMPLATES,
    FooterLink,
    Layout,
    Partial,
    SharedTemplates,
)
from tests.messaging.content.templating.test_hostile_values import EMAIL, HTML_PLACES, TEXT_PLACES, TEXTS, scope_of

FRAME = Layout(
    html_layout="<body>{{ content }}<p>{{ tenant.name }}</p></body>",
    text_layout="{{ content }}\n-- \n{{ tenant.name }}",
)
IDENTITY = Layout(html_layout="{{ content }}", text_layout="{{ content }}")
ACME = {"tenant": {"name": "Acme & Co"}, "data": {"v": "<b>"}}


def rendered(
    template: EmailTemplate, layout: Layout = FRAME, scope: Mapping[str, Any] = ACME, **partials: str
) -> EmailContent:
    templates = SharedTemplates({"frame": layout}, {key: Partial(content=content) for key, content in partials.items()})
    content = template.render({**scope, TEMPLATES: templates}, EMAIL, ["ada@example.org"]).content
    assert isinstance(content, EmailContent)
    return content


def mail(**fields: Any) -> EmailTemplate:
    return EmailTemplate(subject="Hi", layout_key="frame", **fields)


def test_both_parts_are_laid_into_the_layout() -> None:
    content = rendered(mail(html="<p>{{ data.v }}</p>", text="{{ data.v }}"))
    assert content.html == "<body><p>&lt;b&gt;</p><p>Acme &amp; Co</p></body>"
    assert content.text == "<b>\n-- \nAcme & Co"


def test_a_part_that_a_message_does_not_have_is_not_made_of_the_layout() -> None:
    assert rendered(mail(html="<p>x</p>")).text == "x\n\nAcme & Co"
    assert rendered(mail(text="x")).html is None


def test_text_stands_alone_where_the_layout_has_none() -> None:
    assert rendered(mail(text="x"), Layout(html_layout="{{ content }}")).text == "x"


PREVIEWED = "{{ preview_text }}{{ content }}{% if preview_text != blank %}!{% endif %}"


def test_a_preview_text_is_hidden_where_the_layout_prints_it() -> None:
    layout = Layout(html_layout=PREVIEWED, text_layout=PREVIEWED)
    content = rendered(mail(html="x", text="y", preview_text="Hi {{ data.v }}"), layout)
    assert content.html == '<div style="display:none;max-height:0;overflow:hidden">Hi &lt;b&gt;</div>x!'
    assert content.text == "Hi <b>y!"


@pytest.mark.parametrize("preview_text", [None, "", "{{ data.nothing }}"])
def test_without_a_preview_text_there_is_nothing_to_hide(preview_text: str | None) -> None:
    content = rendered(mail(html="x", preview_text=preview_text), Layout(html_layout=PREVIEWED))
    assert content.html == "x"


def test_mjml_has_an_element_for_a_preview_text() -> None:
    frame = (
        "<mjml><mj-head><mj-preview>{{ preview_text }}</mj-preview></mj-head><mj-body>{{ content }}</mj-body></mjml>"
    )
    body = "<mj-section><mj-column><mj-text>x</mj-text></mj-column></mj-section>"
    html = rendered(mail(html=body, is_mjml=True, preview_text="Hi {{ data.v }}"), Layout(html_layout=frame)).html
    assert html is not None
    assert html.count("Hi &lt;b&gt;") == 1


def test_links_in_the_footer_may_be_printed_as_a_whole() -> None:
    layout = Layout(
        html_layout="{{ content }}<p>{{ footer_links }}</p>",
        text_layout="{{ content }}\n{{ footer_links }}",
        footer_links=(FooterLink("{{ data.v }}", "https://example.org/?a={{ data.v }}"), FooterLink("Help", "/help")),
    )
    content = rendered(mail(html="x", text="x"), layout)
    links = '<a href="https://example.org/?a=&lt;b&gt;">&lt;b&gt;</a>\n<a href="/help">Help</a>'
    assert content.html == f"x<p>{links}</p>"
    assert content.text == "x\n<b> (https://example.org/?a=<b>)\nHelp (/help)"


def test_links_in_the_footer_are_liquid_and_checked() -> None:
    layout = Layout(
        html_layout=(
            '{{ content }}{% for link in footer_links %}<a href="{{ link.url }}">{{ link.text }}</a>{% endfor %}'
        ),
        footer_links=(
            FooterLink("About {{ tenant.name }}", "https://example.org/{{ tenant.name | url_encode }}"),
            FooterLink("Bad", "{{ data.url }}"),
        ),
    )
    scope = {**ACME, "data": {"url": "javascript:alert(1)"}}
    content = rendered(mail(html="x"), layout, scope)
    assert content.html == ('x<a href="https://example.org/Acme+%26+Co">About Acme &amp; Co</a><a >Bad</a>')


def test_pre_content_assigns_for_the_layout_and_both_parts() -> None:
    layout = Layout(html_layout="<i>{{ preview }}</i>{{ content }}", text_layout="{{ preview }}: {{ content }}")
    template = mail(html="<p>{{ preview }}</p>", text="{{ preview }}!", pre_content="{% assign preview = data.v %}<hr>")
    content = rendered(template, layout)
    assert content.html == "<i>&lt;b&gt;</i><hr>\n<p>&lt;b&gt;</p>"
    assert content.text == "<b>: <b>!"


def test_the_layout_sees_what_the_message_has_assigned() -> None:
    layout = Layout(html_layout="{{ content }}<p>{{ price }}</p>")
    assert rendered(mail(html="{% capture price %}<b>{{ data.v }}</b>{% endcapture %}x"), layout).html == (
        "x<p><b>&lt;b&gt;</b></p>"
    )


def test_data_of_the_name_content_is_not_laid_into_the_layout() -> None:
    scope = {"content": "<evil>", "data": {"content": "<evil>"}}
    assert rendered(mail(html="x {{ content }}"), IDENTITY, scope).html == "x &lt;evil&gt;"


def test_partials_of_a_layout_do_not_see_the_content() -> None:
    layout = Layout(html_layout="{{ content }}|{% render 'foot' %}")
    assert rendered(mail(html="x"), layout, foot="[{{ content }}{{ footer_links }}]").html == "x|[]"


def test_a_layout_that_there_is_not_is_an_error_of_the_template() -> None:
    with pytest.raises(TemplateError, match="there is no layout 'frame'"):
        mail(html="x").render(ACME, EMAIL, [])


@pytest.mark.parametrize("is_mjml", [True, False])
def test_a_layout_of_mjml_becomes_html_with_what_it_is_laid_around(is_mjml: bool) -> None:
    body = "<mj-text>{{ data.v }}</mj-text>" if is_mjml else "<mj-raw><p>{{ data.v }}</p></mj-raw>"
    frame = "<mjml><mj-body><mj-section><mj-column>{{ content }}</mj-column></mj-section></mj-body></mjml>"
    html = rendered(mail(html=body, is_mjml=is_mjml), Layout(html_layout=frame, is_mjml=True)).html
    assert html is not None
    assert html.lstrip().lower().startswith("<!doctype html>")
    assert "&lt;b&gt;" in html
    assert "<mj" not in html


def test_a_message_that_names_no_layout_has_none() -> None:
    template = EmailTemplate(subject="Hi", html="x", text="y")
    content = rendered(template)
    assert (content.html, content.text) == ("x", "y")


@given(st.sampled_from(HTML_PLACES), st.sampled_from(TEXT_PLACES), TEXTS)
def test_a_layout_of_its_content_alone_changes_nothing(html: str, text: str, value: str) -> None:
    scope = scope_of(value)
    known: SharedTemplates = scope[TEMPLATES]
    within = {**scope, TEMPLATES: SharedTemplates({"identity": IDENTITY}, known.partials)}
    framed, alone = (
        EmailTemplate(subject="x", html=html, text=text, layout_key=key).render(within, EMAIL, ["a@example.org"])
        for key in ("identity", None)
    )
    assert framed == alone
