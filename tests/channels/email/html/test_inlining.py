"""Style sheets are written into the elements that they match."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.channels.email.html.inlining import MAX_DEPTH, MAX_LENGTH, with_inlined_css
from addressee.channels.email.html.scanner import Tag, tokens_of
from tests.channels.email.html.hostile import PIECES, repeated

MAIL = """<!DOCTYPE html>
<html><head><title>T</title><style>
  .button { background: red; padding: 10px }
  .button:hover { background: blue }
  @font-face { font-family: X; src: url(https://example.com/x.woff) }
  @media (max-width: 600px) { .button { padding: 1px } }
</style></head><body>
<a class="button" href="https://example.com/?a=1&amp;b=2" style="color: white">Go</a>
</body></html>"""

STAYS = """.button:hover { background: blue !important; }
@font-face { font-family: X; src: url(https://example.com/x.woff) }
@media (max-width: 600px) { .button { padding: 1px !important } }"""


def attributes_of(html: str, name: str) -> list[dict[str, str]]:
    """The attributes of all elements of a name: the order in which the library writes them is no matter."""
    tags = (token for token in tokens_of(html) if isinstance(token, Tag) and not token.is_end)
    return [dict(tag.attributes) for tag in tags if tag.name == name]


def test_rules_move_into_the_elements_and_what_cannot_stays() -> None:
    inlined = with_inlined_css(MAIL)
    assert f"<style>{STAYS}</style>" in inlined
    assert attributes_of(inlined, "a") == [
        {
            "class": "button",
            "href": "https://example.com/?a=1&b=2",
            "style": "background: red;padding: 10px;color: white",
        }
    ]


def test_rules_count_by_their_specificity() -> None:
    inlined = with_inlined_css("<style>.x{a:b} #y{a:c} p{a:d}</style><p class=x id=y>")
    assert attributes_of(inlined, "p") == [{"class": "x", "id": "y", "style": "a: c;"}]


@pytest.mark.parametrize(
    ("html", "inlined"),
    [
        ("<style>p{a:b}</style><p>x", '<p style="a: b;">x</p>'),
        ("<style>p{a:b}</style><p style='a:c'>x", '<p style="a: c">x</p>'),
        ("<style>p{a:b!important}</style><p style='a:c'>x", '<p style="a: b !important">x</p>'),
        ("<style media=print>p{a:b}</style><p>x", '<style media="print">p{a:b !important}</style><p>x</p>'),
        ("<style media=all>p{a:b}</style><p>x", '<p style="a: b;">x</p>'),
        ("<style>.none{a:b}</style><p>x", "<style>.none { a: b; }</style><p>x</p>"),
        ("<style data-css-inline=ignore>p{a:b}</style><p>x", '<style data-css-inline="ignore">p{a:b}</style><p>x</p>'),
        (
            "<style>p{a:b}</style><![if !mso]><p>x</p><![endif]>",
            '<!--[if !mso]><!--><p style="a: b;">x</p><!--<![endif]-->',
        ),
        ("<style>p{}</style><!--[if mso]><p>x</p><![endif]-->", "<!--[if mso]><p>x</p><![endif]-->"),
    ],
)
def test_what_becomes_of_a_sheet(html: str, inlined: str) -> None:
    got = with_inlined_css(html)
    for around in ("<html>", "<head>", "</head>", "<body>", "</body>", "</html>"):
        got = got.replace(around, "")
    assert got == inlined


@given(st.text(st.sampled_from("<>/=\"' \n&;é{}") | st.characters()).filter(lambda html: "<style" not in html.lower()))
def test_html_without_a_sheet_stays_byte_for_byte(html: str) -> None:
    assert with_inlined_css(html) is html


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE html>",
        '<!doctype html PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">',
    ],
)
def test_the_type_of_the_document_stays(doctype: str) -> None:
    assert with_inlined_css(f"{doctype}\n<html><style>p{{a:b}}</style><p>").startswith(f"{doctype}<html>")


def test_nothing_is_fetched_from_anywhere(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.css"
    sheet.write_text("p { color: red }")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        remote = f"http://127.0.0.1:{server.getsockname()[1]}/sheet.css"
        links = "".join(f'<link rel="stylesheet" href="{url}">' for url in (remote, sheet.as_uri(), str(sheet)))
        imported = f"<style>@import url({remote}); @import url({sheet.as_uri()}); p {{ margin: 0 }}</style>"
        inlined = with_inlined_css(f"{links}{imported}<p>x")
        with pytest.raises(BlockingIOError):
            server.accept()
    assert '<p style="margin: 0;">x</p>' in inlined
    assert links in inlined


@pytest.mark.parametrize("value", ["&lt;img src=x&gt;", "&lt;/title&gt;&lt;b&gt;", "&quot; onload=&quot;x"])
@pytest.mark.parametrize(
    "element", ["p", "title", "textarea", "noscript", "svg><title", "svg><style", "math><mtext", "template", "pre"]
)
def test_what_is_text_stays_text(element: str, value: str) -> None:
    inlined = with_inlined_css(f"<style>p{{a:b}}</style><{element}>{value}")
    tags = {token.name for token in tokens_of(inlined) if isinstance(token, Tag)}
    assert tags | {"style"} == {"html", "head", "style", "body", *element.split("><")}
    assert "onload" not in "".join(str(token.attributes) for token in tokens_of(inlined) if isinstance(token, Tag))


def nested(depth: int) -> str:
    return "<style>div { a: b }</style>" + "<div>" * depth + "</div>" * depth


@pytest.mark.parametrize(
    "html",
    [
        nested(MAX_DEPTH + 1),
        "<style>" + "p, q { a: b }" * 1000 + "</style>" + "<p>x</p>" * 1000,
        "<style>* { a: " + "b" * 10_000 + "}</style>" + "<p>x</p>" * 10_000,
        "<style>* { a: " + "b" * 10_000 + "}</style>" + "<p>x</p>" * (MAX_LENGTH // 10_000),
    ],
    ids=["deep", "many rules", "large", "large result"],
)
def test_beyond_the_bounds_html_stays_as_it_is(html: str) -> None:
    assert with_inlined_css(html) == html


def test_elements_can_be_nested_up_to_the_bound() -> None:
    assert with_inlined_css(nested(MAX_DEPTH)).count('<div style="a: b;">') == MAX_DEPTH


@pytest.mark.parametrize("piece", PIECES)
def test_hostile_html_is_survived(piece: str) -> None:
    assert with_inlined_css(f"<style>p {{ a: b }}</style>{repeated(piece)}")
