"""Markdown with values: what an author lays out, and what they say of values."""

import time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from addressee.channels.links import SCHEMES
from addressee.messaging.content.templating.liquid import TemplateError
from addressee.messaging.content.templating.markdown.pages import PARSER, Page, PageOfTexts, page_of
from addressee.messaging.content.templating.markdown.rendering import to_html

SCOPE: dict[str, Any] = {
    "data": {
        "v": "*a* & <b>",
        "url": "https://example.org/?a=1&b=2",
        "email": "ann@example.org",
        "tag": "b",
        "script": "javascript:alert(1)",
        "lines": "one\n*two*\r\nthree",
        "list": ["*a*", "b"],
        "number": 3,
        "long": "a" * 50_000,
    },
}


def said(body: str) -> str:
    return to_html(body, SCOPE, SCHEMES).text


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("`a & b` `{{ data.v }}`", "<p><code>a &amp; b</code> <code>*a* &amp; &lt;b&gt;</code></p>"),
        ("```\na & {{ data.v }}\n```", "<pre><code>a &amp; *a* &amp; &lt;b&gt;\n</code></pre>"),
        ("    a & {{ data.v }}", "<pre><code>a &amp; *a* &amp; &lt;b&gt;\n</code></pre>"),
        ("`&amp;`", "<p><code>&amp;amp;</code></p>"),
        ("&copy; & &amp;", "<p>© &amp; &amp;</p>"),
    ],
)
def test_code_is_escaped_once(body: str, html: str) -> None:
    assert said(body) == html


ADDRESS = "https://example.org/?a=1&amp;b=2"


def link(text: str) -> str:
    return f'<a href="{ADDRESS}" rel="noopener noreferrer">{text}</a>'


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("<https://example.org/?a=1&b=2>", link(ADDRESS)),
        ("<{{ data.url }}>", link(ADDRESS)),
        ("[x]({{ data.url }})", link("x")),
        ("[x](<{{ data.url }}>)", link("x")),
        ("[x][1]\n\n[1]: {{ data.url }}", link("x")),
        ('<a href="{{ data.url }}">x</a>', link("x")),
        ("<{{ data.email }}>", '<a href="mailto:ann@example.org" rel="noopener noreferrer">ann@example.org</a>'),
        ("<{{ data.tag }}>", "&lt;b&gt;"),
        ("<{{ data.script }}>", '<a rel="noopener noreferrer">javascript:alert(1)</a>'),
        ("[x]({{ data.script }})", '<a rel="noopener noreferrer">x</a>'),
        ("[x](java{{ 'script:' }}alert)", '<a rel="noopener noreferrer">x</a>'),
    ],
)
def test_links_with_values(body: str, html: str) -> None:
    assert said(body) == f"<p>{html}</p>"


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("{{ data.v | remove: '<b>' | safe }}", "<p><em>a</em> &amp;</p>"),
        ("{{ data.list | join: ', ' | safe }}", "<p><em>a</em>, b</p>"),
        ("{% capture c %}**{{ data.v }}**{% endcapture %}{{ c }}", "<p><strong>*a* &amp; &lt;b&gt;</strong></p>"),
        ("{% capture c %}**{{ data.v }}**{% endcapture %}{{ c | upcase }}", "<p>***A* &amp; &lt;B&gt;**</p>"),
        ("{{ data.nothing | default: '_nobody_' }}", "<p><em>nobody</em></p>"),
        ("{{ data.v | default: '_nobody_' }}", "<p>*a* &amp; &lt;b&gt;</p>"),
        ("{{ '_x_' }} {{ '_x_' | append: '' }}", "<p><em>x</em> _x_</p>"),
        ("{{ data.lines | newline_to_br }}", "<p>one<br>\n*two*<br>\nthree</p>"),
        ("{{ data.v | escape }} {{ data.v | escape_once }}", "<p>*a* &amp; &lt;b&gt; *a* &amp; &lt;b&gt;</p>"),
        ("{% for x in data.list %}{{ forloop.index }}. {{ x }}\n{% endfor %}", "<ol>\n<li>*a*</li>\n<li>b</li>\n</ol>"),
        ("{{ data.number }}. x", '<ol start="3">\n<li>x</li>\n</ol>'),
        ("**{{ data.nothing }}x**", "<p><strong>x</strong></p>"),
    ],
)
def test_what_an_author_says_of_values(body: str, html: str) -> None:
    assert said(body) == html


def test_what_was_parsed_for_one_recipient_is_good_for_the_next() -> None:
    body = "Hello *{{ data.v }}*, {{ data.w }}"
    assert [
        to_html(body, {"data": {"v": v, "w": w}}, SCHEMES).text for v, w in (("a", "b"), ("c", "c"), ("", "d"))
    ] == [
        "<p>Hello <em>a</em>, b</p>",
        "<p>Hello <em>c</em>, c</p>",
        "<p>Hello **, d</p>",
    ]


@pytest.mark.parametrize(
    "body",
    [
        "{% for i in (1..9000) %}{{ data.long }}{% endfor %}",
        "{% capture c %}{{ data.long }}{% endcapture %}{% for i in (1..9000) %}{{ c }}{% endfor %}",
        "{% capture c %}{{ data.long }}{{ data.long }}{{ data.long }}{% endcapture %}{{ c | upcase }}",
        "{% capture c %}{% for i in (1..9000) %}{{ data.long }}{% endfor %}{% endcapture %}{{ c | size }}",
    ],
)
def test_what_would_be_too_long_fails_soon(body: str) -> None:
    began = time.process_time()
    with pytest.raises(TemplateError):
        to_html(body, SCOPE, SCHEMES)
    assert time.process_time() - began < 10


PIECES = [
    *"*_`#>-=[]()!&\\<|~",
    "\n",
    "\n\n",
    "    ",
    "1. ",
    "```\n",
    "<b>",
    "</p>",
    "<pre>\n",
    "<!--",
    "a",
    "&copy",
    "0vq7qv0",
]
VALUE_MARKS = ["0vq0qv0", "0vq1qv0"]


@given(
    st.lists(st.sampled_from([*PIECES, *VALUE_MARKS]), max_size=12).map("".join),
    st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2),
)
@example("0vq0qv0 *0vq1qv0*", ["\0\r\n\xa0\x85&lt;", "</p><script>"])
@example("<pre>0vq0qv0</pre>", ["\nx", ""])
def test_a_page_that_is_sanitized_before_its_values_is_the_page_sanitized_with_them(
    marked: str, values: list[str]
) -> None:
    assert page_of(marked, SCHEMES).filled(values) == Page(PARSER.render(marked), SCHEMES).filled(values)


@pytest.mark.parametrize("codes", [range(0xD800), range(0xE000, 0x90000), range(0x90000, 0x110000)])
def test_every_character_is_written_in_a_sanitized_page_as_the_sanitizer_writes_it(codes: range) -> None:
    everything = ["".join(map(chr, codes))]
    page = page_of("0vq0qv0", SCHEMES)
    assert isinstance(page, PageOfTexts)
    assert page.filled(everything) == Page("<p>0vq0qv0</p>", SCHEMES).filled(everything)


@pytest.mark.parametrize(
    "marked",
    [
        "<b>0vq0qv0</b>",
        "<0vq0qv0>",
        "[x](0vq0qv0)",
        "[x][1]\n\n[1]: /y '0vq0qv0'",
        "![0vq0qv0](/x)",
        "```0vq0qv0\nx\n```",
    ],
)
def test_pages_with_html_or_values_in_tags_are_sanitized_with_their_values(marked: str) -> None:
    assert type(page_of(marked, SCHEMES)) is Page
