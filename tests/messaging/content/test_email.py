"""Templates of e-mails: what is rendered besides the texts that everybody knows."""

from dataclasses import replace

import msgspec

from addressee.channels.destination import Destination
from addressee.channels.provider import ChannelType
from addressee.messaging.content.email import EmailContent, EmailTemplate
from tests.messaging.content.templating.test_hostile_values import channel_of
from tests.messaging.steps.test_machine import NOW

EMAIL = replace(channel_of(ChannelType.EMAIL, "postmark"), settings={"from": "hello@example.com"})
TEMPLATE = EmailTemplate("Hi", text="Hi", overrides={"Tag": "{{ data.tag }}", "TrackOpens": True})


def test_overrides_are_rendered_and_reach_the_sender() -> None:
    content = TEMPLATE.render({"data": {"tag": "<welcome>"}}, EMAIL, ["ada@example.org"]).content
    assert isinstance(content, EmailContent)
    assert content.overrides == {"Tag": "<welcome>", "TrackOpens": True}
    payload = content.to_payload("m", Destination.of("ada@example.org"), NOW)
    assert payload.overrides == content.overrides


def test_nothing_stays_of_overrides_when_an_email_is_silenced() -> None:
    content = TEMPLATE.render({"data": {"tag": "welcome"}}, EMAIL, ["ada@example.org"]).content
    assert isinstance(content, EmailContent)
    assert content.silenced().overrides == {}


def test_content_that_was_stored_before_there_were_overrides_has_none() -> None:
    content = TEMPLATE.blank(EMAIL, ["ada@example.org"])
    stored = msgspec.to_builtins(content)
    del stored["overrides"]
    assert msgspec.convert(stored, EmailContent) == content
