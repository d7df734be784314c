"""On which addresses a step reaches somebody: what channel data hold and what is stored, without duplicates."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from addressee.channels.provider import ChannelType
from addressee.conditions.operators import ConditionContext
from addressee.directory.edits.addresses import AddAddress, DisableAddress, RemoveAddress
from addressee.directory.edits.context import EditContext
from addressee.directory.edits.recipients import Edit, Identify, SetChannelData
from addressee.directory.recipient import USERS, Document, Place, Recipient
from addressee.messaging.environment.channels import Channel
from addressee.messaging.messages.model import Address
from addressee.messaging.recipients.identity import TRANSIENT
from addressee.messaging.steps.channels.reach import MAX_ADDRESSES, destination_named, reach
from addressee.preferences.decision import PreferenceContext
from addressee.preferences.layers import effective

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
PLACE = Place(1, USERS, "ada")

ADA = "ada@example.com"
LOVELACE = "lovelace@example.com"


def channel(type: ChannelType, provider: str, **settings: Any) -> Channel:
    return Channel(UUID(int=7), "c", "C", type, provider, settings, NOW, NOW)


EMAIL = channel(ChannelType.EMAIL, "smtp")
ALL_EMAIL = channel(ChannelType.EMAIL, "smtp", addresses="all")
PUSH = channel(ChannelType.PUSH, "fcm")
SMS = channel(ChannelType.SMS, "twilio")
ALL_SMS = channel(ChannelType.SMS, "vonage", addresses="all")
WHATSAPP = channel(ChannelType.WHATSAPP, "meta")
ALL_WHATSAPP = channel(ChannelType.WHATSAPP, "twilio", addresses="all")
FEED = channel(ChannelType.IN_APP_FEED, "feed")


def somebody(*edits: Edit, place: Place = PLACE) -> Recipient:
    recipient: Recipient | None = None
    for edit in (Identify(), *edits):
        recipient = edit.apply(recipient, place, EditContext(NOW, 1, lambda: UUID(int=1)))
    assert recipient is not None
    return recipient


def email(value: str) -> AddAddress:
    return AddAddress("email", value)


def token(value: str, provider: str | None = None) -> AddAddress:
    return AddAddress("android_push", value, provider)


def devices(*tokens: str) -> SetChannelData:
    return SetChannelData(str(PUSH.id), {"devices": [{"token": token} for token in tokens]})


def values(recipient: Recipient, channel: Channel) -> list[str]:
    return [address.value for address in reach(recipient, channel, None).addresses]


def obstacle(recipient: Recipient, channel: Channel, preferences: Document | None = None) -> Document | None:
    return reach(recipient, channel, preferring(preferences) if preferences else None).obstacle


def preferring(document: Document) -> PreferenceContext:
    return PreferenceContext(
        effective({"default": document}, None, {}, {}), "all_agree", ConditionContext({}, frozenset(), NOW), "welcome"
    )


@pytest.mark.parametrize(
    ("edits", "primary", "all"),
    [
        ([Identify({"email": ADA})], [ADA], [ADA]),
        ([email(ADA), email(LOVELACE)], [ADA], [ADA, LOVELACE]),
        ([Identify({"email": ADA}), email(LOVELACE)], [ADA], [ADA, LOVELACE]),
        ([Identify({"email": ADA}), email("ADA@example.com")], [ADA], [ADA]),
        ([email(ADA), email(LOVELACE), Identify({"email": LOVELACE})], [LOVELACE], [LOVELACE, ADA]),
        ([email(ADA), email(LOVELACE), Identify({"email": "new@example.com"})], ["new@example.com"], None),
        ([email(ADA), email(LOVELACE), RemoveAddress("email", ADA)], [LOVELACE], [LOVELACE]),
        ([email(ADA), email(LOVELACE), DisableAddress("email", ADA)], [LOVELACE], [LOVELACE]),
        ([Identify({"email": ADA}), email(LOVELACE), DisableAddress("email", ADA)], [LOVELACE], [LOVELACE]),
        ([email(ADA), DisableAddress("email", ADA), Identify({"email": ADA})], [], []),
        ([email(ADA), DisableAddress("email", ADA), email(ADA)], [ADA], [ADA]),
    ],
)
def test_email_goes_to_the_first_address_that_is_in_use_or_to_all(
    edits: list[Edit], primary: list[str], all: list[str] | None
) -> None:
    recipient = somebody(*edits)
    assert values(recipient, EMAIL) == primary
    if all is not None:
        assert values(recipient, ALL_EMAIL) == all


@pytest.mark.parametrize(
    ("edits", "tokens"),
    [
        ([token("a")], ["a"]),
        ([devices("a")], ["a"]),
        ([token("a"), token("b"), devices("c", "a")], ["c", "b", "a"]),
        ([token("a", "xiaomi"), token("b", "fcm")], ["b"]),
        ([AddAddress("ios_push", "a", "apns")], []),
        ([token("a"), token("b"), DisableAddress("android_push", "a")], ["b"]),
        ([token("a"), devices("a", "b"), DisableAddress("android_push", "a")], ["b"]),
        ([devices("a", "b"), DisableAddress("android_push", "a")], ["b"]),
        ([devices("a"), DisableAddress("android_push", "a"), devices("a", "b")], ["b"]),
        ([devices("a"), DisableAddress("android_push", "a"), token("a")], ["a"]),
        ([SetChannelData("another", {"devices": [{"token": "a"}]})], []),
        ([SetChannelData(str(PUSH.id), {"player_ids": ["a"]})], []),
    ],
)
def test_a_push_goes_to_every_device_that_the_provider_knows_the_newest_first(
    edits: list[Edit], tokens: list[str]
) -> None:
    assert values(somebody(*edits), PUSH) == tokens


def sms(value: str) -> AddAddress:
    return AddAddress("sms", value)


def whatsapp(value: str) -> AddAddress:
    return AddAddress("whatsapp", value)


def numbers(*numbers: str) -> SetChannelData:
    return SetChannelData(str(WHATSAPP.id), {"phone_numbers": list(numbers)})


HOME, WORK = "+442071838750", "+491701234567"


@pytest.mark.parametrize(
    ("edits", "primary", "all"),
    [
        ([Identify({"phone_number": HOME})], [HOME], [HOME]),
        ([Identify({"phone_number": "+44 (0)20 7183-8750"}), sms(HOME)], [HOME], [HOME]),
        ([sms(HOME), sms(WORK)], [HOME], [HOME, WORK]),
        ([sms(HOME), sms(WORK), Identify({"phone_number": WORK})], [WORK], [WORK, HOME]),
        ([Identify({"phone_number": HOME}), sms(WORK), DisableAddress("sms", HOME)], [WORK], [WORK]),
        ([Identify({"phone_number": "0170 1234567"}), sms(WORK)], [WORK], [WORK]),
        ([whatsapp(HOME)], [], []),
    ],
)
def test_an_sms_goes_to_the_first_number_that_can_be_dialled_or_to_all(
    edits: list[Edit], primary: list[str], all: list[str]
) -> None:
    assert values(somebody(*edits), SMS) == primary
    assert values(somebody(*edits), ALL_SMS) == all


@pytest.mark.parametrize(
    ("edits", "primary", "all"),
    [
        ([whatsapp(HOME), whatsapp(WORK)], [HOME], [HOME, WORK]),
        ([numbers(HOME, WORK)], [HOME], [HOME, WORK]),
        ([numbers(HOME), whatsapp("+44 20 7183 8750")], [HOME], [HOME]),
        ([numbers(HOME, WORK), DisableAddress("whatsapp", HOME)], [WORK], [WORK]),
        ([Identify({"phone_number": HOME}), sms(HOME)], [], []),
    ],
)
def test_whatsapp_goes_to_numbers_that_were_given_for_it(edits: list[Edit], primary: list[str], all: list[str]) -> None:
    assert values(somebody(*edits), WHATSAPP) == primary
    assert values(somebody(*edits), ALL_WHATSAPP) == all


def test_a_message_goes_to_a_hundred_addresses_at_most_the_newest_devices() -> None:
    tokens = [f"t{number}" for number in range(MAX_ADDRESSES + 5)]
    assert values(somebody(devices(*tokens)), PUSH) == tokens[:4:-1]
    mails = [f"ada{number}@example.com" for number in range(MAX_ADDRESSES + 5)]
    assert values(somebody(*map(email, mails)), ALL_EMAIL) == mails[:MAX_ADDRESSES]


@pytest.mark.parametrize(
    ("edits", "channel", "reason"),
    [
        ([], EMAIL, "no_email_address"),
        ([devices()], PUSH, "no_push_token"),
        ([AddAddress("ios_push", "a", "apns")], PUSH, "no_push_token"),
        ([Identify({"email": ADA}), DisableAddress("email", ADA)], EMAIL, "addresses_disabled"),
        ([Identify({"email": "not-an-email"})], EMAIL, "addresses_invalid"),
        ([devices("a"), DisableAddress("android_push", "a")], PUSH, "addresses_disabled"),
        ([], SMS, "no_phone_number"),
        ([Identify({"phone_number": "0170 1234567"})], SMS, "addresses_invalid"),
        ([sms(HOME), DisableAddress("sms", HOME)], SMS, "addresses_disabled"),
        ([Identify({"phone_number": HOME})], WHATSAPP, "no_whatsapp_number"),
    ],
)
def test_what_is_missing(edits: list[Edit], channel: Channel, reason: str) -> None:
    assert obstacle(somebody(*edits), channel) == {"reason": reason}


def test_the_feed_is_there_for_everybody_who_is_stored() -> None:
    assert values(somebody(), FEED) == [str(FEED.id)]
    assert obstacle(somebody(place=Place(1, TRANSIENT, "x")), FEED) == {"reason": "no_feed"}


def preferred(scope: str) -> Document:
    return {"reason": "preferences", "layer": "recipient_default", "scope": scope}


@pytest.mark.parametrize(
    ("preferences", "expected"),
    [
        ({"kinds": {"push": False}}, preferred("kinds.push")),
        ({"kinds": {"android_push": False}}, preferred("kinds.android_push")),
        ({"kinds": {"push": False, "android_push": True}}, None),
        ({"kinds": {"web_push": False}}, None),
    ],
)
def test_a_push_is_subject_to_what_is_preferred_for_devices(preferences: Document, expected: Document | None) -> None:
    assert obstacle(somebody(token("a")), PUSH, preferences) == expected
    if expected is not None:
        assert obstacle(somebody(), PUSH, preferences) == expected


@pytest.mark.parametrize(
    ("kinds", "reason"),
    [({"email"}, "channel_not_requested"), ({"email", "android_push"}, None), (set(), "channel_not_requested")],
)
def test_a_run_may_be_limited_to_kinds(kinds: set[str], reason: str | None) -> None:
    found = reach(somebody(token("a")), PUSH, None, frozenset(kinds)).obstacle
    assert found == (None if reason is None else {"reason": reason})


def test_a_token_is_shown_by_its_end() -> None:
    (address,) = reach(somebody(token("fGci-Rk3T0:APA91bHPRgkF3J")), PUSH, None).addresses
    assert address.shown == "********kF3J"
    (address,) = reach(somebody(email(ADA)), EMAIL, None).addresses
    assert address.shown == ADA
    hook = Address("slack", "url:https://hooks.slack.com/services/T01/B01/abcdefgh1234")
    assert hook.shown == "url:********1234"
    assert Address("slack", "channel_id:C1").shown == "channel_id:C1"


BROWSERS = channel(ChannelType.PUSH, "web_push")
EXPO = channel(ChannelType.PUSH, "expo")


def test_a_browser_is_one_address_whoever_has_subscribed_it() -> None:
    endpoint, keys = "https://push.example.com/1", {"p256dh": "p", "auth": "a"}
    row = {"id": "1", "identifier": "d", "endpoint": endpoint, **keys, "created_at": "t", "updated_at": "t"}
    subscribed = SetChannelData(str(BROWSERS.id), {"subscriptions": [row, {**row, "identifier": "e", "endpoint": "x"}]})
    added = AddAddress("web_push", {"endpoint": endpoint, "keys": keys, "expirationTime": ""})
    assert values(somebody(subscribed, added), BROWSERS) == ["x", endpoint]
    gone = DisableAddress("web_push", endpoint, "vapid")
    assert values(somebody(subscribed, added, gone), BROWSERS) == ["x"]
    assert values(somebody(subscribed, gone), BROWSERS) == ["x"]


def test_devices_of_any_kind_are_reached_by_a_provider_that_knows_which() -> None:
    tokens = SetChannelData(str(EXPO.id), {"devices": [{"token": "a"}, {"token": "b"}]})
    recipient = somebody(tokens, AddAddress("push", "b", "expo"), AddAddress("push", "c", "one_signal"), token("d"))
    assert values(recipient, EXPO) == ["a", "b"]
    assert values(somebody(tokens, DisableAddress("push", "a", "expo")), EXPO) == ["b"]
    assert obstacle(recipient, EXPO, {"kinds": {"ios_push": False}}) is None
    refused = obstacle(recipient, EXPO, {"kinds": {"push": False}})
    assert refused == {"reason": "preferences", "layer": "recipient_default", "scope": "kinds.push"}
    assert reach(recipient, EXPO, None, frozenset({"ios_push"})).obstacle is None
    assert reach(recipient, EXPO, None, frozenset({"email"})).obstacle == {"reason": "channel_not_requested"}


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        ("email", ADA, ADA),
        ("slack", "channel_id:C1", {"channel_id": "C1"}),
        ("chat", "chat_id:-100", {"chat_id": "-100"}),
        ("discord", "url:https://discord.com/1", {"incoming_webhook": {"url": "https://discord.com/1"}}),
    ],
)
def test_the_destination_of_an_address_that_is_known_by_its_key(kind: str, key: str, value: Any) -> None:
    assert destination_named(Address(kind, key)) == (key, value)
