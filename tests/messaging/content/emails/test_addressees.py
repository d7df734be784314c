"""Addresses that templates name, in place of the recipient's and beside them."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from addressee.channels.destination import Destination
from addressee.channels.provider import ChannelType
from addressee.messaging.content.emails.addressees import mailboxes_in
from addressee.messaging.content.emails.content import EmailContent
from addressee.messaging.content.emails.email import EmailTemplate
from addressee.messaging.content.sms import SmsTemplate
from addressee.messaging.content.templating.liquid import TemplateError
from tests.messaging.content.templating.test_hostile_values import channel_of
from tests.messaging.steps.test_machine import NOW

EMAIL = channel_of(ChannelType.EMAIL, "smtp", **{"from": "Shop <shop@example.com>", "reply_to": "help@example.com"})
TEMPLATE = EmailTemplate("Hi", text="x")


def rendered(template: EmailTemplate, **data: Any) -> EmailContent:
    content = template.render({"data": data}, EMAIL, ["ada@example.org"]).content
    assert isinstance(content, EmailContent)
    return content


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("a@example.org", ["a@example.org"]),
        (" a@example.org, A <b@example.org>;c@example.org ,", ["a@example.org", "A <b@example.org>", "c@example.org"]),
        ('"Doe, Jane" <j@example.org>, j@example.org', ["j@example.org"]),
        ("{{ data.nobody }}", []),
        ("{{ data.people | join: ',' }}", ["a@example.org", "b@example.org"]),
    ],
)
def test_a_list_of_addresses(written: str, found: list[str]) -> None:
    scope = {"data": {"people": ["a@example.org", "b@example.org"]}}
    assert [str(mailbox) for mailbox in mailboxes_in("cc", written, scope)] == found


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{{ data.secret }}", "cc has something that is no e-mail address"),
        ("a..b@example.org", "cc has something that is no e-mail address"),
        (",".join(f"a{number}@example.org" for number in range(21)), "cc has more than 20 addresses"),
        ('"Ada <ada@example.org>, "Bob" <b@example.org>', "cc has something that is no e-mail address"),
        ("{{ data.unclosed }}", "cc has something that is no e-mail address"),
    ],
)
def test_what_is_no_address_is_not_repeated(written: str, said: str) -> None:
    with pytest.raises(TemplateError, match=said) as raised:
        mailboxes_in("cc", written, {"data": {"secret": "Ada-12345", "unclosed": '"' + r"\"" * 20_000}})
    assert "12345" not in str(raised.value)


@pytest.mark.parametrize(
    ("fields", "sender", "reply_to"),
    [
        ({}, "Shop <shop@example.com>", "help@example.com"),
        ({"from_name": "{{ data.name }}"}, '"Ada\'s shop, Ltd." <shop@example.com>', "help@example.com"),
        ({"from_address": "a@example.com", "from_name": "A"}, "A <a@example.com>", "help@example.com"),
        (
            {"from_address": "{{ data.none }}", "reply_to": "{{ data.none }}"},
            "Shop <shop@example.com>",
            "help@example.com",
        ),
        ({"reply_to": "Team <team@example.com>"}, "Shop <shop@example.com>", "Team <team@example.com>"),
    ],
)
def test_the_sender_and_who_is_answered(fields: dict[str, str], sender: str, reply_to: str) -> None:
    content = rendered(structs.replace(TEMPLATE, **fields), name="Ada's shop, Ltd.")
    assert (content.sender, content.reply_to) == (sender, reply_to)


def test_a_sender_is_one() -> None:
    with pytest.raises(TemplateError, match="from_address has more than one address"):
        rendered(structs.replace(TEMPLATE, from_address="a@example.com, b@example.com"))


def test_a_message_to_several_is_copied_once() -> None:
    content = structs.replace(
        rendered(structs.replace(TEMPLATE, cc="c@example.org", bcc="d@example.org")), to="a@example.org, b@example.org"
    )
    first, second = (content.to_payload("m", Destination.of(f"{name}@example.org"), NOW) for name in "ab")
    assert (first.cc, first.bcc) == (("c@example.org",), ("d@example.org",))
    assert (second.cc, second.bcc) == ((), ())
    left = content.without_copies_to({"c@example.org"})
    assert (left.cc, left.bcc) == ((), ("d@example.org",))


def test_who_is_named_in_place_of_the_recipient() -> None:
    scope = {"data": {"to": "A <a@example.org>, b@example.org"}}
    assert TEMPLATE.addressees(scope) is None
    assert structs.replace(TEMPLATE, to="{{ data.to }}").addressees(scope) == ["a@example.org", "b@example.org"]
    assert SmsTemplate("x", to="+1 555, +49 30 ,").addressees(scope) == ["+1 555", "+49 30"]
