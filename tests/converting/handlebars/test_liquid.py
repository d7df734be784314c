"""Handlebars and the Liquid that is made of it, piece by piece."""

from typing import Any

import pytest

from addressee.converting.handlebars.helpers import Escaping
from addressee.converting.handlebars.liquid import to_liquid
from addressee.converting.suprsend.names import expression
from addressee.messaging.content.templating import escaping, liquid
from addressee.messaging.content.templating.markdown.rendering import MARKDOWN

ENVIRONMENTS = {
    Escaping.NONE: liquid.PLAIN,
    Escaping.HTML: liquid.HTML,
    Escaping.MARKDOWN: MARKDOWN,
    Escaping.JSON: escaping.JSON,
}


def translated(source: str, how: Escaping = Escaping.NONE) -> str:
    translation = to_liquid(source, how, expression)
    assert list(translation.problems) == []
    return translation.text


def printed(source: str, data: dict[str, Any], how: Escaping = Escaping.NONE, **scope: Any) -> str:
    return liquid.render(translated(source, how), {"data": data, **scope}, ENVIRONMENTS[how])


@pytest.mark.parametrize(
    ("handlebars", "as_liquid"),
    [
        ("Hi {{name}}", "Hi {{ data.name }}"),
        ("{{a.b.c}} {{a/b}}", "{{ data.a.b.c }} {{ data.a.b }}"),
        ("{{list.[0].name}} {{list.length}}", "{{ data.list[0].name }} {{ data.list.size }}"),
        ("{{[first name]}}", '{{ data["first name"] }}'),
        ("{{order.else}}", '{{ data.order["else"] }}'),
        ("{{$recipient.name}} {{$actor.distinct_id}}", "{{ recipient.name }} {{ actor.id }}"),
        ("{{$brand.brand_name}} {{$brand.logo}}", "{{ tenant.name }} {{ tenant.settings.branding.logo_url }}"),
        ("{{$brand.properties.city}}", "{{ tenant.city }}"),
        ("{{$brand.$hosted_preference_url}}", "{{ links.preferences }}"),
        ("{{$batched_events_count}}", "{{ batched_events_count }}"),
        (
            "{{#each $batched_events}}{{name}}{{/each}}",
            "{% for item in batched_events %}{{ item.name }}{% endfor %}",
        ),
        (
            "{{#each a}}{{#each b}}{{@index}}{{@../index}}{{../x}}{{/each}}{{/each}}",
            "{% for item in data.a %}{% for item_2 in item.b %}{{ forloop.index0 }}{{ forloop.parentloop.index0 }}"
            "{{ item.x }}{% endfor %}{% endfor %}",
        ),
        ("{{#each o}}{{@key}}: {{this}}{{/each}}", "{% for item in data.o %}{{ item[0] }}: {{ item[1] }}{% endfor %}"),
        (
            "{{#with a.b}}{{c}} {{@root.d}}{{else}}none{{/with}}",
            "{% if data.a.b and data.a.b != empty %}{{ data.a.b.c }} {{ data.d }}{% else %}none{% endif %}",
        ),
        (
            "{{#if a}}1{{else if b}}2{{/if}}",
            "{% if data.a and data.a != empty and data.a != 0 %}1"
            "{% else %}{% if data.b and data.b != empty and data.b != 0 %}2{% endif %}{% endif %}",
        ),
        (
            "{{#compare n '==' 1}}is{{else}}are{{/compare}}",
            '{% if data.n == 1 or data.n == "1" %}is{% else %}are{% endif %}',
        ),
        (
            "{{#compare n '>=' 10}}many{{/compare}}",
            "{% assign value_1 = data.n | plus: 0 %}{% if value_1 >= 10 %}many{% endif %}",
        ),
        ("{{default name 'you'}}", '{{ data.name | default: "you", allow_false: true }}'),
        ("{{add 1 (length list)}}", "{% assign value_1 = data.list | size %}{{ 1 | plus: value_1 }}"),
        ("{{join names ', '}}", '{{ data.names | join: ", " }}'),
        ("{{lookup labels kind}} {{itemAt list 2}}", "{{ data.labels[data.kind] }} {{ data.list[2] }}"),
        (
            "{{datetime-format at '[on] dddd, D MMMM YYYY'}}",
            '{{ data.at | date: "on %A, %-d %B %Y" }}',
        ),
        ("{{jsonStringify this}}", "{{ data | json }}"),
        ("{{! a comment }}a{{!-- {{another}} --}}", "a"),
    ],
)
def test_what_it_becomes(handlebars: str, as_liquid: str) -> None:
    assert translated(handlebars) == as_liquid
    liquid.parse(as_liquid)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        # As Handlebars itself (4.7) prints them: a tag that is alone in its line takes the line with it.
        ("a\n{{#if yes}}\n  b\n{{/if}}\nc", "a\n  b\nc"),
        ("{{#each list}}\n- {{this}}\n{{else}}\nnone\n{{/each}}\nend", "- 1\n- 2\nend"),
        ("  {{! comment }}  \nx", "x"),
        ("a {{~#if yes~}}  b  {{~/if~}} c", "abc"),
        ("a\n  {{~yes~}}\n b", "atrueb"),
        ("{{#if no}}\nA\n{{else if yes}}\nB\n{{else}}\nC\n{{/if}}\n", "B\n"),
        ("a {{#if yes}} b {{/if}} c", "a  b  c"),
        ("{{#if yes}} {{/if}}x", " x"),
        ("{{#each list}}{{this}}{{#unless @last}}, {{/unless}}{{/each}}", "1, 2"),
        ("\\{{yes}} \\\\{{yes}} {% if %} {{! }}", "{{yes}} \\true {% if %} "),
        ('{"n": {{#if yes}}1{{/if}}, "o": {}', '{"n": 1, "o": {}'),
        ("{{#if yes}}[{ {{/if}}", "[{ "),
        ("{{#if yes}}{ {{/if}}{", "{ {"),
    ],
)
def test_white_space_and_what_looks_like_tags(source: str, expected: str) -> None:
    assert printed(source, {"yes": True, "no": False, "list": [1, 2]}) == expected


