"""Partials within templates of every environment."""

from collections.abc import Mapping
from typing import Any

import pytest

from addressee.messaging.content.templating import escaping, liquid
from addressee.messaging.content.templating.liquid import TemplateError, parse, render, sharing
from addressee.messaging.content.templating.markdown.rendering import to_html
from addressee.messaging.content.templating.shared_templates import TEMPLATES, Partial, SharedTemplates


def scope_of(partials: Mapping[str, str], **values: Any) -> Mapping[str, Any]:
    shared = SharedTemplates({}, {key: Partial(content=content) for key, content in partials.items()})
    return {**values, TEMPLATES: shared}


def rendered(source: str, partials: Mapping[str, str], **values: Any) -> str:
    return render(source, scope_of(partials, **values))


def test_a_partial_sees_its_arguments_and_what_all_templates_see() -> None:
    partials = {"a": "{{ x }}/{{ y }}/{{ data.v }}"}
    assert rendered("{% assign y = 2 %}{% render 'a', x: data.v %}", partials, data={"v": 1}) == "1//1"


def test_nothing_that_a_partial_assigns_is_seen_outside() -> None:
    assert rendered("{% render 'a' %}{{ z }}", {"a": "{% assign z = 1 %}{{ z }}"}) == "1"


def test_an_argument_goes_before_a_value_of_its_name() -> None:
    assert rendered("{% render 'a', data: 'own' %}{{ data }}", {"a": "{{ data }} "}, data="all") == "own all"


def test_a_partial_may_be_rendered_in_loops_and_by_others() -> None:
    partials = {"item": "({{ x }})", "list": "{% for each in all %}{% render 'item', x: each %}{% endfor %}"}
    assert rendered("{% render 'list', all: data.list %}", partials, data={"list": [1, 2, 3]}) == "(1)(2)(3)"


@pytest.mark.parametrize(
    ("environment", "shown"),
    [
        (liquid.PLAIN, '<b>"*x*"<i></b>'),
        (liquid.HTML, "<b>&#34;*x*&#34;&lt;i&gt;</b>"),
        (escaping.SLACK, '<b>"*x*"&lt;i&gt;</b>'),
        (escaping.JSON, '<b>\\"*x*\\"<i></b>'),
    ],
)
def test_values_are_escaped_as_where_the_partial_is_rendered(
    environment: liquid.BoundedEnvironment, shown: str
) -> None:
    scope = scope_of({"a": "<b>{{ x }}</b>"}, data={"v": '"*x*"<i>'})
    assert render("{% render 'a', x: data.v %}", scope, environment) == shown


def test_a_partial_in_markdown_is_markdown_and_its_values_are_texts() -> None:
    scope = scope_of({"a": "**{{ x }}**"}, data={"v": "_x_", "w": "`y`"})
    html = to_html("{{ data.w }} {% render 'a', x: data.v %}", scope, frozenset({"https"}))
    assert html.text == "<p>`y` <strong>_x_</strong></p>"


@pytest.mark.parametrize(
    ("source", "partials", "message"),
    [
        ("\n{% render 'a' %}", {}, "line 2: there is no partial 'a'"),
        ("\n{% render 'a' %}", {"a": "\n\n{{ 1 | divided_by: 0 }}"}, "line 2: partial 'a', line 3: divided_by"),
        ("{% render 'a' %}", {"a": "\n{% render 'b' %}", "b": "{{ 1 | modulo: 0 }}"}, "line 1: partial 'b', line 1: "),
        ("{% render 'a' %}", {"a": "{% if %}"}, "line 1: partial 'a': line 1: "),
        ("{% render 'a' %}", {"a": "{% break %}"}, "partial 'a'"),
        ("{% render 'a' %}", {"a": "{% render 'a' %}"}, "maximum context depth reached"),
    ],
)
def test_an_error_names_the_partial_and_the_line_in_it(source: str, partials: dict[str, str], message: str) -> None:
    with pytest.raises(TemplateError) as error:
        rendered(source, partials)
    assert message in str(error.value)


def test_a_text_renders_a_limited_number_of_partials() -> None:
    partials = {"a": "{% render 'b' %}" * 100, "b": "{% render 'c' %}" * 100, "c": ""}
    with pytest.raises(TemplateError, match="a text renders at most 5,000 partials"):
        rendered("{% render 'a' %}", partials)


def test_loops_of_a_template_and_its_partials_are_limited_together() -> None:
    partials = {"a": "{% for x in (1..200) %}{% endfor %}"}
    with pytest.raises(TemplateError, match="loop iteration limit reached"):
        rendered("{% for x in (1..200) %}{% render 'a' %}{% endfor %}", partials)


def test_output_of_a_template_and_its_partials_is_limited_together() -> None:
    with pytest.raises(TemplateError, match="output stream limit reached"):
        rendered("{% for x in (1..11) %}{% render 'a' %}{% endfor %}", {"a": "x" * 100_000})


def test_what_a_template_renders_is_known_with_its_lines() -> None:
    source = "\n{% render 'a' %}{% if x %}\n{% render 'b', x: 1 %}{% endif %}"
    assert [(use.key, use.line) for use in parse(source).partials] == [("a", 2), ("b", 3)]


def test_texts_with_partials_are_not_shared_between_values() -> None:
    with sharing():
        for name in ("Ada", "Bob"):
            assert rendered("{% render 'a' %}", {"a": "{{ recipient.name }}"}, recipient={"name": name}) == name


def test_no_template_can_show_the_shared_templates() -> None:
    assert rendered("{{ ['$shared_templates'] }}", {"a": "secret"}) == ""
