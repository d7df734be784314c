"""Handlebars and the Liquid that is made of it print the same, whatever the template and the data are."""

from typing import Any

from hypothesis import given, settings
from liquid import escape

from addressee.converting.handlebars.helpers import Escaping
from addressee.converting.handlebars.liquid import to_liquid
from addressee.converting.handlebars.names import below
from addressee.messaging.content.templating import liquid
from tests.converting.handlebars.interpreter import DATA, Node, Place, templates


def top(names: tuple[str, ...]) -> str:
    return below("data", names)


@settings(max_examples=300)
@given(templates(), DATA)
def test_where_values_are_escaped(template: Node, data: dict[str, Any]) -> None:
    translation = to_liquid(template.source, Escaping.HTML, top)
    assert list(translation.problems) == []
    printed = liquid.render(translation.text, {"data": data}, liquid.HTML)
    expected = template.run(Place((data,)), lambda text: str(escape(text)))
    assert as_characters(printed) == as_characters(expected), translation.text


@settings(max_examples=200)
@given(templates(), DATA)
def test_where_values_are_printed_as_they_are(template: Node, data: dict[str, Any]) -> None:
    translation = to_liquid(template.source, Escaping.NONE, top)
    assert list(translation.problems) == []
    printed = liquid.render(translation.text, {"data": data})
    assert printed == template.run(Place((data,)), str), translation.text


def as_characters(html: str) -> str:
    """Returns HTML in which quotes are written in one way."""
    return html.replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
