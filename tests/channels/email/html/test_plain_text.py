"""The text of an e-mail that has HTML alone."""

import html as standard
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.channels.email.html.plain_text import MAX_LENGTH, text_of
from tests.channels.email.html.hostile import PIECES, repeated

MAIL = """<!doctype html>
<html><head><title>Invoice</title><style>p { color: red }</style></head>
<body>
<div style="display: none; max-height: 0">Preview&zwnj;&nbsp;&zwnj;&nbsp;</div>
<table><tr><td><a href="https://acme.example/"><img src="logo.png" alt="Acme"></a></td></tr></table>
<h1>Hello&nbsp;Ada</h1>
<p>You have <b>two</b> new <i>orders</i>; see
<a href="https://acme.example/o?a=1&amp;b=2">the list</a>.<br>
Bye</p>
<ul><li>first</li><li>second<ul><li>deeper</li></ul></li></ul>
<ol><li>one</li><li>two</li></ol>
<table><tr><th>Item</th><th>Price</th></tr><tr><td>Tea</td><td>2&nbsp;&euro;</td></tr></table>
<blockquote>They said<br>this</blockquote>
<!--[if mso]><p>Outlook</p><![endif]-->
<hr>
<p>1 &lt; 2 &amp; &lt;b&gt;</p>
</body></html>"""

TEXT = """Acme (https://acme.example/)

Hello Ada

You have two new orders; see the list (https://acme.example/o?a=1&b=2).
Bye

- first
- second
  - deeper

1. one
2. two

Item | Price
Tea | 2 €

> They said
> this

--------------------

1 < 2 & <b>"""


def test_an_email_reads_well_as_text() -> None:
    assert text_of(MAIL) == TEXT


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Hi", "Hi"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<div><div>a</div></div>b", "a\nb"),
        ("a<br><br>b", "a\n\nb"),
        ("a <b> b </b> c", "a b c"),
        ("a<span>b</span>", "ab"),
        (" \n a \t b \n", "a b"),
        ("<pre>\na\n  b\n\nc</pre>d", "a\n  b\n\nc\n\nd"),
        ("<td>a<td>b", "a | b"),
        ("<td></td><td>a</td><td> </td><td>b</td>", "a | b"),
        ("<td><p>a</p></td><td><p>b</p></td>", "a\n\nb"),
        ("<ol><li>a<ul><li>b</ul><li>c</ol>", "1. a\n  - b\n2. c"),
        ("<li>a<li>b", "- a\n- b"),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>c", "> a\n\n> > b\n\nc"),
        ('<a href="https://a.example">https://a.example</a>', "https://a.example"),
        ('<a href="https://a.example/">a.example</a>', "a.example"),
        ('<a href="https://a.example"><div>a</div></a>b', "a (https://a.example)\nb"),
        ('<a href="https://a.example">a <b>b</b> </a>c', "a b (https://a.example) c"),
        ('<a href="https://a.example"><img src=x></a>', "https://a.example"),
        ('<a href="mailto:a@b.example?subject=x">Write</a>', "Write (a@b.example)"),
        ('<a href="tel:+123">+123</a>', "+123"),
        ('<a href="#top">Top</a> <a href="/x">x</a> <a>y</a> <a href="javascript:x">z</a>', "Top x y z"),
        ('<img alt="A &amp; B" src=x>', "A & B"),
        ("<div hidden>a<div>b</div>c</div>d", "d"),
        ("<p hidden>a<p>b", "b"),
        ('<span style="DISPLAY : none !important">a</span>b', "b"),
        ('<span style="mso-hide:all">a</span>b', "b"),
        ('<span style="max-height:0px;overflow:hidden">a</span>b', "b"),
        ('<span style="opacity:0.5;max-height:0.5em;x-display:none">a</span>', "a"),
        ('<td style="font-size:0px">a</td>', "a"),
        ("<script>a</script><title>b</title><select><option>c</select><svg><text>d</text></svg>e", "e"),
        ("👩\u200d👩 می\u200cخواهم soft\u00adhyphen \ufeff", "👩\u200d👩 می\u200cخواهم softhyphen"),
        ("&copy;&#x1F33B;&notit;&#0;", "©🌻¬it;\ufffd"),
    ],
)
def test_how_elements_are_written(html: str, text: str) -> None:
    assert text_of(html) == text


@pytest.mark.parametrize("html", ["", " ", "<p></p>", "<br>" * 3, "<img src=x>", "<ul><li></li></ul>", "<!-- x -->"])
def test_html_that_says_nothing_has_no_text(html: str) -> None:
    assert text_of(html) is None


WORDS = st.text(
    st.sampled_from("ab <>&\"';#é🌻")
    # A joiner of graphemes, with which senders fill previews, is left out.
    | st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zs", "Zl", "Zp"], exclude_characters="\u034f")
)


@given(st.lists(WORDS.filter(str.split), min_size=1))
def test_no_markup_is_left_and_no_text_is_lost(words: list[str]) -> None:
    html = "".join(f"<p><b>{standard.escape(word)}</b></p>" for word in words)
    expected = [" ".join(re.split(r"[\s\u2007]+", word.strip())) for word in words]
    text = text_of(html)
    assert text is not None
    assert text.split("\n\n") == expected


@pytest.mark.parametrize("piece", PIECES)
def test_hostile_html_gives_a_text_of_bounded_length(piece: str) -> None:
    assert len(text_of(repeated(piece)) or "") <= 3 * MAX_LENGTH


def test_a_text_that_is_cut_says_so() -> None:
    text = text_of("<p>word</p>" * 50_000)
    assert text is not None
    assert text.endswith("word…")
