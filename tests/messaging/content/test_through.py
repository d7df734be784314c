"""Contents as stand-ins send them: what is a channel's own is the stand-in's."""

from __future__ import annotations

from typing import Any

import pytest

from addressee.channels.provider import ChannelType
from addressee.messaging.content.chat import ChatContent
from addressee.messaging.content.emails.content import EmailContent
from addressee.messaging.content.http import WebhookContent
from addressee.messaging.content.model import Content
from addressee.messaging.content.push import PushContent
from addressee.messaging.content.sms import SmsContent
from addressee.messaging.content.templating.liquid import TemplateError
from addressee.messaging.content.whatsapp import WhatsAppContent
from addressee.messaging.environment.channels import Channel
from tests.messaging.content.templating.test_hostile_values import channel_of

OVERRIDES = {"of": "the first provider"}

EMAIL = EmailContent(
    sender="first@example.com",
    to="ada@example.org",
    subject="Hello",
    html='<a href="myapp:start">Start</a> <a href="https://example.com">Site</a>',
    text="Hello",
    reply_to="help@example.com",
    overrides=OVERRIDES,
)
PUSH = PushContent(
    tokens=("t",), title="Hello", body="", data={"from": "x", "action_url": "myapp:start"}, overrides=OVERRIDES
)
WEBHOOK = WebhookContent(url="https://first.example/hook", method="POST", headers={}, body={"a": 1})


def through(
    content: Content, provider: str, stand_in: str, settings: dict[str, Any] | None = None, **scope: Any
) -> Content:
    type = ChannelType(str(content.__struct_config__.tag))
    other: Channel = channel_of(type, stand_in, **(settings or {}))
    return content.through(other, channel_of(type, provider), scope)


def test_an_email_has_the_sender_of_the_stand_in_and_its_links() -> None:
    assert through(EMAIL, "ses", "postmark", {"from": "second@example.com"}) == EmailContent(
        sender="second@example.com",
        to="ada@example.org",
        subject="Hello",
        html='<a >Start</a> <a href="https://example.com">Site</a>',
        text="Hello",
        reply_to=None,
    )


def test_a_stand_in_of_the_same_provider_takes_the_overrides_and_the_links_that_it_allows() -> None:
    settings = {"from": "second@example.com", "reply_to": "second@example.net", "link_schemes": ("myapp",)}
    content = through(EMAIL, "ses", "ses", settings)
    assert isinstance(content, EmailContent)
    assert (content.sender, content.reply_to) == ("second@example.com", "second@example.net")
    assert (content.html, content.overrides) == (EMAIL.html, OVERRIDES)


def test_a_push_goes_without_names_that_the_provider_reserves_and_links_that_it_refuses() -> None:
    assert through(PUSH, "apns", "fcm") == PushContent(tokens=("t",), title="Hello", body="", data={})


@pytest.mark.parametrize(
    ("content", "provider", "stand_in"),
    [
        (SmsContent(numbers=("+1",), body="Hello", segments=1, overrides=OVERRIDES), "twilio", "vonage"),
        (WhatsAppContent(numbers=("+1",), body="Hello", overrides=OVERRIDES), "meta", "twilio"),
        (ChatContent(addresses=("C1",), text="Hello", overrides=OVERRIDES), "telegram", "apprise"),
    ],
)
def test_overrides_are_of_one_provider(content: Any, provider: str, stand_in: str) -> None:
    assert through(content, provider, provider) == content
    assert through(content, provider, stand_in) == content.without_overrides_of(
        channel_of(ChannelType(str(content.__struct_config__.tag)), provider),
        channel_of(ChannelType(str(content.__struct_config__.tag)), stand_in),
    )
    assert through(content, provider, stand_in).overrides == {}  # type: ignore[attr-defined]


def test_an_approved_template_is_known_to_one_provider() -> None:
    content = WhatsAppContent(numbers=("+1",), name="order_shipped", language="en")
    assert through(content, "meta", "meta") == content
    with pytest.raises(TemplateError):
        through(content, "meta", "twilio")


def test_a_webhook_goes_to_the_url_of_the_stand_in() -> None:
    content = through(WEBHOOK, "webhook", "webhook", {"url": "https://second.example/{{ data.id }}"}, data={"id": 7})
    assert isinstance(content, WebhookContent)
    assert (content.url, content.body) == ("https://second.example/7", {"a": 1})
    with pytest.raises(TemplateError):
        through(WEBHOOK, "webhook", "webhook", {"url": "{{ data.url }}"}, data={})


def test_a_webhook_to_the_recipient_stays_one() -> None:
    content = WebhookContent(url=None, method="POST", headers={}, body={})
    assert through(content, "webhook", "webhook") == content
