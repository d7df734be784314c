"""Visual blocks as HTML."""

import re
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.channels.links import SCHEMES
from addressee.messaging.content.blocks import rendering
from addressee.messaging.content.blocks.model import AnyBlock
from addressee.messaging.content.scope import Scope
from addressee.messaging.content.templating.shared_templates import TEMPLATES, Partial, SharedTemplates
from tests.support.html import parse

TENANT = {"tenant": {"settings": {"branding": {"primary_color": "#1a7f37", "primary_color_contrast": "#ffffff"}}}}


def block(**fields: Any) -> AnyBlock:
    return msgspec.convert(fields, AnyBlock)  # type: ignore[no-any-return]


def html_of(*blocks: AnyBlock, scope: Scope | None = None) -> str:
    return rendering.html_of(blocks, scope or {}, SCHEMES).html


def test_markdown_becomes_html_in_which_values_are_text() -> None:
    html = html_of(block(type="markdown", content="Hi **{{ name }}**"), scope={"name": "*Ada* <b>"})
    assert "<p>Hi <strong>*Ada* &lt;b&gt;</strong></p>" in html


def test_html_stays_as_it_is_with_escaped_values() -> None:
    html = html_of(block(type="html", content='<p class="x">{{ name }}</p>'), scope={"name": "<Ada>"})
    assert '<p class="x">&lt;Ada&gt;</p>' in html


def test_a_block_has_the_space_around_it_that_its_layout_says() -> None:
    space = {"padding_top": 1, "padding_right": 2, "padding_bottom": 3, "padding_left": 4}
    assert 'style="padding:1px 2px 3px 4px"' in html_of(block(type="html", content="x", layout_attrs=space))


def test_blocks_stand_below_each_other() -> None:
    page = parse(html_of(*(block(type="html", content=text) for text in ("one", "two"))))
    assert [cell.text for cell in page.all("td")] == ["one", "two"]


def test_a_block_has_the_classes_that_knocks_layouts_know() -> None:
    page = parse(
        html_of(block(type="divider"), block(type="html", content="x"), buttons({"label": "Go", "action": "/"}))
    )
    assert [table.attributes["class"] for table in page.all("table") if "class" in table.attributes] == [
        "block-row block-row--divider-v1",
        "block-row block-row--html-v1",
        "block-row block-row--button_set-v1",
    ]
    assert page.one("div").attributes["class"] == "block-divider"
    assert page.one("a").attributes["class"] == "block-button block-button--solid block-button--md"
    assert len(page.all("td", **{"class": "block-row__cell"})) == 3


def test_an_image_leads_to_its_action() -> None:
    html = html_of(
        block(
            type="image",
            url="https://example.com/{{ name }}.png",
            alt='{{ name }} "waves"',
            action="https://example.com/?a=1&b=2",
            style_attrs={"width": "200px"},
            layout_attrs={"horizontal_align": "center"},
        ),
        scope={"name": "ada"},
    )
    assert (
        '<td class="block-row__cell" align="center" style="padding:8px 4px 8px 4px"><div class="block-image">'
        '<a href="https://example.com/?a=1&amp;b=2" target="_blank">'
        '<img src="https://example.com/ada.png" alt="ada &quot;waves&quot;" width="200"'
        ' style="border:0;display:inline-block;height:auto;max-width:100%;width:200px"></a></div></td>'
    ) in html


@pytest.mark.parametrize(
    ("width", "attribute", "style"),
    [
        ("auto", "", "width:auto"),
        ("50%", ' width="50%"', "width:50%"),
        ("120", ' width="120"', "width:120px"),
        ("120px", ' width="120"', "width:120px"),
    ],
)
def test_the_width_of_an_image_is_one_that_all_mail_programs_know(width: str, attribute: str, style: str) -> None:
    html = html_of(block(type="image", url="https://example.com/a.png", style_attrs={"width": width}))
    assert f'alt=""{attribute} style=' in html
    assert f";{style}" in html


def test_an_image_without_an_allowed_url_is_left_out_and_the_reason_kept() -> None:
    shown = rendering.html_of([block(type="image", url="javascript:alert(1)")], {}, SCHEMES)
    assert "<img" not in shown.html
    assert shown.refused == ("javascript: is no scheme that links of this channel may have",)


def buttons(*given: dict[str, Any], **fields: Any) -> AnyBlock:
    return block(type="button_set", buttons=given, **fields)


def test_a_button_has_the_colours_of_the_tenant() -> None:
    html = html_of(
        buttons({"label": "Open {{ name }}", "action": "https://example.com"}), scope={**TENANT, "name": "&"}
    )
    assert 'bgcolor="#1a7f37" style="background:#1a7f37;border:1px solid #1a7f37;border-radius:4px"' in html
    assert "color:#ffffff" in html
    assert ">Open &amp;</a>" in html


@pytest.mark.parametrize(
    ("style", "background", "text", "border"),
    [
        ({}, "#3b53d4", "#ffffff", "#3b53d4"),
        ({"background_color": "#ffff00"}, "#ffff00", "#000000", "#ffff00"),
        ({"background_color": "primary_color_contrast"}, "#ffffff", "#000000", "#ffffff"),
        ({"background_color": "{{ colour }}", "border_color": "#123456"}, "#abcdef", "#000000", "#123456"),
        ({"background_color": "{{ nothing }}"}, "#3b53d4", "#ffffff", "#3b53d4"),
        ({"text_color": "#000000"}, "#3b53d4", "#000000", "#3b53d4"),
    ],
)
def test_text_on_a_button_is_readable_unless_its_colour_is_given(
    style: dict[str, str], background: str, text: str, border: str
) -> None:
    html = html_of(buttons({"label": "Go", "action": "/", "style_attrs": style}), scope={"colour": "#abcdef"})
    assert f'bgcolor="{background}" style="background:{background};border:1px solid {border};' in html
    assert f'style="color:{text}"' in html


