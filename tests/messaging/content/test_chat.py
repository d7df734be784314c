"""Chat messages as templates make them: text, Slack's blocks, Adaptive Cards, Discord's embeds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest

from addressee.channels.chat.message import ChatMessage
from addressee.channels.destination import Destination
from addressee.channels.provider import ChannelType
from addressee.channels.providers import PROVIDERS
from addressee.messaging.content.chat import ChatContent, ChatTemplate
from addressee.messaging.content.templating.liquid import TemplateError
from addressee.messaging.environment.channels import Channel
from tests.messaging.tracking.test_urls import TRACKING

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
SCOPE = {"name": 'Ada "<!channel>" & co', "url": "https://example.com/?a=1&b=2", "n": 3, "items": ["<a>", 'b"']}
SHOWN_BY_SLACK = 'Ada "&lt;!channel&gt;" & co'


def channel(provider: str) -> Channel:
    return Channel(UUID(int=7), "c", "C", ChannelType.CHAT, provider, {}, NOW, NOW)


def rendered(provider: str, **parts: Any) -> ChatContent:
    content = msgspec.convert(parts, ChatTemplate).render(SCOPE, channel(provider), ["channel_id:C1"]).content
    assert isinstance(content, ChatContent)
    return content


def test_values_command_nothing_in_slack() -> None:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "<{{ url }}|Hi> {{ name }}"}}
    attachments = {"attachments": [{"fallback": "<!here> {{ name }}"}]}
    content = rendered("slack", text="<!here> {{ name }}", blocks=[section], overrides=attachments)
    assert content.overrides == {"attachments": [{"fallback": f"<!here> {SHOWN_BY_SLACK}"}]}
    assert content.text == f"<!here> {SHOWN_BY_SLACK}"
    assert content.blocks[0]["text"]["text"] == f"<https://example.com/?a=1&b=2|Hi> {SHOWN_BY_SLACK}"


def test_what_the_template_says_stays_as_it_is() -> None:
    link = "{% capture link %}<{{ url }}|{{ name | upcase }}>{% endcapture %}{{ link }}"
    text = link + """ {{ "a'b" | append: name }} {{ name | safe }}"""
    shown = rendered("slack", text=text).text
    assert shown == (
        f"<https://example.com/?a=1&b=2|{SHOWN_BY_SLACK.upper().replace('LT;', 'lt;').replace('GT;', 'gt;')}>"
        f" a'b{SHOWN_BY_SLACK} {SCOPE['name']}"
    )


def test_other_providers_show_values_as_they_are() -> None:
    assert rendered("telegram", text="{{ name }}").text == SCOPE["name"]
    embeds = [{"title": "{{ name }}", "fields": [{"name": "n", "value": "{{ n }}"}]}]
    assert rendered("discord", embeds=embeds).embeds == [
        {"title": SCOPE["name"], "fields": [{"name": "n", "value": "3"}]}
    ]


def test_blocks_and_cards_may_be_texts_that_become_json() -> None:
    blocks = """[
      {% for item in items %}{"type": "context", "text": "{{ item }}"},{% endfor %}
      {"type": "header", "text": "{{ name }}", "count": {{ n }}, "all": {{ items | json }}}
    ]"""
    assert rendered("slack", blocks=blocks).blocks == [
        {"type": "context", "text": "&lt;a&gt;"},
        {"type": "context", "text": 'b"'},
        {"type": "header", "text": SHOWN_BY_SLACK, "count": 3, "all": ["&lt;a&gt;", 'b"']},
    ]
    assert rendered("slack", blocks='{"blocks": [{"type": "divider"}]}').blocks == [{"type": "divider"}]
    card = '{"type": "AdaptiveCard", "body": [{"type": "TextBlock", "text": "{{ name }}"}], "all": {{ items | json }}}'
    assert rendered("ms_teams", card=card).card == {
        "type": "AdaptiveCard",
        "body": [{"type": "TextBlock", "text": SCOPE["name"]}],
        "all": ["<a>", 'b"'],
    }


@pytest.mark.parametrize(
    ("provider", "parts", "message"),
    [
        ("slack", {"blocks": "[{{ name }}]"}, "blocks did not become JSON"),
        ("slack", {"blocks": '["a"]'}, "blocks must become a list of objects"),
        ("slack", {"blocks": "{}"}, "blocks must become a list of objects"),
        ("slack", {"text": " {{ nothing }} "}, "must not be empty"),
        ("ms_teams", {"card": "[]"}, "card must become an object"),
    ],
)
def test_what_cannot_be_shown_fails(provider: str, parts: Any, message: str) -> None:
    with pytest.raises(TemplateError, match=message):
        rendered(provider, **parts)


@pytest.mark.parametrize(
    ("provider", "parts", "problems"),
    [
        ("slack", {"text": "x"}, []),
        ("slack", {"blocks": []}, [((), "a chat message through slack needs text or blocks")]),
        ("slack", {"blocks": "[]"}, []),
        ("slack", {"text": "x", "card": {}}, [(("card",), "slack shows no card; it shows text and blocks")]),
        ("ms_teams", {"text": "x", "blocks": []}, [(("blocks",), "ms_teams shows no blocks; it shows text and card")]),
        ("discord", {"embeds": [{"title": "x"}]}, []),
        ("telegram", {"overrides": {}}, [((), "a chat message through telegram needs text")]),
        (
            "telegram",
            {"embeds": [{}]},
            [
                (("embeds",), "telegram shows no embeds; it shows text"),
                ((), "a chat message through telegram needs text"),
            ],
        ),
    ],
)
def test_parts_that_a_provider_does_not_show(provider: str, parts: Any, problems: Any) -> None:
    template = msgspec.convert(parts, ChatTemplate)
    assert list(template.problems(PROVIDERS[ChannelType.CHAT, provider])) == problems


def test_contents_hold_no_secrets_and_become_messages() -> None:
    hook = "https://hooks.slack.com/services/T01/B01/abcdefgh1234"
    template = ChatTemplate(text="Hi", overrides={"mrkdwn": False, "icon": "{{ n }}"})
    content = template.render(SCOPE, channel("slack"), [f"url:{hook}", "user_id:U1"]).content
    assert content == ChatContent(
        addresses=("url:********1234", "user_id:U1"), text="Hi", overrides={"mrkdwn": False, "icon": "3"}
    )
    to = {"incoming_webhook": {"url": hook}}
    message = content.to_payload("id", Destination(f"url:{hook}", to), NOW)
    assert message == ChatMessage("id", to, "Hi", [], None, [], {"mrkdwn": False, "icon": "3"})
    assert message.envelope == {"id": "id", "to": {"incoming_webhook": {"url": "********1234"}}}
    assert content.silenced() == ChatContent(addresses=("url:********1234", "user_id:U1"))


def test_a_summary_is_what_notifications_show() -> None:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "*Hi*"}}
    slack = rendered("slack", text="*Hi*", summary="Hi {{ n }}")
    assert (slack.text, slack.blocks) == ("Hi 3", [section])
    long = rendered("slack", text="x" * 3001, summary="Hi")
    assert (long.text, long.blocks) == ("x" * 3001, [])
    with_blocks = rendered("slack", text="*Hi*", blocks=[{"type": "divider"}], summary="Hi")
    assert (with_blocks.text, with_blocks.blocks) == ("Hi", [{"type": "divider"}])
    teams = rendered("ms_teams", card={"type": "AdaptiveCard"}, summary="Hi")
    assert (teams.text, teams.card) == ("Hi", {"type": "AdaptiveCard"})
    assert rendered("discord", text="*Hi*", summary="Hi").text == "*Hi*"


def test_links_of_a_message_are_tracked_where_that_is_asked_for() -> None:
    content = rendered("slack", text="<https://a.example|a>", blocks=[{"type": "button", "url": "https://b.example"}])
    payload = content.to_payload("m", Destination("C1", {}), NOW)
    assert content.with_tracking(payload, None) is payload
    tracked = content.with_tracking(payload, TRACKING)
    assert tracked.text.startswith("<https://click.example.com/t/c/")
    assert tracked.text.endswith("|a>")
    assert tracked.blocks[0]["url"].startswith("https://click.example.com/t/c/")
