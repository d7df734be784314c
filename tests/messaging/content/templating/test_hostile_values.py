"""Values are text, in every place of every type of template: no value makes markup, or takes any away.

What is rendered with a value must be what is rendered with a plain word, with the value in the word's place, as a
browser's parser reads both.
"""

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from addressee.channels.provider import ChannelType
from addressee.messaging.content.emails.content import EmailContent
from addressee.messaging.content.emails.email import EmailTemplate
from addressee.messaging.content.in_app import InAppContent, InAppTemplate
from addressee.messaging.content.push import PushContent, PushTemplate
from addressee.messaging.content.templating.shared_templates import (
    TEMPLATES,
    FooterLink,
    Layout,
    Partial,
    SharedTemplates,
)
from addressee.messaging.environment.channels import Channel
from tests.messaging.steps.test_machine import NOW

WORD = "Xylophon"

VALUES = [
    "[CLICK](https://evil.example)",
    "![x](https://evil.example/p.png)",
    "*Ann*",
    "**Ann** _and_ ~~Bob~~",
    "x\n\n# Ann",
    "---",
    "x\n---",
    "===",
    "- item",
    "1. item",
    "> quoted",
    "    code",
    "\tcode",
    "`code`",
    "``",
    "```\ncode\n```",
    "~~~",
    "<b>Ann</b>",
    "<script>alert(1)</script>",
    "<!-- comment",
    "</p>",
    "<https://evil.example>",
    "[x]: https://evil.example",
    "[x]",
    "\\",
    "\\*",
    "&amp;",
    "&#42;",
    "&copy",
    "Tom & Co",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "x onmouseover=alert(1)",
    "see href=javascript:alert(1)",
    ") [x](https://evil.example",
    "{{ recipient.id }}",
    "{% raw %}",
    "0vq0qv0",
    "0vq1qv0 0vq99qv0",
    "<printed-link>x</printed-link>",
    "\u202eevil",
    "a\u2028b",
    "  two  spaces  ",
    "a | b\n--|--\nc | d",
]

MARKDOWN_PLACES = [
    "{{ data.v }}",
    "{{ data.v }} commented",
    "Hello {{ data.v }}, {{ data.v }}!",
    "# {{ data.v }}",
    "- {{ data.v }}\n- second",
    "1. {{ data.v }}",
    "> {{ data.v }}",
    "**{{ data.v }}** _{{ data.v }}_ *{{ data.v }}*x",
    "`{{ data.v }}`",
    "```\n{{ data.v }}\n```",
    "``` {{ data.v }}\ncode\n```",
    "    {{ data.v }}",
    "text\n{{ data.v }}\ntext",
    "{{ data.v }}\n===",
    "[{{ data.v }}](https://example.org)",
    "![{{ data.v }}](https://example.org/p.png)",
    '[x](https://example.org "{{ data.v }}")',
    "[x](https://example.org/?q={{ data.v }}&b=2)",
    "[x](<https://example.org/{{ data.v }}>)",
    "<https://example.org/?q={{ data.v }}&b=2>",
    "[x]\n\n[x]: https://example.org/{{ data.v }}",
    '<em title="{{ data.v }}">x</em>',
    "<em title='{{ data.v }}'>x</em>",
    "<em title={{ data.v }}>x</em>",
    "<em>{{ data.v }}</em>",
    "<div>\n{{ data.v }}\n</div>",
    "{% capture c %}**{{ data.v }}**{% endcapture %}{{ c }} {{ c }}",
    "{% capture c %}**{{ data.v }}**{% endcapture %}{{ c | append: '!' }}",
    "{% assign a = data.v %}{{ a }}",
    "{% for x in data.list %}- {{ x }}\n{% endfor %}",
    "{{ 'Hello ' | append: data.v | append: '!' }}",
    "{{ data.v | prepend: '*' }}",
    "{{ data.list | join: ' **and** ' }}",
    "{{ data.list }}",
    "{{ data.list | first }}",
    "{{ data.nothing | default: data.v }}",
    "{{ data.v | escape }}",
    "{% echo data.v %}",
    "{% cycle data.v, 'other' %}",
    "{% liquid\nassign a = data.v\necho a %}",
    "{{ data.object.v }}",
    "{% render 'value', v: data.v %}",
    "# {% render 'strong', v: data.v %} {{ data.v }}",
    "{% for x in data.list %}{% render 'strong', v: x %}{% endfor %}",
    "{% capture c %}{% render 'strong', v: data.v %}{% endcapture %}{% render 'value', v: c %}",
    "[x](https://example.org/?q={% render 'value', v: data.v %})",
    "{% render 'within', v: data.v %}",
]

HTML_PLACES = [
    "<p>{{ data.v }}</p>",
    '<a title="{{ data.v }}" href="https://example.org/?q={{ data.v }}&amp;b=2">x</a>',
    "<a title='{{ data.v }}'>x</a>",
    "{% capture c %}<b>{{ data.v }}</b>{% endcapture %}{{ c }}",
    "{% render 'strong', v: data.v %}",
    "{% capture c %}{% render 'strong', v: data.v %}{% endcapture %}{% render 'value', v: c %}",
    "<a title=\"{% render 'value', v: data.v %}\">x</a>",
    "{% render 'within', v: data.v %}",
    "{{ 'Hello <i>' | append: data.v | append: '</i>' }}",
    "{{ data.list | join: '<br>' }}",
    "{{ data.list }}",
    "{{ data.nothing | default: data.v }}",
    "{{ data.v | escape }}",
    "{% echo data.v %}{% cycle data.v, 'other' %}",
    "{% capture c %}<b>{{ data.v }}</b>{% endcapture %}{{ c | strip_html }}",
]

