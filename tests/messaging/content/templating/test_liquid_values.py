"""What Liquid prints of the values that JSON has, as Shopify's does, in every language of templates."""

from html import unescape
from typing import Any

import pytest

from addressee.channels.links import SCHEMES
from addressee.messaging.content.templating.liquid import HTML, PLAIN, render
from addressee.messaging.content.templating.markdown.rendering import to_html

SCOPE: dict[str, Any] = {
    "data": {
        "text": "x",
        "yes": True,
        "no": False,
        "void": None,
        "number": 3,
        "float": 1.5,
        "object": {"city": "Köln", "vip": True, "tags": [1, None]},
        "list": [True, None, "x", 2, {"a": None}],
        "objects": [{"a": 1}, {}],
        "nested": [[1, 2], [3]],
        "bare": "",
        "spaces": "  ",
        "none": [],
        "date": "2025-06-01T12:00:00Z",
    },
    "recipient": {"id": "ada"},
    "actor": None,
}

PRINTED = [
    ("{{ data.yes }} {{ data.no }}", "true false"),
    ("[{{ data.void }}{{ data.nope }}{{ actor.name }}{{ nope.at.all }}{{ nil }}]", "[]"),
    ("{{ data.number }} {{ data.float }}", "3 1.5"),
    ("{{ data.object }}", '{"city":"Köln","vip":true,"tags":[1,null]}'),
    ("{{ data.list }}", 'truex2{"a":null}'),
    ("{{ data.nested }}", "123"),
    ("{{ data.none }}|", "|"),
    ("{{ (1..3) }}", "1..3"),
    ("{% echo data.yes %} {% cycle data.object, 'x' %}", 'true {"city":"Köln","vip":true,"tags":[1,null]}'),
    ("{% capture c %}{{ data.yes }}{% endcapture %}{{ c }}", "true"),
    ("{% assign v = data.object %}{{ v }}", '{"city":"Köln","vip":true,"tags":[1,null]}'),
    ("{{ data.list | json }}", '[true,null,"x",2,{"a":null}]'),
    ("{{ data.nope | json }} {{ data.void | json }} {{ data.yes | json }}", "null null true"),
    ("{{ data.object.city | json }}", '"Köln"'),
    ("{{ data.objects | map: 'a' | json }}", "[1,null]"),
    ("[{{ data.void | date: '%Y' }}{{ data.nope | date: '%Y' }}{{ actor.since | date: '%Y' }}]", "[]"),
    ("{{ data.date | date: '%d.%m.%Y' }}", "01.06.2025"),
    ("{{ data.text | date: '%Y' }} {{ data.yes | date: '%Y' }} {{ data.float | date: '%Y' }}", "x true 1.5"),
    ("{{ data.object | date: '%Y' }}", '{"city":"Köln","vip":true,"tags":[1,null]}'),
    ("{{ '99999999999999999999' | date: '%Y' }}", "99999999999999999999"),
    ("{{ data.date | date: data.nope }}", "2025-06-01T12:00:00Z"),
    (
        "{{ data.yes | append: '!' }} {{ data.text | append: data.yes }} {{ data.text | append: data.void }}",
        "true! xtrue x",
    ),
    ("{{ data.void | upcase }}|{{ data.no | upcase }}|{{ data.object | size }}", "|FALSE|3"),
    ("{{ data.object | upcase }}", '{"CITY":"KÖLN","VIP":TRUE,"TAGS":[1,NULL]}'),
    ("{{ data.text | replace: 'x', data.yes }} {{ data.text | prepend: data.void }}", "true x"),
    ("{{ data.list | join: ', ' }}", 'true, , x, 2, {"a":null}'),
    ("{{ data.void | join: ', ' }}|{{ data.nope | first }}|{{ data.void | sort | join }}", "||"),
    ("{{ data.void | size }} {{ data.void | times: 2 }} {{ data.void | default: 'x' }}", "0 0 x"),
    ("{{ data.void | split: ',' | size }}", "0"),
    ("{% for x in data.void %}x{% else %}none{% endfor %}", "none"),
]


@pytest.mark.parametrize(("source", "printed"), PRINTED)
def test_what_is_printed(source: str, printed: str) -> None:
    assert render(source, SCOPE, PLAIN) == printed
    assert unescape(render(source, SCOPE, HTML)) == printed
    assert unescape(to_html(f"^{source}$", SCOPE, SCHEMES).text) == f"<p>^{printed}$</p>"


BLANK = ["recipient.nope", "nope", "actor.name", "data.void", "data.no", "data.bare", "data.spaces", "data.none", "nil"]
NOT_BLANK = ["recipient.id", "data.yes", "data.number", "data.object", "data.list", "data.text"]


@pytest.mark.parametrize("variable", BLANK)
def test_what_is_blank(variable: str) -> None:
    for condition in (f"{variable} == blank", f"blank == {variable}", f"recipient.id and {variable} == blank"):
        assert render(f"{{% if {condition} %}}yes{{% else %}}no{{% endif %}}", SCOPE) == "yes"
        assert render(f"{{% unless {condition} %}}no{{% else %}}yes{{% endunless %}}", SCOPE) == "yes"
    assert render(f"{{% if {variable} != blank %}}yes{{% elsif {variable} == blank %}}no{{% endif %}}", SCOPE) == "no"


@pytest.mark.parametrize("variable", NOT_BLANK)
def test_what_is_not_blank(variable: str) -> None:
    assert render(f"{{% if {variable} == blank %}}yes{{% else %}}no{{% endif %}}", SCOPE) == "no"
    assert render(f"{{% if {variable} != blank %}}yes{{% else %}}no{{% endif %}}", SCOPE) == "yes"


def test_nothing_is_nil_and_not_empty() -> None:
    for condition in ("data.nope == nil", "data.void == data.nope", "data.none == empty", "data.bare == empty"):
        assert render(f"{{% if {condition} %}}yes{{% endif %}}", SCOPE) == "yes"
    for condition in ("data.nope == empty", "data.nope == false", "data.nope == 0"):
        assert render(f"{{% if {condition} %}}yes{{% endif %}}", SCOPE) == ""
