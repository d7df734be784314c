"""Markdown that somebody has written, as HTML within templates of every language."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given

from addressee.channels.links import SCHEMES
from addressee.messaging.content.templating import escaping, liquid
from addressee.messaging.content.templating.liquid import render
from addressee.messaging.content.templating.markdown.rendering import to_html
from tests.messaging.content.templating.test_hostile_values import TEXTS, VALUES, read

SOURCE = "{{ v | from_markdown }}"


def scope_of(value: str) -> Mapping[str, Any]:
    return {"v": value}


@pytest.mark.parametrize(
    ("environment", "shown"),
    [
        (liquid.PLAIN, "<p><em>x</em></p>"),
        (liquid.HTML, "<p><em>x</em></p>"),
        (escaping.SLACK, "&lt;p&gt;&lt;em&gt;x&lt;/em&gt;&lt;/p&gt;"),
        (escaping.JSON, "<p><em>x</em></p>"),
    ],
)
def test_it_is_html_only_where_html_is_written(environment: liquid.BoundedEnvironment, shown: str) -> None:
    assert render(SOURCE, scope_of("*x*"), environment) == shown


def test_a_filter_behind_it_makes_a_text_of_it() -> None:
    assert render("{{ v | from_markdown | upcase }}", scope_of("*x*"), liquid.HTML) == "<P><EM>X</EM></P>"
    assert to_html("{{ v | from_markdown | upcase }}", scope_of("*x*"), SCHEMES).text == (
        "<p>&lt;P&gt;&lt;EM&gt;X&lt;/EM&gt;&lt;/P&gt;</p>"
    )


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("{{ v | from_markdown }}", "<p><em>x</em> **y**</p>"),
        ("**a**\n\n{{ v | from_markdown }}\n\nb", "<p><strong>a</strong></p>\n<p><em>x</em> **y**</p>\n<p>b</p>"),
        ("{% capture c %}{{ v | from_markdown }}{% endcapture %}{{ c }}", "<p><em>x</em> **y**</p>"),
        ("{{ v }}", "<p>*x* \\*\\*y**</p>"),
    ],
)
def test_in_markdown_it_is_a_part_of_the_page(source: str, html: str) -> None:
    assert to_html(source, scope_of("*x* \\*\\*y**"), SCHEMES).text == html


def test_a_text_of_the_same_words_stays_a_text() -> None:
    html = to_html("{{ w }} {{ v | from_markdown }} {{ w }}", {"v": "x", "w": "<p>x</p>"}, SCHEMES).text
    assert html.count("&lt;p&gt;x&lt;/p&gt;") == 2
    assert html.count("<p>x</p>") == 1


def is_harmless(html: str) -> bool:
    tags = [part for part in read(html) if isinstance(part, tuple)]
    return all(
        tag not in {"script", "style", "iframe"}
        and not any(name.startswith("on") for name in attributes)
        and not attributes.get("href", "").lower().startswith("javascript")
        for tag, attributes in tags
    )


@pytest.mark.parametrize("value", [*VALUES, "[x](javascript:alert(1))", '<a href="javascript:x()" onclick="y()">z</a>'])
def test_it_is_harmless_whatever_the_value_says(value: str) -> None:
    assert is_harmless(render(SOURCE, scope_of(value), liquid.HTML))
    assert is_harmless(to_html(f"a {SOURCE} b", scope_of(value), SCHEMES).text)


@given(TEXTS)
def test_any_value_is_harmless(value: str) -> None:
    assert is_harmless(render(SOURCE, scope_of(value), liquid.HTML))
    assert is_harmless(to_html(f"a {SOURCE}\n\n{SOURCE}", scope_of(value), SCHEMES).text)
