"""What the service answers where the SDK's types need more than is there (knock.md §2.0)."""

from typing import Any
from uuid import UUID

import pytest
from msgspec import to_builtins

from addressee.channels.provider import ChannelType
from addressee.dialects.knock.mapping import message_rendering
from addressee.dialects.knock.shapes.messages import MessageEmailContent, MessagePushContent
from addressee.messaging.content.chat import ChatContent
from addressee.messaging.content.emails.content import EmailContent
from addressee.messaging.content.push import PushContent
from addressee.messaging.content.sms import SmsContent
from addressee.messaging.content.whatsapp import WhatsAppContent
from addressee.messaging.environment.channels import Channel
from tests.messaging.steps.test_machine import NOW


@pytest.mark.parametrize(
    ("parts", "html", "text"),
    [({"html": "<p>Hi</p>", "text": None}, "<p>Hi</p>", ""), ({"html": None, "text": "Hi"}, "", "Hi")],
)
def test_the_part_that_an_email_does_not_have_is_empty(parts: dict[str, Any], html: str, text: str) -> None:
    said = message_rendering.content(
        EmailContent(sender="a@example.com", to="b@example.com", subject="Hi", reply_to=None, **parts)
    )
    assert isinstance(said, MessageEmailContent)
    assert (said.html_body, said.text_body) == (html, text)


def test_a_push_without_data_has_empty_data() -> None:
    said = message_rendering.content(PushContent(tokens=("t2", "t1"), title="Hi", body="there", data={}))
    assert isinstance(said, MessagePushContent)
    assert (said.token, said.tokens, said.data) == ("t2", ["t2", "t1"], {})


def test_an_sms_names_all_numbers_that_it_goes_to() -> None:
    content = SmsContent(numbers=("+491701234567", "+442071838750"), body="Hi", segments=1)
    said = message_rendering.content(content)
    assert to_builtins(said) == {
        "__typename": "MessageSmsContent",
        "to": "+491701234567, +442071838750",
        "body": "Hi",
    }


def test_a_whatsapp_message_is_a_chat_message() -> None:
    text = WhatsAppContent(numbers=("+491701234567",), body="Hi")
    template = WhatsAppContent(numbers=("+491701234567",), name="shipped", language="de", parameters=["17"])
    assert to_builtins(message_rendering.content(text)) == {
        "__typename": "MessageChatContent",
        "connection": {"phone_numbers": ["+491701234567"]},
        "template": {"blocks": [{"name": "body", "type": "text", "content": "Hi"}], "json_content": None},
    }
    assert to_builtins(message_rendering.content(template))["template"] == {
        "blocks": [],
        "json_content": {"name": "shipped", "language": "de", "parameters": ["17"], "components": []},
    }


@pytest.mark.parametrize(
    ("address", "connection"),
    [
        ("channel_id:C1", {"channel_id": "C1"}),
        ("email:a@b.cd", {"email": "a@b.cd"}),
        ("url:********1234", {"incoming_webhook": {"url": "********1234"}}),
        ("tenant_id:t conversation_id:19:c@thread.tacv2", {"tenant_id": "t", "conversation_id": "19:c@thread.tacv2"}),
    ],
)
def test_a_chat_message_names_what_it_goes_to_and_what_it_shows(address: str, connection: dict[str, Any]) -> None:
    said = message_rendering.content(
        ChatContent(addresses=(address, "channel_id:C2"), text="Hi", blocks=[{"type": "divider"}])
    )
    assert to_builtins(said) == {
        "__typename": "MessageChatContent",
        "connection": connection,
        "template": {
            "blocks": [{"name": "body", "type": "text", "content": "Hi"}],
            "json_content": {"blocks": [{"type": "divider"}]},
        },
    }


@pytest.mark.parametrize(("type", "said"), [(ChannelType.WHATSAPP, "chat"), (ChannelType.SMS, "sms")])
def test_a_channel_has_a_type_that_clients_know(type: ChannelType, said: str) -> None:
    channel = Channel(UUID(int=1), "c", "C", type, "twilio", {}, NOW, NOW)
    assert message_rendering.channel(channel).type == said
    assert message_rendering.run_event_data({"message_id": "m", "channel_type": type.value}) == {
        "message_id": "m",
        "channel_type": said,
    }
    assert message_rendering.run_event_data({"reason": "no_phone_number"}) == {"reason": "no_phone_number"}
