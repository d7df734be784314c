"""Templates of SMS: one text and overrides, refused where nobody could be sent what they say."""

import pytest

from addressee.channels.destination import Destination
from addressee.channels.provider import ChannelType
from addressee.channels.sms.message import Sms
from addressee.messaging.content.sms import SmsContent, SmsTemplate
from addressee.messaging.content.templating.liquid import TemplateError
from tests.messaging.content.templating.test_hostile_values import channel_of
from tests.messaging.steps.test_machine import NOW

SMS = channel_of(ChannelType.SMS, "twilio")
ADA, ANN = "+491701234567", "+442071838750"


def rendered(template: SmsTemplate, **data: str) -> SmsContent:
    content = template.render({"data": data}, SMS, [ADA, ANN]).content
    assert isinstance(content, SmsContent)
    return content


def test_the_segments_of_what_is_rendered_are_counted() -> None:
    template = SmsTemplate("Hi {{ data.name }}", {"MediaUrl": ["https://example.com/{{ data.name }}.png"]})
    content = rendered(template, name="🦊" * 34)
    assert content == SmsContent(
        numbers=(ADA, ANN),
        body="Hi " + "🦊" * 34,
        segments=2,
        overrides={"MediaUrl": [f"https://example.com/{'🦊' * 34}.png"]},
    )
    assert content.to_payload("m", Destination.of(ANN), NOW) == Sms("m", ANN, content.body, content.overrides)
    assert content.silenced() == SmsContent(numbers=(ADA, ANN), body="", segments=0)


def test_1600_characters_are_the_longest_text() -> None:
    template = SmsTemplate("{{ data.text }}")
    assert rendered(template, text="€" * 1_600).segments == 22
    for text, length in (("a" * 1_601, "1,601"), ("🦊" * 801, "1,602")):
        with pytest.raises(TemplateError, match=f"at most 1,600 characters; this one has {length}"):
            rendered(template, text=text)


def test_an_empty_text_is_not_sent() -> None:
    with pytest.raises(TemplateError, match="must not be empty"):
        rendered(SmsTemplate(" {{ data.nothing }}\n"))
