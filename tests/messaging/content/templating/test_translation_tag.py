"""The filter and the tag `t` within templates of every environment."""

from collections.abc import Mapping
from typing import Any

import pytest

from addressee.messaging.content.templating import escaping, liquid
from addressee.messaging.content.templating.liquid import TemplateError, parse, render, sharing
from addressee.messaging.content.templating.markdown.rendering import to_html
from addressee.messaging.content.templating.shared_templates import TEMPLATES, Partial, SharedTemplates
from addressee.messaging.content.templating.translations import TRANSLATIONS, Translations

TEXTS = {
    "en": {
        "": {
            "hi": "Hello, {{ name }}!",
            "orders.one": "One order",
            "orders.other": "{{ count }} orders",
            "bold": "<b>{{ name }}</b> & **you**",
            "all": "{{ data.v }}/{{ local }}",
            "quoted": 'He said "{{ name }}"',
        },
        "shop": {"gone": "Sold out"},
    },
    "nl": {
        "": {"hi": "Hoi {{ name | upcase }}"},
        "system": {"Hello, {{ data.v }}!": "Dag, {{ data.v }}!", "Bye now": "Doei"},
    },
}


def scope_of(locale: str | None = None, **values: Any) -> Mapping[str, Any]:
    return {**values, TRANSLATIONS: Translations(TEXTS).of(locale)}


def rendered(source: str, locale: str | None = None, **values: Any) -> str:
    return render(source, scope_of(locale, **values))


def test_the_filter_looks_up_a_key_and_fills_in_its_values() -> None:
    source = "{{ 'hi' | t: name: data.v }}"
    assert [rendered(source, locale, data={"v": "Ada"}) for locale in (None, "nl-BE")] == ["Hello, Ada!", "Hoi ADA"]


def test_a_key_may_be_computed_and_other_filters_may_follow() -> None:
    assert rendered("{{ 'shop:' | append: 'gone' | t | upcase }}") == "SOLD OUT"
    assert rendered("{% assign said = 'shop:gone' | t %}{{ said }}") == "Sold out"


def test_a_count_chooses_the_form() -> None:
    assert rendered("{{ 'orders' | t: count: 1 }}, {{ 'orders' | t: count: data.n }}", data={"n": 3}) == (
        "One order, 3 orders"
    )


@pytest.mark.parametrize("source", ["{{ 'no.such' | t }}", "{{ 'no.such' | t: count: 1, value: 2 }}"])
def test_a_key_without_a_text_is_shown_itself(source: str) -> None:
    assert rendered(source) == "no.such"
    assert render(source, {}) == "no.such"


@pytest.mark.parametrize("source", ["{{ nothing | t }}", "{{ data.none | t }}"])
def test_what_is_not_there_is_no_text(source: str) -> None:
    assert rendered(source, data={"none": None}) == ""


def test_a_text_sees_its_values_before_what_the_template_sees() -> None:
    assert rendered("{% assign local = 1 %}{{ 'all' | t }}", data={"v": 2}) == "2/1"
    assert rendered("{{ 'all' | t: local: 3 }}", data={"v": 2}) == "2/3"


def test_the_tag_says_what_stands_in_it_where_no_locale_has_a_text() -> None:
    source = "<{% t %}Hello, {{ data.v }}!{% endt %}>"
    assert [rendered(source, locale, data={"v": "Ada"}) for locale in (None, "nl")] == ["<Hello, Ada!>", "<Dag, Ada!>"]
    assert render(source, {"data": {"v": "Ada"}}) == "<Hello, Ada!>"


def test_white_space_in_a_text_makes_no_other_text() -> None:
    assert rendered("{%- t -%}\n  Bye\n  now {%- endt -%}", "nl") == "Doei"


def test_a_text_in_a_loop_sees_what_is_looped_over() -> None:
    source = "{% for data in all %}{% t %}Hello, {{ data.v }}!{% endt %} {% endfor %}"
    assert rendered(source, "nl", all=[{"v": 1}, {"v": 2}]) == "Dag, 1! Dag, 2! "


def test_partials_look_up_texts_in_the_same_locale() -> None:
    shared = SharedTemplates({}, {"a": Partial(content="{{ 'hi' | t: name: who }}")})
    assert render("{% render 'a', who: 'Bo' %}", {**scope_of("nl"), TEMPLATES: shared}) == "Hoi BO"


