"""Templates render by the library's rules: what is done with less work here says the same there."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from liquid import BoundTemplate, RenderContext, TokenStream
from liquid.builtin.output import Output, OutputNode
from liquid.exceptions import LiquidError

from addressee.messaging.content.templating.liquid import (
    MAX_OUTPUT_BYTES,
    BoundedEnvironment,
    TemplateError,
    prepare,
    readable,
    render,
    sharing,
)
from addressee.messaging.content.templating.liquid_values import Printing
from addressee.messaging.content.templating.rendering import Output as OurOutput
from addressee.messaging.content.templating.rendering import Template

VALUES = st.text(max_size=5) | st.sampled_from(["\r\n", "a\rb", "<b>", "é"])
SCOPES = st.fixed_dictionaries(
    {
        "data": st.fixed_dictionaries(
            {"v": VALUES, "list": st.lists(VALUES, max_size=2)},
            optional={
                "size": VALUES,
                "first": VALUES,
                "object": st.dictionaries(st.sampled_from(["v", "size"]), VALUES),
            },
        )
    },
    optional={"v": VALUES, "partial": VALUES},
)
PIECES = [
    *("{{ data.v }}", "{{ data.object.v }}", "{{ data.object.size }}", "{{ data.size }}", "{{ data.first }}"),
    *("{{ data.list.first }}", "{{ data.list.size }}", "{{ data.v.size }}", "{{ data.nothing.more }}", "{{ v }}"),
    *("{{ partial }}", "{{ data['v'] | upcase }}", "{% assign v = data.v %}", "{% break %}", "a\r\nb\r"),
    *("{% capture v %}{{ data.v }}\r{% endcapture %}", "{% for v in data.list %}{{ v }}{{ forloop.last }}{% endfor %}"),
    "{% if data.v == blank %}\n{% endif %}",
]


class LibraryOutput(Output):
    def parse(self, stream: TokenStream) -> OutputNode:
        node = super().parse(stream)
        node.expression = Printing(node.expression)
        return node


class LibraryEnvironment(BoundedEnvironment):
    """The limits, filters and printing of our environment, with the library's own rendering."""

    template_class = BoundTemplate

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        self.add_tag(LibraryOutput)


LIBRARY = LibraryEnvironment()


def by_the_library(source: str, scope: Any) -> str:
    template = LIBRARY.from_string(source)
    prepare(template.nodes, RenderContext(template))
    try:
        return template.render(**scope)
    except LiquidError as error:
        return f"error: {readable(error)}"


def by_ours(source: str, scope: Any) -> str:
    try:
        return render(source, scope)
    except TemplateError as error:
        return f"error: {error}"


@given(st.lists(st.sampled_from(PIECES), max_size=6).map("".join), SCOPES)
def test_a_template_says_what_the_library_makes_of_it(source: str, scope: Any) -> None:
    assert by_ours(source, scope) == by_the_library(source, scope)


@pytest.mark.parametrize(("value", "bytes"), [("a", 1), ("é", 2), ("\r\n", 2)])
def test_output_is_limited_by_its_bytes(value: str, bytes: int) -> None:
    fits = value * (MAX_OUTPUT_BYTES // bytes)
    assert render("{{ v }}", {"v": fits}) == fits.replace("\r\n", "\n")
    with pytest.raises(TemplateError, match="output stream limit reached"):
        render("{{ v }}a", {"v": fits})


def test_what_is_captured_counts_what_was_written_before() -> None:
    half = "a" * (MAX_OUTPUT_BYTES // 2 + 1)
    with pytest.raises(TemplateError, match="output stream limit reached"):
        render("{{ v }}{% capture c %}{{ v }}{% endcapture %}", {"v": half})


def test_ends_of_lines_become_line_feeds_part_by_part() -> None:
    output = OurOutput(100)
    for part in ("a\r", "\nb", "\r\n"):
        output.write(part)
    assert output.getvalue() == "a\n\nb\n"


@pytest.mark.parametrize(
    ("source", "rendered"),
    [
        ("{{ data.title }} by {{ actor.name }}", 1),
        ("{{ data.title }} for {{ recipient.name }}", 2),
        ("{% assign who = 'recipient' %}{{ [who].name }}: {{ data.title }}", 2),
        ("{% for tag in data.tags %}{{ tag }}{{ missing }}{% endfor %}", 1),
    ],
)
def test_templates_that_read_the_same_values_are_rendered_once(
    source: str, rendered: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = {"data": {"title": "Hi", "tags": ["a", "b"]}, "actor": {"name": "Ada"}}
    scopes = [{**shared, "recipient": {"name": name}} for name in ("Bob", "Eve")]
    alone = [render(source, scope) for scope in scopes]
    made: list[Template] = []
    text = Template.text

    def counted(template: Template, *given: Any) -> tuple[str, RenderContext]:
        made.append(template)
        return text(template, *given)

    monkeypatch.setattr(Template, "text", counted)
    with sharing():
        assert [render(source, scope) for scope in scopes] == alone
    assert len(made) == rendered


def test_texts_are_shared_by_values_that_are_the_same_and_not_only_equal() -> None:
    title = {"title": 1}
    with sharing():
        assert render("{{ data.title }}", {"data": title}) == "1"
        assert render("{{ data.title }}", {"data": {"title": True}}) == "true"
        assert render("{{ data.title }}", {"data": title}) == "1"