def test_a_value_is_escaped_where_the_channel_escapes() -> None:
    data = {"x": '<b>"a"</b>'}
    assert printed("{{x}} {{{x}}}", data) == '<b>"a"</b> <b>"a"</b>'
    assert printed("{{x}} {{{x}}}", data, Escaping.HTML) == '&lt;b&gt;&#34;a&#34;&lt;/b&gt; <b>"a"</b>'
    assert printed('{"x": "{{x}}"}', data, Escaping.JSON) == '{"x": "<b>\\"a\\"</b>"}'
    assert printed('{"x": "{{default y "a & b"}}"}', data, Escaping.JSON) == '{"x": "a & b"}'


@pytest.mark.parametrize(
    ("source", "was", "todo"),
    [
        ("{{> footer}}", "{{> footer}}: a partial is not converted", "write its text here"),
        (
            "{{t 'hello'}}",
            "{{t 'hello'}}: the helper 't' has no exact equivalent",
            "write the text, or look it up in a translation",
        ),
        (
            "{{divide a 2}}",
            "{{divide a 2}}: the helper 'divide' has no exact equivalent",
            "Liquid divides whole numbers to whole numbers: use `divided_by`, with `times: 1.0` before it for others",
        ),
        (
            "{{datetime-format at 'Do MMMM'}}",
            "{{datetime-format at 'Do MMMM'}}: Liquid has no 'Do' for dates",
            "choose another format",
        ),
        (
            "{{datetime-format at 'D' 'Europe/Berlin'}}",
            "{{datetime-format at 'D' 'Europe/Berlin'}}: Liquid does not convert to a time zone",
            "give the time in the zone that is to be shown",
        ),
        (
            "{{#person}}{{name}}{{/person}}",
            "{{#person}}{{name}}{{/person}}: what {{#person}} prints depends on the value's type",
            "write an if or an each",
        ),
        (
            "{{#each list}}{{$recipient.name}}{{/each}}",
            "{{$recipient.name}}: $recipient within a block is a value of the item in Handlebars",
            "write @root.$recipient",
        ),
        (
            "{{#compare a '==' b}}{{/compare}}",
            "{{#compare a '==' b}}{{/compare}}: two values are compared by ==, by which 1 and '1' are equal",
            "see of what types they are",
        ),
        (
            "{{#if (t 'a')}}{{/if}}",
            "{{#if (t 'a')}}{{/if}}: the helper 't' has no exact equivalent",
            "write the text, or look it up in a translation",
        ),
        ("{{$unknown.x}}", "{{$unknown.x}}: $unknown.x is not known here", "name another value"),
        ("{{#if a}}", "the block 'if' is not closed", "mend it"),
        ("{{#if a}}{{/each}}", "the block 'if' is closed by 'each'", "mend it"),
        ("{{a b", "a tag is not closed", "mend it"),
        ("{{{{raw}}}}{{{{/raw}}}}", "raw blocks, in four braces, are not converted", "mend it"),
        ("{{/if}}", "{{/if}} closes no block", "mend it"),
    ],
)
def test_what_has_no_equivalent_is_told_and_stays_as_a_comment(source: str, was: str, todo: str) -> None:
    translation = to_liquid(f"one\ntwo {source} three", Escaping.NONE, expression)
    assert [(each.line, each.was, each.todo) for each in translation.problems] == [(2, was, todo)]
    assert "{% comment %}" in translation.text
    liquid.parse(translation.text)