@pytest.mark.parametrize(
    ("environment", "shown"),
    [
        (liquid.PLAIN, '<b>"<i>"</b> & **you**'),
        (liquid.HTML, "<b>&#34;&lt;i&gt;&#34;</b> & **you**"),
        (escaping.SLACK, '<b>"&lt;i&gt;"</b> & **you**'),
        (escaping.JSON, '<b>\\"<i>\\"</b> & **you**'),
        (escaping.SLACK_JSON, '&lt;b&gt;\\"&lt;i&gt;\\"&lt;/b&gt; & **you**'),
    ],
)
def test_a_text_is_a_part_of_the_template_and_its_values_are_escaped(
    environment: liquid.BoundedEnvironment, shown: str
) -> None:
    scope = scope_of(data={"v": '"<i>"'})
    assert render("{{ 'bold' | t: name: data.v }}", scope, environment) == shown


def test_a_text_in_markdown_is_markdown_and_its_values_are_texts() -> None:
    html = to_html("{{ 'bold' | t: name: data.v }}", scope_of(data={"v": "*x* <i>"}), frozenset({"https"}))
    assert html.text == "<p><b>*x* &lt;i&gt;</b> &amp; <strong>you</strong></p>"


def test_a_text_is_written_within_json_like_a_value() -> None:
    scope = scope_of(name="Bo")
    assert render('{"a": {{ "quoted" | t | json }}}', scope, escaping.JSON) == r'{"a": "He said \"Bo\""}'
    assert render('{"a": "{{ "quoted" | t }}"}', scope, escaping.JSON) == r'{"a": "He said \"Bo\""}'


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{% t name: 1 %}x{% endt %}", "line 1: the tag t takes no values; its text may print them"),
        ("{% t %}x", "line 1: "),
        ("{% liquid t\necho 'x'\nendt %}", "line 1: the tag t stands alone: {% t %} … {% endt %}"),
    ],
)
def test_an_error_says_what_to_write(source: str, message: str) -> None:
    with pytest.raises(TemplateError) as error:
        rendered(source)
    assert str(error.value).startswith(message)


def test_texts_of_other_locales_are_not_taken_for_the_same() -> None:
    """Templates that are rendered again with the same values give their text again."""
    source, data = "{{ 'hi' | t: name: data.v }}", {"v": "Ada"}
    with sharing():
        assert [render(source, scope_of(locale, data=data)) for locale in ("en", "nl", "en")] == [
            "Hello, Ada!",
            "Hoi ADA",
            "Hello, Ada!",
        ]


def test_a_template_says_which_texts_it_looks_up() -> None:
    template = parse("{{ 'a.b' | t }}\n{{ 'shop:c' | t: count: 2 | upcase }}\n{% if x %}{{ x | t }}{% endif %}")
    assert [([str(key) for key in use.keys], use.counted, use.line) for use in template.translations] == [
        (["a.b"], False, 1),
        (["shop:c", "shop:c"], True, 2),
        ([], False, 3),
    ]
    assert template.namespaces == {"", "shop", "*"}
    assert parse("{% t %}x{% endt %}").namespaces == {"", "system"}
    assert parse("{{ x | upcase }}").namespaces == frozenset()


@pytest.mark.parametrize("text", ["{{ 'hi' | t }}{{ 'hi' | t }}", "{% t %}Bye now{% endt %}", "{% render 'p' %}"])
@pytest.mark.parametrize("environment", [liquid.PLAIN, liquid.HTML, escaping.SLACK, escaping.JSON])
def test_a_text_renders_no_other_one(environment: liquid.BoundedEnvironment, text: str) -> None:
    scope = {TRANSLATIONS: Translations({"en": {"": {"outer": text, "hi": "Hello"}}}).of(None)}
    with pytest.raises(TemplateError, match="a translated text must not render a partial or another text"):
        render("{{ 'outer' | t }}", scope, environment)


@pytest.mark.parametrize("environment", [liquid.PLAIN, liquid.HTML, escaping.SLACK, escaping.JSON])
def test_texts_of_a_template_have_a_length_together(environment: liquid.BoundedEnvironment) -> None:
    scope = {TRANSLATIONS: Translations({"en": {"": {"long": "a" * 1_000}}}).of(None)}
    source = "{{% for each in (1..{}) %}}{{% assign said = 'long' | t %}}{{% endfor %}}{{{{ said | size }}}}"
    assert render(source.format(2_000), scope, environment) == "1000"
    with pytest.raises(TemplateError, match="the translated texts of a template have at most 2,000,000 characters"):
        render(source.format(2_001), scope, environment)
