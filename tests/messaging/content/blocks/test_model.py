"""What files may say of visual blocks, and where their texts stand."""

from typing import Any

import msgspec
import pytest

from addressee.messaging.content.blocks.model import Blocks, links_of, problems_of, texts_of

BUTTON = {"label": "{{ label }}", "action": "/", "style_attrs": {"background_color": "primary_color"}}


def blocks(*given: dict[str, Any]) -> Blocks:
    return msgspec.convert(given, Blocks)


def test_texts_have_the_path_at_which_they_stand() -> None:
    found = blocks(
        {"type": "divider"},
        {"type": "markdown", "content": "Hi"},
        {"type": "image", "url": "https://example.com/a.png", "alt": "A"},
        {"type": "button_set", "buttons": [BUTTON]},
        {"type": "partial", "key": "card", "attrs": {"title": "{{ name }}"}},
        {"type": "row", "columns": [{"blocks": [{"type": "divider"}]}, {"blocks": [{"type": "html", "content": "H"}]}]},
    )
    assert [(path, text) for path, text, _ in texts_of(found)] == [
        (("visual_blocks", 1, "content"), "Hi"),
        (("visual_blocks", 2, "url"), "https://example.com/a.png"),
        (("visual_blocks", 2, "alt"), "A"),
        (("visual_blocks", 3, "buttons", 0, "label"), "{{ label }}"),
        (("visual_blocks", 3, "buttons", 0, "action"), "/"),
        (("visual_blocks", 3, "buttons", 0, "style_attrs", "background_color"), "primary_color"),
        (("visual_blocks", 4, "key"), "{% render 'card', title: title %}"),
        (("visual_blocks", 4, "attrs", "title"), "{{ name }}"),
        (("visual_blocks", 5, "columns", 1, "blocks", 0, "content"), "H"),
    ]


def test_problems_and_links_in_columns_have_their_paths() -> None:
    button = {**BUTTON, "style_attrs": {"text_color": "blueish"}}
    found = blocks({"type": "row", "columns": [{"blocks": [{"type": "button_set", "buttons": [button]}]}]})
    place = ("visual_blocks", 0, "columns", 0, "blocks", 0, "buttons", 0)
    assert [path for path, _ in problems_of(found)] == [(*place, "style_attrs", "text_color")]
    assert list(links_of(found)) == [((*place, "action"), "/")]


def test_a_misspelt_colour_is_a_problem() -> None:
    style = {"background_color": "primary", "text_color": "#fff", "border_color": "{{ vars.colour }}"}
    assert list(problems_of(blocks({"type": "button_set", "buttons": [BUTTON, {**BUTTON, "style_attrs": style}]}))) == [
        (
            ("visual_blocks", 0, "buttons", 1, "style_attrs", "background_color"),
            "this must be a colour like #635bff, or primary_color or primary_color_contrast",
        )
    ]


def test_the_key_and_the_attributes_of_a_partial_have_names() -> None:
    assert list(problems_of(blocks({"type": "partial", "key": "it's", "attrs": {"a b": 1}}))) == [
        (("visual_blocks", 0, "key"), "this must be the key of a partial"),
        (
            ("visual_blocks", 0, "attrs", "a b"),
            "an attribute's name has letters, digits and _, and begins with a letter",
        ),
    ]


@pytest.mark.parametrize(
    "given",
    [
        {"type": "video"},
        {"type": "markdown"},
        {"type": "markdown", "content": "x", "version": 2},
        {"type": "markdown", "content": "x", "layout_attrs": {"padding_top": -1}},
        {"type": "image", "url": "x", "style_attrs": {"width": "10em"}},
        {"type": "button_set", "buttons": []},
        {"type": "row", "columns": []},
        {"type": "row", "columns": [{"blocks": []}]},
        {"type": "row", "columns": [{"blocks": [{"type": "row", "columns": []}]}]},
        {"type": "button_set", "buttons": [{**BUTTON, "variant": "round"}]},
    ],
)
def test_what_no_block_can_be_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        blocks(given)
