"""Rules that stay in style sheets prevail where they hold."""

import pytest

from addressee.channels.email.html.sheets import prevailing


@pytest.mark.parametrize(
    ("css", "written"),
    [
        ("", ""),
        ("p { color: red }", "p { color: red }"),
        ("a:hover { color: red; margin: 0; }", "a:hover { color: red !important; margin: 0 !important; }"),
        ("a:hover{color:red!important}", "a:hover{color:red!important}"),
        ("@media x { p { color: red } } p { a: b }", "@media x { p { color: red !important } } p { a: b }"),
        ("@MEDIA x{@supports (a:b){p{c:d}}}", "@MEDIA x{@supports (a:b){p{c:d !important}}}"),
        ("@media x{p{a:url(data:b;c)}}", "@media x{p{a:url(data:b;c) !important}}"),
        ("@media x{p{a:'};';b:c}}", "@media x{p{a:'};' !important;b:c !important}}"),
        ("@media x{p{/* a: b; */}}", "@media x{p{/* a: b; */}}"),
        ("@media x{p{a:b /* c */}}", "@media x{p{a:b /* c */ !important}}"),
        ("@media x{:root{--a: b}}", "@media x{:root{--a: b !important}}"),
        ("@media x{p{a:b", "@media x{p{a:b !important"),
        ("@font-face { src: url(x) }", "@font-face { src: url(x) }"),
        ("@media x{@font-face{a:b}}", "@media x{@font-face{a:b}}"),
        ("@keyframes k { from { a: b } }", "@keyframes k { from { a: b } }"),
        ('@import url("x");@charset "a:b";', '@import url("x");@charset "a:b";'),
        ("<!-- @media x{p{a:b}} -->", "<!-- @media x{p{a:b !important}} -->"),
        ("}}} p{a:b}", "}}} p{a:b}"),
    ],
)
def test_rules_on_a_condition_count_for_more_than_attributes(css: str, written: str) -> None:
    assert prevailing(css) == written


def test_all_rules_of_a_sheet_for_some_media_do() -> None:
    assert prevailing("p{a:b}", on_condition=True) == "p{a:b !important}"
