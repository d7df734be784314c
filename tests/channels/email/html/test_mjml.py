"""MJML becomes HTML, without anything that is not in it."""

import re

import pytest

from addressee.channels.email.html.inlining import with_inlined_css
from addressee.channels.email.html.mjml import MAX_DEPTH, MjmlError, html_of_mjml
from addressee.channels.email.html.plain_text import text_of
from tests.channels.email.html.test_inlining import attributes_of


def mjml(text: str) -> str:
    return f"<mjml><mj-body><mj-section><mj-column>{text}</mj-column></mj-section></mj-body></mjml>"


def test_components_become_tables_that_programs_understand() -> None:
    html = html_of_mjml(
        mjml(
            '<mj-text>Hi &amp; &lt;b&gt;<br>Ada</mj-text><mj-button href="https://example.com/?a=1&amp;b=2">Go</mj-button>'
        )
    )
    assert html.startswith("<!doctype html>")
    assert [link["href"] for link in attributes_of(html, "a")] == ["https://example.com/?a=1&b=2"]
    assert text_of(html) == "Hi & <b>\nAda\n\nGo (https://example.com/?a=1&b=2)"


def test_styles_of_mjml_are_inlined_like_others() -> None:
    style = "<mj-head><mj-preview>Seen in lists</mj-preview><mj-style>.x { color: red }</mj-style></mj-head>"
    html = with_inlined_css(
        html_of_mjml(mjml('<mj-text><b class="x">x</b></mj-text>').replace("<mj-body>", f"{style}<mj-body>"))
    )
    assert attributes_of(html, "b") == [{"class": "x", "style": "color: red;"}]
    assert re.search(r"@media only screen and \(min-width:480px\)", html)
    assert text_of(html) == "x"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "unable to find mjml element"),
        ("<p>x</p>", "unexpected token in root template at position 0:2"),
        ("<mjml>", "unexpected end of stream in root template"),
        ('<mjml><mj-body><mj-include path="/etc/passwd"/></mj-body></mjml>', "unable to load included template"),
        (mjml("<div>" * MAX_DEPTH + "</div>" * MAX_DEPTH), "its elements are nested more than 200 deep"),
        ("<mj-text>" * 100_000, "its elements are nested more than 200 deep"),
    ],
)
def test_what_is_no_mjml_says_why(source: str, message: str) -> None:
    with pytest.raises(MjmlError, match=f"^{re.escape(message)}"):
        html_of_mjml(source)