TEXT_PLACES = [
    "{{ data.v }}",
    "{{ data.list }}",
    "{{ 'Hello ' | append: data.v }}",
    "{% echo data.v %}",
    "{% render 'value', v: data.v %}",
]


class Read(HTMLParser):
    """The tags, the attributes and the text of HTML, in their order; what is left out as a comment is none."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[Any] = []
        self.text = ""
        self.feed(html)
        self.close()
        self.end_text()

    def end_text(self) -> None:
        if self.text:
            self.parts.append(self.text)
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.end_text()
        self.parts.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.end_text()
        self.parts.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> list[Any]:
    return Read(html).parts


def with_value(part: Any, value: str) -> Any:
    match part:
        case str():
            return part.replace(WORD, value)
        case (tag, attributes):
            return tag, {name: text.replace(WORD, value) for name, text in attributes.items()}


PARTIALS = {
    "value": "{{ v }}",
    "strong": "<strong>{{ v }}</strong>",
    "within": "{{ data.v }} {% assign w = v %}{% render 'strong', v: w %}",
}

FRAME = Layout(
    html_layout="""<html><body title="{{ data.v }}"><h1>{{ data.v }}</h1>{{ content }}
    {% render 'strong', v: data.v %}
    {% for link in footer_links %}<a href="{{ link.url }}">{{ link.text }}</a>{% endfor %}</body></html>""",
    text_layout="{{ data.v }}\n{{ content }}\n{% render 'value', v: data.v %}",
    footer_links=(FooterLink("{{ data.v }}", "https://example.org/?q={{ data.v }}"),),
)


def scope_of(value: str) -> Mapping[str, Any]:
    return {
        "data": {"v": value, "list": [value, value], "object": {"v": value}, "nothing": None},
        "recipient": {"id": "ada"},
        TEMPLATES: SharedTemplates({"frame": FRAME}, {key: Partial(content=text) for key, text in PARTIALS.items()}),
    }


def channel_of(type: ChannelType, provider: str, **settings: Any) -> Channel:
    return Channel(UUID(int=1), "channel", "Channel", type, provider, settings, NOW, NOW)


IN_APP = channel_of(ChannelType.IN_APP_FEED, "feed")
EMAIL = channel_of(ChannelType.EMAIL, "smtp", **{"from": "us@example.org"})
PUSH = channel_of(ChannelType.PUSH, "fcm")


def markdown(body: str, value: str) -> str:
    content = InAppTemplate(body=body).render(scope_of(value), IN_APP, []).content
    assert isinstance(content, InAppContent)
    return content.blocks[0].rendered


def html(source: str, value: str, **rest: Any) -> str:
    content = EmailTemplate(subject="x", html=source, **rest).render(scope_of(value), EMAIL, ["a@example.org"]).content
    assert isinstance(content, EmailContent)
    assert content.html is not None
    return content.html


# Lines of text end as HTML has them; the rest of a text may be anything that can be stored.
TEXTS = st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), min_size=1) | st.lists(
    st.sampled_from([*"*_`[]()<>#-=+!&;:\\\"' \n\t~|{}1.a", "https://", "```", "javascript:", "&#", "<b>"]), min_size=1
).map("".join)


@pytest.mark.parametrize("place", MARKDOWN_PLACES)
def test_a_value_is_a_text_in_markdown(place: str) -> None:
    plain = read(markdown(place, WORD))
    for value in VALUES:
        assert read(markdown(place, value)) == [with_value(part, value) for part in plain], value


@given(st.sampled_from(MARKDOWN_PLACES), TEXTS)
def test_any_value_is_a_text_in_markdown(place: str, value: str) -> None:
    assert read(markdown(place, value)) == [with_value(part, value) for part in read(markdown(place, WORD))]


@pytest.mark.parametrize("place", HTML_PLACES)
def test_a_value_is_a_text_in_html(place: str) -> None:
    plain = read(html(place, WORD))
    for value in VALUES:
        assert read(html(place, value)) == [with_value(part, value) for part in plain], value


@given(st.sampled_from(HTML_PLACES), TEXTS)
@example("<p>{{ data.v }}</p>", "</p>")
def test_any_value_is_a_text_in_html(place: str, value: str) -> None:
    assert read(html(place, value)) == [with_value(part, value) for part in read(html(place, WORD))]


@given(st.sampled_from(HTML_PLACES), TEXTS)
def test_any_value_is_a_text_in_a_layout_and_within_it(place: str, value: str) -> None:
    plain = read(html(place, WORD, layout_key="frame", pre_content="{% assign a = data.v %}<i>{{ a }}</i>"))
    framed = read(html(place, value, layout_key="frame", pre_content="{% assign a = data.v %}<i>{{ a }}</i>"))
    assert framed == [with_value(part, value) for part in plain]
    assert ("body", {"title": WORD}) in plain


@given(st.sampled_from(TEXT_PLACES), TEXTS)
def test_any_value_stands_in_a_text_as_it_is(place: str, value: str) -> None:
    email = EmailTemplate(subject=place, text=place)
    push = PushTemplate(title=place, body=place, data={"x": place})
    said = email.render(scope_of(value), EMAIL, ["a@example.org"]).content
    shown = push.render(scope_of(value), PUSH, ["token"]).content
    plain = push.render(scope_of(WORD), PUSH, ["token"]).content
    assert isinstance(said, EmailContent)
    assert isinstance(shown, PushContent)
    assert isinstance(plain, PushContent)
    expected = plain.title.replace(WORD, value)
    assert {said.subject, said.text, shown.title, shown.body, shown.data["x"]} == {expected}
