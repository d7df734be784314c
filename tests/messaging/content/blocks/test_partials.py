"""Inputs of partials that blocks give, by the input schemas, and the problems with them."""

from typing import Any

import pytest
from liquid import Markup

from addressee.channels.links import SCHEMES
from addressee.messaging.content.blocks.partials import problems_with, values_of
from addressee.messaging.content.templating.shared_templates import Partial

BUTTON = {
    "type": "button",
    "key": "button",
    "text": {"type": "text", "key": "text", "settings": {"default": "Learn more"}},
    "action": {"type": "text", "key": "action"},
}
IMAGE = {"type": "image", "key": "image", "url": {"type": "url", "key": "url"}, "alt": {"type": "text", "key": "alt"}}
CHOICES = {"options": [{"value": "info", "label": "Info"}, {"value": "warning"}]}
SCOPE = {"data": {"items": [{"name": "A"}], "on": True, "name": "*Ada*", "list": ["info"], "json": '{"a": 1}'}}


def given(attrs: dict[str, Any], *schema: dict[str, Any]) -> Any:
    return values_of(Partial(content="", input_schema=schema), attrs, SCOPE, SCHEMES)


def field(type: str, **settings: Any) -> dict[str, Any]:
    return {"type": type, "key": "it", "label": "It", "settings": settings}


@pytest.mark.parametrize(
    ("input", "value"),
    [
        (field("text"), ""),
        (field("textarea", default="Hi"), "Hi"),
        (field("url", default=None), ""),
        (field("markdown"), ""),
        (field("markdown", default="**x**"), "<p><strong>x</strong></p>"),
        (field("boolean"), False),
        (field("boolean", default=True), True),
        (field("select", default="info", **CHOICES), "info"),
        (field("multi_select"), ()),
        (field("multi_select", default=["info"]), ["info"]),
        (field("json"), None),
        (field("json", default={"a": [1]}), {"a": [1]}),
        ({**BUTTON, "key": "it"}, {"text": "Learn more", "action": ""}),
        ({**IMAGE, "key": "it"}, {"url": "", "alt": "", "action": ""}),
    ],
)
def test_what_a_block_does_not_give_has_a_default(input: dict[str, Any], value: Any) -> None:
    assert given({}, input) == {"it": value}
    assert given({"it": None}, input) == {"it": value}


@pytest.mark.parametrize(
    ("type", "attribute", "value"),
    [
        ("text", "Hi {{ data.name }}", "Hi *Ada*"),
        ("text", 5, "5"),
        ("url", "/{{ data.name }}", "/*Ada*"),
        ("select", "{{ data.list | first }}", "info"),
        ("boolean", True, True),
        ("boolean", "{{ data.on }}", True),
        ("boolean", "{{ data.off }}", False),
        ("multi_select", ["info", "{{ data.name }}"], ["info", "*Ada*"]),
        ("multi_select", "{{ data.list }}", ["info"]),
        ("multi_select", "{{ data.nothing }}", []),
        ("json", "{{ data.items }}", [{"name": "A"}]),
        ("json", " {{ data.items | json }} ", [{"name": "A"}]),
        ("json", "{{ data.json }}", {"a": 1}),
        ("json", '{"n": "{{ data.name }}"}', {"n": "*Ada*"}),
        ("json", "{{ data.nothing }}", None),
        ("json", "no JSON {{ data.on }}", "no JSON true"),
        ("json", {"n": ["{{ data.name }}", 1]}, {"n": ["*Ada*", 1]}),
    ],
)
def test_a_value_is_of_the_type_of_its_input(type: str, attribute: Any, value: Any) -> None:
    assert given({"it": attribute}, field(type)) == {"it": value}


def test_markdown_becomes_html_in_which_values_are_text() -> None:
    value = given({"it": "**Hi** {{ data.name }}"}, field("markdown"))["it"]
    assert (type(value), value) == (Markup, "<p><strong>Hi</strong> *Ada*</p>")


def test_parts_of_a_button_or_an_image_have_defaults_of_their_own() -> None:
    assert given({"button": {"action": "/{{ data.name }}"}, "image": {"alt": "A"}}, BUTTON, IMAGE) == {
        "button": {"text": "Learn more", "action": "/*Ada*"},
        "image": {"url": "", "alt": "A", "action": ""},
    }


def test_what_the_schema_does_not_have_is_given_as_it_is() -> None:
    assert given({"more": ["{{ data.name }}", 1]}) == {"more": ["*Ada*", 1]}


def test_a_schema_of_another_form_is_none() -> None:
    assert given({"it": "{{ data.name }}"}, {"type": "hologram", "key": "it"}) == {"it": "*Ada*"}


@pytest.mark.parametrize(
    ("input", "attrs", "problem"),
    [
        (field("text", required=True), {}, ((), "the partial needs 'it', which has no default")),
        (field("text", required=True), {"it": None}, ((), "the partial needs 'it', which has no default")),
        (field("text", required=True, default="x"), {}, None),
        (field("text", required=True), {"it": ""}, None),
        (field("text"), {"it": ["a"]}, (("it",), "this must be a text")),
        (field("boolean"), {"it": "yes"}, (("it",), "this must be true or false")),
        (field("boolean"), {"it": "{{ data.on }}"}, None),
        (field("select", **CHOICES), {"it": "danger"}, (("it",), "this must be one of info, warning")),
        (field("select", **CHOICES), {"it": "{{ data.kind }}"}, None),
        (field("multi_select", **CHOICES), {"it": "info"}, (("it",), "this must be a list")),
        (field("multi_select", **CHOICES), {"it": ["info", "x"]}, (("it",), "this must be one of info, warning")),
        (field("json"), {"it": {"any": ["thing"]}}, None),
        (BUTTON, {"button": "Go"}, (("button",), "this must have 'text' and 'action'")),
        (BUTTON, {"button": {"text": "Go", "action": "/"}, "more": 1}, None),
    ],
)
def test_what_is_wrong_with_the_attributes_of_a_block(
    input: dict[str, Any], attrs: dict[str, Any], problem: Any
) -> None:
    found = list(problems_with(Partial(content="", input_schema=(input,)), attrs))
    assert found == ([] if problem is None else [problem])
