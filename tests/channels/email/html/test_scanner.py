"""HTML is split where browsers split it."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.channels.email.html.scanner import Tag, Text, depth_of, tokens_of
from tests.channels.email.html.hostile import PIECES, repeated


def written(text: str) -> list[str | tuple[str, dict[str, str]]]:
    """The tokens of HTML: a start tag is its name with its attributes, an end tag its name behind a slash."""
    tokens: list[str | tuple[str, dict[str, str]]] = []
    for token in tokens_of(text):
        match token:
            case Text(text):
                tokens.append(text)
            case Tag(name, is_end=True):
                tokens.append(f"/{name}")
            case Tag(name, attributes=attributes):
                tokens.append((name, dict(attributes)))
    return tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("a<b>c</B >d", ["a", ("b", {}), "c", "/b", "d"]),
        ("<A\nHREF = x CLASS='a b' hidden>", [("a", {"href": "x", "class": "a b", "hidden": ""})]),
        ("<a title='>' alt=\"<b>\">", [("a", {"title": ">", "alt": "<b>"})]),
        ("<a href=?a=1&amp;b='2'>", [("a", {"href": "?a=1&b='2'"})]),
        ("<a id=1 id=2>", [("a", {"id": "1"})]),
        ("<br/><img src=x/>", [("br", {}), ("img", {"src": "x/"})]),
        ("1 < 2 <3 </ x>", ["1 ", "< 2 ", "<3 "]),
        ("a<!-- <b> -->b<!-->c<!doctype html>d<?xml ?>e", ["a", "b", "c", "d", "e"]),
        ("<!--[if mso]><p>Outlook</p><![endif]-->x", ["x"]),
        ("<style>a > b {}</styles></STYLE>x", [("style", {}), "a > b {}</styles>", "/style", "x"]),
        ("<title><b></title>", [("title", {}), "<b>", "/title"]),
        ("<a href='x", [("a", {"href": "x"})]),
        ("<!-- x", []),
        ("<script>x", [("script", {}), "x"]),
    ],
)
def test_html_is_split_where_browsers_split_it(text: str, tokens: list[str | tuple[str, dict[str, str]]]) -> None:
    assert joined(written(text)) == joined(tokens)


def joined(tokens: list[str | tuple[str, dict[str, str]]]) -> str:
    """Texts beside each other are one: where a browser sees one, there may be several."""
    return "".join(map(str, tokens))


WELL_FORMED = st.lists(
    st.sampled_from(
        ["a", " ", "1 &lt; 2", "<b>", "</b>", "<br/>", '<a href="x" class=y>', "</a>", "<p hidden>", "<!-- <i> -->"]
    ),
    max_size=20,
).map("".join)


@given(WELL_FORMED)
def test_tags_and_texts_are_those_of_another_parser(text: str) -> None:
    class Parser(HTMLParser):
        def __init__(self) -> None:
            super().__init__(convert_charrefs=False)
            self.found: list[str] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found.append(str((tag, {name: value or "" for name, value in attrs})))

        def handle_endtag(self, tag: str) -> None:
            self.found.append(f"/{tag}")

        def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.handle_starttag(tag, attrs)

        def handle_data(self, data: str) -> None:
            self.found.append(data)

        def handle_entityref(self, name: str) -> None:
            self.found.append(f"&{name};")

    parser = Parser()
    parser.feed(text)
    parser.close()
    assert "".join(parser.found) == joined(written(text))


@pytest.mark.parametrize(
    ("text", "depth"),
    [
        ("", 0),
        ("<p>a<p>b<p>c", 1),
        ("<ul><li>a<li>b</ul>", 2),
        ("<div><div></div><br><div><b></b></div></div>", 3),
        ("<div><marquee></div>" * 5, 10),
        ("<!-- <div> -->" * 5, 0),
    ],
)
def test_how_deep_elements_are_nested_is_never_underestimated(text: str, depth: int) -> None:
    assert depth_of(text) == depth


@pytest.mark.parametrize("piece", PIECES)
def test_no_html_is_looked_at_twice(piece: str) -> None:
    """Would not end within the time of a test, if each character led to a look at all others."""
    assert sum(1 for _ in tokens_of(repeated(piece))) > 0 or piece.startswith(("<!", "-->"))
