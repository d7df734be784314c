"""Markdown of what items of feeds say: rendered again it is the same, and texts are never more than texts."""

from __future__ import annotations

from html import escape

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from addressee.dialects.suprsend.mapping.markdown import to_markdown
from addressee.messaging.content.templating.markdown.rendering import to_html

RENDERER = MarkdownIt("commonmark")

SCHEMES = frozenset({"https", "mailto"})

# What markdown is made of.
MEANINGFUL = "*_`#[]()<>!|~-+=.:\\&;\n 1a\"'/^{}"


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>Hello <strong>Ada</strong>, <em>welcome</em></p>", "Hello **Ada**, *welcome*"),
        ('<p><a href="https://app.example/a_b?c=1&amp;d=2">Open</a></p>', "[Open](https://app.example/a_b?c=1&d=2)"),
        ("<h2>News</h2><ul><li>one</li><li>two</li></ul>", "## News\n\n- one\n- two"),
        ("<p>one<br>two</p>", "one\\\ntwo"),
        ("<p>*1* [a](b) &lt;b&gt;</p>", r"\*1\* \[a\](b) \<b\>"),
        ("", ""),
    ],
)
def test_html_becomes_markdown(html: str, markdown: str) -> None:
    assert to_markdown(html) == markdown


@pytest.mark.parametrize(
    "source",
    [
        "**a** _b_ `c*d`",
        "# a\n\ntext\n\n1. one\n2. two",
        "> quoted\n\n---\n\n```\ncode *x*\n```",
        "[a](https://b.example) <https://c.example>",
    ],
)
def test_what_was_written_is_rendered_as_it_was(source: str) -> None:
    html = to_html(source, {}, SCHEMES).text
    again = to_html(to_markdown(html), {}, SCHEMES).text
    assert again == html


@settings(max_examples=300)
@given(st.text(st.sampled_from(MEANINGFUL), max_size=30))
def test_a_text_stays_a_text(text: str) -> None:
    """No name or comment of somebody can become a link, a picture or a heading."""
    tokens = RENDERER.parse(to_markdown(f"<p>{escape(text)}</p>"))
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}
    inner = [child for token in tokens for child in token.children or ()]
    assert {token.type for token in inner} <= {"text", "softbreak", "text_special"}
    shown = "".join(token.content if token.type != "softbreak" else "\n" for token in inner)
    assert shown.split() == text.split()


@settings(max_examples=300)
@example("1\n``", "code")
@given(st.text(st.sampled_from(MEANINGFUL), max_size=30), st.sampled_from(["pre", "code"]))
def test_code_stays_code(text: str, tag: str) -> None:
    html = f"<pre><code>{escape(text)}</code></pre>" if tag == "pre" else f"<p><code>{escape(text)}</code></p>"
    tokens = RENDERER.parse(to_markdown(html) + "\n\nafter")
    assert tokens[-2].content == "after"
    types = {child.type for token in tokens for child in token.children or ()}
    assert types <= {"text", "softbreak", "code_inline", "text_special"}
