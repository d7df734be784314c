"""Style sheets that are put into the head of an e-mail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.channels.email.html.heads import with_first_sheet, with_sheets_in_head

A, B = "<style>.a{color:red}</style>", "<STYLE type=text/css>p > b{}</STYLE >"


@pytest.mark.parametrize(
    ("html", "moved"),
    [
        (f"<head>{A}</head><body>x{B}y</body>", f"<head>{A}{B}</head><body>xy</body>"),
        (f"<head></head>{A}x{B}y{A}", f"<head>{A}{B}</head>xy"),
        (f"<head>{A}</head>x", f"<head>{A}</head>x"),
        (f"x{A}y", f"x{A}y"),
        (f"<head></head><!--[if mso]>{A}<![endif]-->x", f"<head></head><!--[if mso]>{A}<![endif]-->x"),
        (f"<head></head><!--{A}-->x{B}", f"<head>{B}</head><!--{A}-->x"),
        (f"<head><title></head>{A}</title></head>x{B}", f"<head><title></head>{A}</title>{B}</head>x"),
        ("<head></head>x<style>.a{", "<head></head>x<style>.a{"),
        ("<head></head>x<style>.a{</style", "<head></head>x<style>.a{</style"),
    ],
)
def test_sheets_of_the_body_stand_in_the_head_once(html: str, moved: str) -> None:
    assert with_sheets_in_head(html) == moved


PIECES = st.lists(st.sampled_from(["<head>", "</head>", A, B, "<!--", "-->", "<title>", "</title>", "x", "<p>", "<"]))


@given(PIECES.map("".join))
def test_putting_them_there_again_changes_nothing(html: str) -> None:
    moved = with_sheets_in_head(html)
    assert with_sheets_in_head(moved) == moved
    assert len(moved) <= len(html)


@pytest.mark.parametrize(
    ("html", "first"),
    [
        ('<html><HEAD lang="a"><title>x</title></HEAD>', f'<html><HEAD lang="a">{A}<title>x</title></HEAD>'),
        ("<header>x</header>", f"{A}<header>x</header>"),
        ("<head <head>x", f"<head <head>{A}x"),
        ("<head " * 30_000, f"{A}{'<head ' * 30_000}"),
        ("x", f"{A}x"),
    ],
)
def test_the_first_sheet_stands_before_all_others(html: str, first: str) -> None:
    assert with_first_sheet(html, A) == first
    assert with_first_sheet(html, "") == html
