"""What does not fit into a WhatsApp message: texts are cut, whatever else is too long is refused."""

from typing import Any
from urllib.parse import parse_qsl

import pytest
from msgspec import convert, json

from addressee.channels.requests.sender import UnsendableError
from addressee.channels.twilio import TwilioSettings
from addressee.channels.whatsapp import meta, twilio
from addressee.channels.whatsapp.message import ApprovedTemplate, WhatsAppMessage
from addressee.channels.whatsapp.meta import META, MetaSettings
from addressee.channels.whatsapp.twilio import TWILIO

NUMBER = "+491701234567"
META_SETTINGS = MetaSettings(phone_number_id="1", access_token="t0ken")
TWILIO_SETTINGS = TwilioSettings(account_sid="AC1", auth_token="t0ken", sender="+15005550006")


def header(text: str) -> dict[str, Any]:
    return {"type": "header", "parameters": [{"type": "text", "text": text}]}


@pytest.mark.parametrize(("length", "shown"), [(4_096, "a" * 4_096), (4_097, "a" * 4_095 + "…")])
def test_meta_takes_texts_of_4096_characters(length: int, shown: str) -> None:
    request = meta.to_request(META_SETTINGS, WhatsAppMessage("m", NUMBER, "a" * length))
    assert json.decode(request.content)["text"] == {"body": shown}
    assert shown in request.hidden


@pytest.mark.parametrize(("length", "shown"), [(1_600, "a" * 1_600), (1_601, "a" * 1_599 + "…")])
def test_twilio_takes_texts_of_1600_characters(length: int, shown: str) -> None:
    assert shown in twilio.to_request(TWILIO_SETTINGS, WhatsAppMessage("m", NUMBER, "a" * length)).hidden


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        (ApprovedTemplate("x", "en", ["a" * 32_768]), None),
        (
            ApprovedTemplate("x", "en", ["a", "a" * 32_769]),
            "a parameter of a template has at most 32,768 characters; one has 32,769",
        ),
        (ApprovedTemplate("x", "en", {"a": "a" * 1_024}, [header("a" * 60)]), None),
        (
            ApprovedTemplate("x", "en", {"a": "a" * 1_025}, [header("a")]),
            "a parameter of a template has at most 1,024 characters; one has 1,025",
        ),
        (
            ApprovedTemplate("x", "en", (), [header("🦊" * 31)]),
            "a header's parameter of a template has at most 60 characters; one has 62",
        ),
        (ApprovedTemplate("x", "en", (), [{"type": "header", "parameters": ["odd"]}, {}]), None),
    ],
)
def test_a_parameter_that_is_too_long_is_refused(template: ApprovedTemplate, reason: str | None) -> None:
    message = WhatsAppMessage("m", NUMBER, template)
    if reason is None:
        assert meta.to_request(META_SETTINGS, message).service == "meta"
    else:
        with pytest.raises(UnsendableError, match=reason):
            meta.to_request(META_SETTINGS, message)


def test_twilio_knows_no_components_of_a_template() -> None:
    message = WhatsAppMessage("m", NUMBER, ApprovedTemplate("HX1", "en", (), [header("a")]))
    with pytest.raises(UnsendableError, match="Twilio takes no components"):
        twilio.to_request(TWILIO_SETTINGS, message)


@pytest.mark.parametrize("sender", ["+15005550006", "whatsapp:+15005550006"])
def test_twilio_sends_from_a_number(sender: str) -> None:
    settings = {"account_sid": "AC1", "auth_token": "t0ken", "from": sender}
    request = twilio.to_request(convert(settings, TwilioSettings), WhatsAppMessage("m", NUMBER, "Hi"))
    assert parse_qsl(request.content.decode())[0] == ("From", "whatsapp:+15005550006")
    assert list(TWILIO.problems(settings)) == []
    assert list(TWILIO.problems({**settings, "from": "Addressee"})) == [
        ("from", "this must be the number that WhatsApp messages come from, like +15005550006")
    ]


@pytest.mark.parametrize(
    ("id", "problems"),
    [
        ("106540352242922", []),
        (
            "+15005550006",
            [
                (
                    "phone_number_id",
                    "this must be Meta's id of the number, which has digits only, not the number itself",
                )
            ],
        ),
    ],
)
def test_meta_names_its_numbers_by_an_id(id: str, problems: list[tuple[str, str]]) -> None:
    assert list(META.problems({"phone_number_id": id, "access_token": "t0ken"})) == problems
