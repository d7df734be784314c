"""The HTML of an e-mail that is tracked: links are replaced exactly, and nothing else changes."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from addressee.messaging.tracking.rewriting import MAX_LINKS, rewritten

PICTURE = '<img src="P" width="1" height="1" alt="" style="border:0;width:1px;height:1px">'


def numbered(url: str) -> str | None:
    """Replaces links to the web by a URL that shows which one it was."""
    return f"T?{url}" if url.startswith("http") else None


def links_in(html: str) -> list[str]:
    """Returns the URLs of links, as they are asked for."""
    found: list[str] = []
    rewritten(html, found.append, None)
    return found


# Parts of HTML, and what becomes of each where the URL "http://x/" is replaced by "T".
UNTOUCHED = (
    "text, a < b && c > d &amp; e",
    "< a href=http://x/>",
    "</a href='http://x/'>",
    "</ a href='http://x/'>",
    "<!-- <a href='http://x/'>in a comment</a> -->",
    "<!--[if mso]><a href='http://x/'>for Outlook</a><![endif]-->",
    "<!---->",
    "<!-->",
    "<!--a--!>",
    "<!doctype html>",
    "<?xml version='1.0'?>",
    "<![CDATA[ <a href=]]>",
    "<style>a[href^='http://x/'] { color: red } <a href='http://x/'></style>",
    "<script>'<a href=\"http://x/\">'</script >",
    "<TITLE><a href='http://x/'></TITLE>",
    "<textarea><a href='http://x/'></a></textarea/>",
    "<img alt=\"<a href='http://x/'>\" src=http://x/>",
    "<p data-a='>' data-b=\"<a href='http://x/'>\">",
    "<link href='http://x/'><base target=_blank>",
    "<abbr href='http://x/'><article href='http://x/'>",
    "<a name=anchor>",
    "<a href>",
    "<a href=>",
    "<a href=''>",
    "<a data-href='http://x/'>",
    "<a title=href='http://x/'>",
    "<a href='#top'><a href='mailto:http://x/'><a href=tel:1><area href=/relative>",
    "<a href='http://x/' clicktracking=off>",
    "<a data-pm-no-track href='http://x/'>",
    "<a href='#first' href='http://x/'>",
    "<img/src='P'/>",
    "ſ İ <\u212a href='http://x/'> \u2028",
)
REPLACED = {
    "<a href='http://x/'>": '<a href="T">',
    '<a href="http://x/">': '<a href="T">',
    "<a href=http://x/>": '<a href="T">',
    "<A\nHREF\t=\f'http://x/'title='\"'>": '<A\nHREF\t=\f"T"title=\'"\'>',
    "<a/href='http://x/'/>": '<a/href="T"/>',
    "<area shape=rect href='http://x/' alt=\">\">": '<area shape=rect href="T" alt=">">',
    "<a =href='#' \"href'=2 href='http://x/' href=3>": "<a =href='#' \"href'=2 href=\"T\" href=3>",
    "<a title='a > b' href='http&#58;//x&#x2f'>": "<a title='a > b' href=\"T\">",
    "<a <a href=' http://x/ '>": '<a <a href="T">',
    "<a href='http://x/' clicktracking=on>": '<a href="T" clicktracking=on>',
}

parts = st.sampled_from([(part, part) for part in UNTOUCHED] + list(REPLACED.items()))


@given(st.lists(parts, max_size=12))
def test_links_are_replaced_exactly_and_all_else_stays(chosen: list[tuple[str, str]]) -> None:
    before, after = ("".join(texts) for texts in zip(*chosen, strict=True)) if chosen else ("", "")
    assert rewritten(before, lambda url: "T" if url.strip() == "http://x/" else None, None) == after


@given(st.text() | st.text("<>a/='\" \nhref!-&;#x"))
@example("<a href=")
@example("<a href='http://x/")
@example("<title><a href='x'>")
@example("<!--<a href='x'>")
@example("<plaintext><a href='x'>")
def test_where_no_link_is_replaced_the_text_stays(html: str) -> None:
    assert rewritten(html, lambda url: None, None) == html


@given(st.text("<>a/='\" \nhref!-&;#x") | st.lists(parts, max_size=6).map(lambda all: "".join(each for each, _ in all)))
def test_each_link_is_replaced_where_it_stands(html: str) -> None:
    """What is replaced by itself, escaped and quoted, can be found in its place again."""
    urls = links_in(html)
    after = rewritten(html, lambda url: "\uffff", None)
    assert after.count('"\uffff"') == len(urls)
    between = [re.escape(text) for text in after.split('"\uffff"')]
    assert re.fullmatch("(.*)".join(between), html, re.DOTALL)


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("http://x/?a=1&amp;b=2", "http://x/?a=1&b=2"),
        ("http://x/?a=1&b=2", "http://x/?a=1&b=2"),
        ("http://x/?a=1&copy=2&not=3&amp=4", "http://x/?a=1&copy=2&not=3&amp=4"),
        ("http://x/?a=1&copy2", "http://x/?a=1&copy2"),
        ("http://x/?a=1&copy;2&copy", "http://x/?a=1©2©"),
        ("http://x/?a=1&notit;&unknown;", "http://x/?a=1&notit;&unknown;"),
        ("http://x/&#47;&#x2F;&#x2f", "http://x////"),
        ("http://x/&#;&#x;&", "http://x/&#;&#x;&"),
    ],
)
def test_a_url_is_read_as_browsers_read_attributes(written: str, url: str) -> None:
    assert links_in(f'<a href="{written}">') == [url]


def test_the_url_that_stands_there_is_escaped() -> None:
    assert rewritten("<a href=x>", lambda url: "https://t/'?a=1&b=\"", None) == (
        '<a href="https://t/&#x27;?a=1&amp;b=&quot;">'
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "P"),
        ("Hello", "HelloP"),
        ("<p>Hello</p></body></html>", "<p>Hello</p>P</body></html>"),
        ("<p>Hello</p></BODY >\n</html>\n", "<p>Hello</p>P</BODY >\n</html>\n"),
        ("<p>Hello</p></html>", "<p>Hello</p>P</html>"),
        ("</body>a</body>", "</body>aP</body>"),
        ("a</body><!-- </body> -->", "aP</body><!-- </body> -->"),
        ("<title></body></title>a", "<title></body></title>aP"),
        ("a</body><a href='http://x/'>b</a>", 'a</body><a href="T?http://x/">b</a>P'),
        ("a</body><a href='#b'>b</a>", "aP</body><a href='#b'>b</a>"),
    ],
)
def test_a_picture_stands_at_the_end_of_the_body(before: str, after: str) -> None:
    assert rewritten(before, numbered, "P") == after.replace("P", PICTURE)


def test_without_links_that_are_tracked_there_is_only_a_picture() -> None:
    assert rewritten("<a href='http://x/'>a</a>", None, "P") == f"<a href='http://x/'>a</a>{PICTURE}"


def test_more_links_than_people_read_stay_as_they_are() -> None:
    after = rewritten('<a href="http://x/">' * (MAX_LINKS + 2), numbered, None)
    assert after.count('"T?http://x/"') == MAX_LINKS
    assert after.endswith('<a href="http://x/"><a href="http://x/">')


def test_text_that_looks_like_much_html_is_read_once() -> None:
    """A text that would be read from each of its letters to its end again would take minutes."""
    for text in ("<", "<a ", "<a '", '<a href="', "<!--", "<!-", "</", "<title>", "<a b=", "&#", "<!-- --", "<a\n"):
        long = text * 100_000
        assert rewritten(long, lambda url: None, None) == long
