"""The HTML of e-mails as it leaves: blocks within layouts of HTML and MJML, and their sheets."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from addressee.messaging.content.emails.content import EmailContent
from addressee.messaging.content.emails.email import EmailTemplate
from addressee.messaging.content.templating.shared_templates import TEMPLATES, Layout, Partial, SharedTemplates
from tests.messaging.content.templating.test_hostile_values import EMAIL
from tests.support.html import Element, parse

BLOCKS: list[dict[str, Any]] = [
    {"type": "markdown", "content": "# Hi\n\n{{ data.name }}"},
    {"type": "divider"},
    {"type": "button_set", "buttons": [{"label": "Go", "action": "https://example.com/", "variant": "outline"}]},
    {"type": "row", "columns": [{"blocks": [{"type": "html", "content": "<p>one</p>"}]}] * 2},
]
HTML = Layout(html_layout="<html><head><title>x</title></head><body>{{ content }}</body></html>")
MJML = Layout(html_layout="<mjml><mj-head></mj-head><mj-body>{{ content }}</mj-body></mjml>", is_mjml=True)


def html_of(layout: Layout | None, *blocks: dict[str, Any], partials: Mapping[str, Partial] | None = None) -> str:
    template = msgspec.convert(
        {"type": "email", "subject": "Hi", "visual_blocks": blocks or BLOCKS, "layout_key": layout and "frame"},
        EmailTemplate,
    )
    shared = SharedTemplates({"frame": layout} if layout else {}, partials or {})
    content = template.render({"data": {"name": "<Ada>"}, TEMPLATES: shared}, EMAIL, ["ada@example.org"]).content
    assert isinstance(content, EmailContent)
    assert content.html is not None
    return content.html


def with_head(*css: str, meta: str = "") -> Layout:
    styles = "".join(f"<style>{each}</style>" for each in css)
    return Layout(html_layout=f"<html><head>{meta}{styles}</head><body>{{{{ content }}}}</body></html>")


def style_of(element: Element) -> dict[str, str]:
    written = (element.attributes["style"] or "").rstrip(";").split(";")
    return {name.strip(): value.strip() for name, _, value in (each.partition(":") for each in written)}


def test_the_sheet_of_blocks_is_inlined_and_what_holds_on_phones_alone_stands_in_the_head() -> None:
    page = parse(html_of(HTML))
    (sheet,) = page.one("head").all("style")
    assert page.all("style") == [sheet]
    assert "@media (max-width:480px)" in sheet.text
    assert "block-divider" not in sheet.text
    assert style_of(page.one("h1"))["margin-top"] == "0"
    assert style_of(page.one("div", **{"class": "block-divider"}))["border-bottom"] == "1px solid #d8dbe2"
    assert style_of(page.all("a")[0])["padding"] == "10px 18px"


def test_without_a_layout_blocks_look_the_same() -> None:
    page = parse(html_of(None))
    assert style_of(page.one("div", **{"class": "block-divider"}))["border-bottom"] == "1px solid #d8dbe2"


def test_what_a_layout_says_of_blocks_prevails() -> None:
    css = (
        ".block-row.block-row--divider-v1 .block-divider{border-bottom:3px dashed red}"
        ".block-row.block-row--button_set-v1 .block-button{padding:1px 2px;font-family:serif}"
        ".block-row__cell{padding:0!important}"
    )
    page = parse(html_of(with_head(css)))
    assert style_of(page.one("div", **{"class": "block-divider"}))["border-bottom"] == "3px dashed red"
    assert style_of(page.all("a")[0])["padding"] == "1px 2px"
    cells = page.all("td", **{"class": "block-row__cell"})
    assert {style_of(cell)["padding"] for cell in cells} == {"0 !important"}


def test_within_mjml_blocks_are_a_section_of_their_own() -> None:
    html = html_of(MJML)
    page = parse(re.sub(r"<!--.*?-->|<!doctype[^>]*>", "", html, flags=re.DOTALL))
    assert "visual-blocks" not in html
    assert page.one("h1").text == "Hi"
    assert "&lt;Ada&gt;" in html
    assert style_of(page.one("div", **{"class": "block-divider"}))["border-bottom"] == "1px solid #d8dbe2"


@pytest.mark.parametrize(
    ("layout", "is_dark"),
    [
        (HTML, False),
        (with_head(meta='<meta name="color-scheme" content="light dark">'), True),
        (with_head(":root { color-scheme: light dark; }"), True),
        (with_head("@media (prefers-color-scheme: dark) { p { color: white } }"), True),
        (with_head(meta='<meta name="color-scheme" content="light">'), False),
        (with_head(":root { color-scheme: light; } .dark { color: red }"), False),
    ],
)
def test_blocks_have_a_dark_look_where_the_layout_has_one(layout: Layout, is_dark: bool) -> None:
    assert layout.can_be_dark is is_dark
    assert (".block-dark-3b53d4" in html_of(layout)) is is_dark


def test_the_sheet_of_a_partial_stands_in_the_head_once() -> None:
    card = Partial(content="<style>@media (max-width: 480px) { .card { color: red } }</style><p class='card'>x</p>")
    block = {"type": "partial", "key": "card"}
    page = parse(html_of(HTML, block, block, partials={"card": card}))
    assert [each.text for each in page.all("style")] == [
        "@media (max-width: 480px) { .card { color: red !important } }"
    ]
    assert len(page.one("head").all("style")) == 1
    assert len(page.all("p")) == 2
