"""Liquid within bounds."""

import time
from typing import Any

import pytest
from msgspec import structs

from addressee.channels.links import SCHEMES
from addressee.messaging.content.scope import exposed
from addressee.messaging.content.templating.liquid import HTML, PLAIN, TemplateError, parse, render
from addressee.messaging.content.templating.markdown.rendering import MARKDOWN, to_html
from tests.messaging.steps.test_machine import ADA

SCOPE: dict[str, Any] = {
    "recipient": {"name": "<b>Tom & Co", "plan": {"tier": "pro"}},
    "data": {"items": [1, 2, 3], "long": "a" * 50_000, "text": "x"},
}


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("Hi {{ recipient.name }}", "Hi <b>Tom & Co"),
        ("{{ recipient.plan.tier }}", "pro"),
        ("{{ recipient.nothing.at.all }}|", "|"),
        ("{% for item in data.items %}{{ item }},{% endfor %}", "1,2,3,"),
        ("{{ data.items | json }}", "[1,2,3]"),
        ('{{ "2025-06-01" | date: "%d.%m.%Y" }}', "01.06.2025"),
    ],
)
def test_what_templates_can_say(source: str, plain: str) -> None:
    assert render(source, SCOPE) == plain


def test_values_are_escaped_in_html_only() -> None:
    assert render("<i>{{ recipient.name }}</i>", SCOPE, HTML) == "<i>&lt;b&gt;Tom &amp; Co</i>"
    assert render("<i>{{ recipient.name }}</i>", SCOPE, PLAIN) == "<i><b>Tom & Co</i>"


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("a\n{{ x", 2, "expected '}}', found end of file"),
        ("a\n{% if x %}\nb", 3, "expected tag endif"),
        ("a\nb\n{{ x | nope }}", 3, "unknown filter 'nope'"),
        (
            "\n{{ 'ada' | user }}",
            2,
            "there is no filter 'user', which reads the directory",
        ),
        ("\n{% include 'other' %}", 2, "unexpected tag 'include'"),
        ("\n{% render other %}", 2, "the key of a partial must stand in quotes"),
        (
            "{% render 'a' for data.list %}",
            1,
            "a partial takes its values as arguments: {% render 'key', name: value %}",
        ),
        ("{% if a %}" * 40 + "{% endif %}" * 40, 1, ""),
    ],
)
def test_mistakes_are_found_before_anything_is_rendered(source: str, line: int, message: str) -> None:
    for environment in (PLAIN, HTML, MARKDOWN):
        with pytest.raises(TemplateError) as error:
            parse(source, environment)
        assert error.value.line == line
        assert message in error.value.message


@pytest.mark.parametrize(
    "source",
    [
        "{% for i in (1..1000000000) %}x{% endfor %}",
        "{% for i in (1..200) %}{% for j in (1..200) %}x{% endfor %}{% endfor %}",
        "{% assign all = (1..1000000000) | join: ',' %}",
        "{{ (1..1000000000) | size }}{{ (1..1000000000) | reverse }}",
        "{% assign a = data.long %}{% for i in (1..100) %}{% assign a = a | append: a %}{% endfor %}",
        "{% for i in (1..9000) %}{{ data.long }}{% endfor %}",
        "{{ data.long | replace: 'a', data.long }}",
        "{{ data.text | divided_by: 0 }}",
        "{{ 1 | divided_by: 0 }}",
    ],
)
def test_what_would_take_too_much_fails_soon(source: str) -> None:
    for environment in (PLAIN, HTML):
        began = time.process_time()
        with pytest.raises(TemplateError):
            render(source, SCOPE, environment)
        assert time.process_time() - began < 10
    with pytest.raises(TemplateError):
        to_html(source, SCOPE, SCHEMES)


@pytest.mark.parametrize(
    ("body", "rendered"),
    [
        ("**{{ recipient.name }}** _x_", "<p><strong>&lt;b&gt;Tom &amp; Co</strong> <em>x</em></p>"),
        ("<em>kept</em> <script>alert(1)</script>", "<p><em>kept</em> </p>"),
        ('<a href="javascript:alert(1)" onclick="x()">x</a>', '<p><a rel="noopener noreferrer">x</a></p>'),
        (
            "[x](https://example.com/?a=1&b=2)",
            '<p><a href="https://example.com/?a=1&amp;b=2" rel="noopener noreferrer">x</a></p>',
        ),
    ],
)
def test_markdown_is_rendered_to_harmless_html(body: str, rendered: str) -> None:
    assert to_html(body, SCOPE, SCHEMES).text == rendered


def test_a_recipients_properties_stand_beside_its_attributes() -> None:
    ada = structs.replace(ADA, properties={"plan": {"tier": "pro"}, "id": "not hers", "name": "not hers either"})
    assert exposed(ada) == {
        "id": "ada",
        "name": "Ada",
        "first_name": "Ada",
        "email": "ada@example.com",
        "plan": {"tier": "pro"},
    }


@pytest.mark.parametrize(
    ("attributes", "properties", "said"),
    [
        ({"name": "Ada King Lovelace"}, {}, "Ada/King Lovelace/Ada King Lovelace"),
        ({"first_name": "Ada", "last_name": "Lovelace"}, {}, "Ada/Lovelace/Ada Lovelace"),
        ({"name": "Ada King", "first_name": None}, {}, "//Ada King"),
        ({"name": "Ada King"}, {"first_name": "Augusta"}, "Augusta//Ada King"),
        ({}, {}, "//"),
    ],
)
def test_a_users_name_and_its_parts_follow_from_each_other(
    attributes: dict[str, Any], properties: dict[str, Any], said: str
) -> None:
    ada = structs.replace(ADA, attributes=attributes, properties=properties)
    source = "{{ recipient.first_name }}/{{ recipient.last_name }}/{{ recipient.name }}"
    assert render(source, {"recipient": exposed(ada)}) == said


def test_the_name_of_what_is_no_user_has_no_parts() -> None:
    acme = structs.replace(ADA, place=ADA.place._replace(collection="projects"), attributes={"name": "Acme Corp"})
    assert exposed(acme) == {"id": "ada", "name": "Acme Corp"}
