"""Which addresses links may have, as a browser understands them."""

import pytest

from addressee.channels.links import EMBEDDED, SCHEMES, checked_html, checked_url, scheme_problems, schemes_of

REFUSED = [
    ("javascript:alert(1)", "javascript"),
    ("JavaScript:alert(1)", "javascript"),
    (" \t\x00\x1fjavascript:alert(1)", "javascript"),
    ("java\nscr\tipt\r:alert(1)", "javascript"),
    ("data:text/html,<script>", "data"),
    ("vbscript:x", "vbscript"),
    ("myapp://orders/1", "myapp"),
    ("file:///etc/passwd", "file"),
    ("localhost:8000/x", "localhost"),
]

TAKEN = [
    "https://example.org/?a=b:c",
    "HTTP://example.org",
    "mailto:a@b.c",
    "tel:+49123",
    "/x",
    "?a=1",
    "#x",
    "",
    "//a.example",
    "x/y:z",
]


@pytest.mark.parametrize(("url", "scheme"), REFUSED)
def test_an_address_that_no_link_may_have(url: str, scheme: str) -> None:
    assert checked_url(url, SCHEMES) == ("", (f"{scheme}: is no scheme that links of this channel may have",))


@pytest.mark.parametrize("url", TAKEN)
def test_an_address_that_links_may_have(url: str) -> None:
    assert checked_url(url, SCHEMES) == (url, ())


def test_a_channel_may_allow_more() -> None:
    assert checked_url("MyApp://orders/1", schemes_of({"link_schemes": ["myapp"]})) == ("MyApp://orders/1", ())


@pytest.mark.parametrize(
    ("scheme", "mistake"),
    [
        ("javascript", "a link never has the scheme javascript"),
        ("data", "a link never has the scheme data"),
        ("MyApp", "'MyApp' is no scheme; write it in small letters and without the colon, like myapp"),
        ("myapp://", "'myapp://' is no scheme; write it in small letters and without the colon, like myapp"),
        ("", "'' is no scheme; write it in small letters and without the colon, like myapp"),
    ],
)
def test_what_no_channel_can_allow(scheme: str, mistake: str) -> None:
    assert list(scheme_problems({"link_schemes": ["myapp", scheme]})) == [("link_schemes", mistake)]


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ('<a href="javascript:x" class="b">x</a>', '<a  class="b">x</a>'),
        ("<a class=b HREF = 'java&#x73;cript&colon;x'>x</a>", "<a class=b >x</a>"),
        ("<a\nhref=javascript:x>x</a>", "<a\n>x</a>"),
        ('<a class="b"href="javascript:x">x</a>', '<a class="b">x</a>'),
        ("<a/href=javascript:x>x</a>", "<a/>x</a>"),
        ('<form action="data:x"><button formaction="javascript:x">', "<form ><button >"),
        ('<p title="a > b" href="javascript:x">', '<p title="a > b" >'),
        ('<img src="javascript:x">', "<img >"),
    ],
)
def test_html_loses_the_addresses_of_links_that_there_may_not_be(html: str, left: str) -> None:
    checked = checked_html(html, SCHEMES, EMBEDDED)
    assert (checked.text, bool(checked.refused)) == (left, True)


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://example.org/?a=1&amp;b=2">x</a> <a href="#top">y</a>',
        '<img src="cid:logo"><img src="data:image/png;base64,xx">',
        'href="javascript:x"',
        "<p>see href=javascript:x</p>",
        '<p title="see href=javascript:x">x</p>',
        "<p title='> href=javascript:x'>x</p>",
        "<p>data-href: javascript:x</p>",
    ],
)
def test_other_html_stays_as_it_is(html: str) -> None:
    assert checked_html(html, SCHEMES, EMBEDDED) == (html, ())