def test_an_outlined_button_is_transparent() -> None:
    html = html_of(buttons({"label": "Go", "action": "/", "variant": "outline"}))
    assert "bgcolor" not in html
    assert 'style="border:1px solid #3b53d4;border-radius:4px">' in html
    assert 'style="color:#3b53d4"' in html


def test_a_button_that_may_lead_nowhere_is_its_label() -> None:
    html = html_of(buttons({"label": "Go", "action": "{{ link }}"}), scope={"link": "javascript:alert(1)"})
    assert "<a " not in html
    assert ">Go</span>" in html


def test_buttons_have_the_gap_between_them_alone() -> None:
    wide = {"label": "wide", "action": "/", "size_attrs": {"is_fullwidth": True}}
    html = html_of(
        buttons(*({"label": label, "action": "/"} for label in "ab"), wide, wide, layout_attrs={"column_gap": 9})
    )
    assert re.findall('margin:([^;"]*)', html) == ["4px 9px 4px 0px"] * 2 + ["4px 0px 4px 0px"] * 2


def test_a_partial_gets_its_attributes_with_their_values() -> None:
    partials = {"card": Partial(content="<h2>{{ title }}</h2>{{ count }}{{ name }}{{ other }}")}
    html = html_of(
        block(type="partial", key="card", attrs={"title": "{{ name }}", "count": 3}),
        scope={"name": "<Ada>", TEMPLATES: SharedTemplates(partials=partials)},
    )
    assert html == "<h2>&lt;Ada&gt;</h2>3&lt;Ada&gt;"


def test_a_partial_has_space_around_it_only_if_the_block_says_so() -> None:
    scope = {TEMPLATES: SharedTemplates(partials={"card": Partial(content="x")})}
    assert html_of(block(type="partial", key="card"), scope=scope) == "x"
    html = html_of(block(type="partial", key="card", layout_attrs={"padding_top": 20}), scope=scope)
    assert 'style="padding:20px 4px 8px 4px">x</td>' in html


def row(*columns: dict[str, Any], **fields: Any) -> AnyBlock:
    return block(type="row", columns=columns, **fields)


def test_columns_of_a_row_stand_beside_each_other() -> None:
    one = {"blocks": [{"type": "html", "content": "one"}, {"type": "divider"}], "width": "30%"}
    two = {"blocks": [{"type": "markdown", "content": "**{{ name }}**"}]}
    html = html_of(row(one, two, layout_attrs={"column_gap": 10, "vertical_align": "middle"}), scope={"name": "Ada"})
    first, second = parse(html).all("td", **{"class": "block-column"})
    style = "padding:0 5px 0 0px;vertical-align:middle;width:30%"
    assert first.attributes == {"class": "block-column", "width": "30%", "valign": "middle", "style": style}
    assert second.attributes["style"] == "padding:0 0px 0 5px;vertical-align:middle;width:auto"
    assert first.text == "one"
    assert [each.attributes["class"] for each in first.all("table")] == [
        "block-row block-row--html-v1",
        "block-row block-row--divider-v1",
    ]
    assert second.one("strong").text == "Ada"


def sheet_of(*blocks: AnyBlock, can_be_dark: bool = False) -> str:
    return rendering.html_of(blocks, {}, SCHEMES, can_be_dark=can_be_dark).sheet


def test_the_sheet_has_the_rules_of_the_blocks_that_there_are() -> None:
    assert sheet_of(block(type="html", content="x")) == ""
    within = row({"blocks": [{"type": "divider"}]})
    assert ".block-divider{border-bottom:1px solid" in sheet_of(within)
    assert "@media (max-width:480px)" in sheet_of(within)
    assert sheet_of(block(type="divider"), block(type="divider")).count(".block-divider{") == 1


def test_texts_on_a_dark_page_are_readable_if_it_can_be_dark() -> None:
    outlined = buttons({"label": "Go", "action": "/", "variant": "outline"})
    dark = (
        "@media (prefers-color-scheme:dark){.block-dark-3b53d4{border-color:#6e80df!important;color:#6e80df!important}}"
    )
    assert "prefers-color-scheme" not in sheet_of(outlined)
    assert dark in sheet_of(outlined, can_be_dark=True)
    for readable in (
        buttons({"label": "Go", "action": "/"}),
        buttons({"label": "Go", "action": "/", "variant": "outline", "style_attrs": {"text_color": "#aabbff"}}),
    ):
        assert "prefers-color-scheme" not in sheet_of(readable, can_be_dark=True)


HOSTILE = st.text(alphabet=st.sampled_from("<>\"'&=/ ajx{}%:;"), max_size=30).filter(str.strip)


@given(HOSTILE)
def test_no_value_adds_an_element_or_an_attribute(value: str) -> None:
    blocks = (
        block(type="image", url="https://example.com/{{ v }}", alt="{{ v }}", action="https://example.com/{{ v }}"),
        buttons(
            {"label": "{{ v }}", "action": "https://e.com/{{ v }}", "style_attrs": {"background_color": "{{ v }}"}}
        ),
        row({"blocks": [{"type": "markdown", "content": "{{ v }}"}]}),
    )

    def shape(text: str) -> list[tuple[str, tuple[str, ...]]]:
        return [(each.name, tuple(each.attributes)) for each in parse(html_of(*blocks, scope={"v": text})).below()]

    assert shape(value) == shape("v")
