"""Addresses of a recipient: which there are, which is the primary one, and what each dialect's writes make of them.

Two e-mail addresses are `one` and `two`; an attribute alone stands for an address too.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from addressee.directory.addresses import entries
from addressee.directory.addresses.forms import masked
from addressee.directory.edits.context import EditContext, Warning
from addressee.directory.edits.recipients import (
    AddAddress,
    Delete,
    DisableAddress,
    Edit,
    EnableAddress,
    Identify,
    RemoveAddress,
    RemoveAddresses,
    SetChannelData,
    SetOnce,
    Unset,
)
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import USERS, Document, Place, Recipient

HERE = Place(1, USERS, "ada")
NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
ADDED = "2025-06-01T12:00:00.000Z"
UID = UUID(int=1)

ONE, TWO, THREE = "one@example.com", "two@example.com", "three@example.com"
TOKEN = "xoxb-1234567890"
HOOK = "https://hooks.slack.com/services/T01/B01/abcdefgh1234"


def context(now: datetime = NOW) -> EditContext:
    return EditContext(now, 8, lambda: UID)


def after(*edits: Edit, found: Recipient | None = None, now: datetime = NOW) -> Recipient:
    for edit in edits:
        found = edit.apply(found, HERE, context(now))
    assert found is not None
    return found


def listed(recipient: Recipient, kind: str = "email") -> list[tuple[Any, str]]:
    return [(address["value"], address["status"]) for address in entries.of_kind(recipient, kind)]


def add(value: str) -> AddAddress:
    return AddAddress("email", value)


def remove(value: str) -> RemoveAddress:
    return RemoveAddress("email", value)


def disable(value: str) -> DisableAddress:
    return DisableAddress("email", value)


def email(value: str | None) -> Identify:
    return Identify({"email": value})


def test_adding_creates_who_is_missing_and_makes_the_first_one_primary() -> None:
    created = after(AddAddress("email", " One@example.com "), AddAddress("sms", "+49 151 1234567"))
    assert created.attributes == {"email": "One@example.com", "phone_number": "+491511234567"}
    assert created.addresses == [
        {"kind": "email", "key": "one@example.com", "value": "One@example.com", "status": "active", "added_at": ADDED},
        {"kind": "sms", "key": "491511234567", "value": "+491511234567", "status": "active", "added_at": ADDED},
    ]


@pytest.mark.parametrize(
    ("edits", "attribute", "all"),
    [
        # Who has the attribute has the address.
        ([email(ONE)], ONE, [(ONE, "active")]),
        ([email("whatever")], "whatever", [("whatever", "active")]),
        ([email(ONE), add(TWO)], ONE, [(ONE, "active"), (TWO, "active")]),
        ([email(ONE), add(ONE.upper())], ONE, [(ONE, "active")]),
        ([add(ONE), add(TWO)], ONE, [(ONE, "active"), (TWO, "active")]),
        ([add(ONE), add(ONE)], ONE, [(ONE, "active")]),
        # A known key moves the mark, and takes nothing away.
        ([add(ONE), add(TWO), email(TWO)], TWO, [(TWO, "active"), (ONE, "active")]),
        ([email(ONE), add(TWO), email(TWO)], TWO, [(TWO, "active"), (ONE, "active")]),
        ([add(ONE), add(TWO), email(TWO.upper())], TWO.upper(), [(TWO.upper(), "active"), (ONE, "active")]),
        ([add(ONE), email(ONE.upper())], ONE.upper(), [(ONE.upper(), "active")]),
        ([email(ONE), add(ONE.upper()), add(TWO), email(TWO)], TWO, [(TWO, "active"), (ONE, "active")]),
        # A new value takes the place of the primary one.
        ([add(ONE), add(TWO), email(THREE)], THREE, [(THREE, "active"), (TWO, "active")]),
        ([add(ONE), add(TWO), email(THREE), email(ONE)], ONE, [(ONE, "active"), (TWO, "active")]),
        # Null drops the primary one and promotes nobody.
        ([add(ONE), add(TWO), email(None)], None, [(TWO, "active")]),
        ([add(ONE), add(TWO), email(None), email(THREE)], THREE, [(THREE, "active"), (TWO, "active")]),
        ([add(ONE), add(TWO), email(None), email(TWO)], TWO, [(TWO, "active")]),
        # What is added where nothing is primary becomes so.
        ([add(ONE), add(TWO), email(None), add(THREE)], THREE, [(THREE, "active"), (TWO, "active")]),
        ([add(ONE), add(TWO), email(None), add(TWO)], TWO, [(TWO, "active")]),
        ([email(""), add(ONE)], ONE, [(ONE, "active")]),
        # What takes the primary one away promotes the next active one.
        ([add(ONE), add(TWO), remove(ONE)], TWO, [(TWO, "active")]),
        ([email(ONE), add(TWO), remove(ONE)], TWO, [(TWO, "active")]),
        ([add(ONE), add(TWO), add(THREE), disable(TWO), remove(ONE)], THREE, [(THREE, "active"), (TWO, "disabled")]),
        ([add(ONE), add(TWO), remove(TWO)], ONE, [(ONE, "active")]),
        ([add(ONE), add(TWO), remove(THREE)], ONE, [(ONE, "active"), (TWO, "active")]),
        # A disabled one is active again when it is added, and not before.
        ([add(ONE), add(TWO), disable(ONE)], ONE, [(ONE, "disabled"), (TWO, "active")]),
        ([add(ONE), disable(ONE), email(ONE)], ONE, [(ONE, "disabled")]),
        ([add(ONE), add(TWO), disable(TWO), email(TWO)], TWO, [(TWO, "disabled"), (ONE, "active")]),
        ([add(ONE), disable(ONE), add(ONE)], ONE, [(ONE, "active")]),
        ([email(ONE), disable(ONE)], ONE, [(ONE, "disabled")]),
        ([email(ONE), disable(ONE), email(TWO)], TWO, [(TWO, "active")]),
    ],
)
def test_which_email_addresses_there_are(edits: list[Edit], attribute: str | None, all: list[tuple[str, str]]) -> None:
    recipient = after(*edits)
    assert recipient.attributes["email"] == attribute
    assert listed(recipient) == all
    assert entries.active(recipient, "email") == [
        address for address in entries.of_kind(recipient, "email") if address["status"] == "active"
    ]


@pytest.mark.parametrize(
    ("edits", "all"),
    [
        ([add(ONE), remove(ONE)], []),
        ([email(ONE), remove(ONE.upper())], []),
        ([add(ONE), add(TWO), disable(TWO), remove(ONE)], [(TWO, "disabled")]),
        ([email(ONE), add(TWO), RemoveAddresses("email")], []),
        ([email(ONE), RemoveAddresses("email")], []),
        ([add(ONE), add(TWO), Unset((), attributes=("email",))], [(TWO, "active")]),
    ],
)
def test_the_attribute_goes_when_nothing_takes_its_place(edits: list[Edit], all: list[tuple[str, str]]) -> None:
    recipient = after(Identify({"name": "Ada"}), *edits)
    assert recipient.attributes == {"name": "Ada"}
    assert listed(recipient) == all


def test_an_attribute_that_is_set_once_keeps_what_is_there() -> None:
    kept = after(add(ONE), SetOnce({}, attributes={"email": TWO}))
    assert listed(kept) == [(ONE, "active")]
    moved = after(add(ONE), add(TWO), Unset((), attributes=("email",)), SetOnce({}, attributes={"email": TWO}))
    assert (moved.attributes, listed(moved)) == ({"email": TWO}, [(TWO, "active")])


def test_phone_numbers_are_the_same_however_they_are_written() -> None:
    recipient = after(Identify({"phone_number": "+49 151 1234567"}), AddAddress("sms", "+491511234567"))
    assert recipient.attributes == {"phone_number": "+49 151 1234567"}
    assert listed(recipient, "sms") == [("+491511234567", "active")]
    assert listed(recipient, "whatsapp") == []
    looser = after(Identify({"phone_number": "extension 5"}), AddAddress("sms", "+491511234567"))
    assert listed(looser, "sms") == [("extension5", "active"), ("+491511234567", "active")]


def test_kinds_without_an_attribute_have_no_primary_one() -> None:
    recipient = after(AddAddress("whatsapp", "+491511234567"), AddAddress("whatsapp", "+491511234568"))
    assert recipient.attributes == {}
    assert listed(recipient, "whatsapp") == [("+491511234567", "active"), ("+491511234568", "active")]


def test_adding_again_renews_what_is_said_and_keeps_what_is_not() -> None:
    first = after(
        AddAddress("android_push", "t", "fcm", {"bundle_id": "com.app", "device_id": "d1"}),
        AddAddress("slack", {"user_id": "U1", "access_token": TOKEN, "team": "T"}),
        AddAddress("web_push", {"endpoint": "https://p.example", "keys": {"p256dh": "p", "auth": "a"}, "more": 1}),
    )
    renewed = after(
        AddAddress("android_push", "t", None, {"device_id": "d2"}),
        AddAddress("slack", {"user_id": "U1", "access_token": "xoxb-new-0987654"}),
        AddAddress("web_push", {"endpoint": "https://p.example", "keys": {"p256dh": "q", "auth": "a"}}),
        found=first,
    )
    assert renewed.addresses == [
        {
            "kind": "android_push",
            "key": "fcm:t",
            "value": "t",
            "status": "active",
            "provider": "fcm",
            "bundle_id": "com.app",
            "added_at": ADDED,
            "device_id": "d2",
        },
        {
            "kind": "slack",
            "key": "user_id:U1",
            "value": {"user_id": "U1", "access_token": "xoxb-new-0987654", "team": "T"},
            "status": "active",
            "added_at": ADDED,
        },
        {
            "kind": "web_push",
            "key": "https://p.example",
            "value": {"endpoint": "https://p.example", "keys": {"p256dh": "q", "auth": "a"}, "more": 1},
            "status": "active",
            "provider": "vapid",
            "added_at": ADDED,
        },
    ]


def test_a_token_belongs_to_a_provider_and_is_removed_from_any_when_none_is_named() -> None:
    tokens = after(*(AddAddress("android_push", "t", provider) for provider in ("fcm", "xiaomi", "oppo")))
    assert [address["key"] for address in tokens.addresses] == ["fcm:t", "xiaomi:t", "oppo:t"]
    fewer = after(RemoveAddress("android_push", "t", "XIAOMI"), found=tokens)
    assert [address["key"] for address in fewer.addresses] == ["fcm:t", "oppo:t"]
    assert after(RemoveAddress("android_push", "t", "unknown"), found=fewer) is fewer
    assert after(RemoveAddress("ios_push", "t"), found=fewer) is fewer
    assert after(RemoveAddress("android_push", "t"), found=fewer).addresses == []


def test_what_is_removed_need_not_be_said_in_full() -> None:
    full = [
        AddAddress("slack", {"email": ONE, "access_token": TOKEN}),
        AddAddress("slack", {"channel_id": "C1", "access_token": TOKEN}),
        AddAddress("slack", {"incoming_webhook": {"url": HOOK}}),
        AddAddress("web_push", {"endpoint": "https://p.example", "keys": {"p256dh": "p", "auth": "a"}}),
        AddAddress("ms_teams", {"tenant_id": "t", "service_url": "https://smba.trafficmanager.net/", "user_id": "u"}),
    ]
    part = [
        RemoveAddress("slack", {"email": ONE.upper(), "access_token": "xoxb-another"}),
        RemoveAddress("slack", {"channel": "C1"}),
        RemoveAddress("slack", masked({"incoming_webhook": {"url": HOOK}})),
        RemoveAddress("web_push", {"endpoint": "https://p.example"}),
        RemoveAddress("ms_teams", {"tenant_id": "t", "user_id": "u"}),
    ]
    recipient = after(*full)
    assert len(recipient.addresses) == 5
    for number, edit in enumerate(part):
        recipient = after(edit, found=recipient)
        assert len(recipient.addresses) == 4 - number
    with pytest.raises(RefusedError, match="which address"):
        RemoveAddress("slack", {"access_token": TOKEN}).apply(recipient, HERE, context())


def test_a_masked_secret_that_comes_back_never_overwrites_the_real_one() -> None:
    slack = {"user_id": "U1", "access_token": TOKEN}
    hook = {"incoming_webhook": {"url": HOOK}}
    recipient = after(AddAddress("slack", slack), AddAddress("slack", hook), DisableAddress("slack", hook))
    again = after(
        AddAddress("slack", {**masked(slack), "team": "T"}),
        AddAddress("slack", {**masked(hook), "name": "general"}),
        found=recipient,
    )
    assert [(address["value"], address["status"]) for address in again.addresses] == [
        ({**slack, "team": "T"}, "active"),
        ({**hook, "name": "general"}, "active"),
    ]


def test_what_others_see_of_an_address_holds_no_secret() -> None:
    (hook,) = after(AddAddress("slack", {"incoming_webhook": {"url": HOOK}})).addresses
    value = {"incoming_webhook": {"url": "********1234"}}
    assert entries.shown(hook) == {"kind": "slack", "value": value, "status": "active", "added_at": ADDED}


@pytest.mark.parametrize(
    "value",
    [
        {"user_id": "U2", "access_token": "********7890"},
        {"incoming_webhook": {"url": "********9999"}},
        {"incoming_webhook": {"url": "********1234"}},
    ],
)
def test_a_masked_secret_that_is_not_known_for_sure_is_refused(value: Document) -> None:
    recipient = after(
        AddAddress("slack", {"user_id": "U1", "access_token": TOKEN}),
        AddAddress("slack", {"incoming_webhook": {"url": HOOK}}),
        AddAddress("slack", {"incoming_webhook": {"url": HOOK.replace("T01", "T02")}}),
    )
    with pytest.raises(RefusedError, match="in full"):
        AddAddress("slack", value).apply(recipient, HERE, context())
    assert after(RemoveAddress("slack", value), found=recipient) is recipient


def test_an_endpoint_that_is_no_url_is_taken_with_a_warning() -> None:
    now = context()
    subscription = {"endpoint": "__end_point__", "keys": {"p256dh": "p", "auth": "a"}}
    created = AddAddress("web_push", subscription).apply(None, HERE, now)
    assert [address["value"] for address in created.addresses] == [subscription]
    assert now.warnings == [Warning("", "The endpoint is not a URL; it was stored all the same.")]


@pytest.mark.parametrize("value", ["ada@b@example.com", "ada@-example.com", "a,b@example.com"])
def test_an_email_that_nothing_can_be_sent_to_is_taken_with_a_warning(value: str) -> None:
    now = context()
    created = add(value).apply(None, HERE, now)
    assert listed(created) == [(value, "active")]
    assert now.warnings == [Warning("", "Nothing can be sent to this e-mail address; it was stored all the same.")]


def test_a_number_is_the_same_however_it_is_written() -> None:
    recipient = after(Identify({"phone_number": "+44 (0)20 7183-8750"}))
    assert listed(recipient, "sms") == [("+442071838750", "active")]
    assert after(AddAddress("sms", "+442071838750"), found=recipient) is recipient
    assert after(RemoveAddress("sms", "+44 20 7183 8750"), found=recipient).attributes == {}


def test_what_takes_away_creates_and_revives_no_one() -> None:
    tombstone = Delete().apply(after(add(ONE)), HERE, context())
    assert tombstone is not None
    assert tombstone.addresses == []
    for edit in (remove(ONE), RemoveAddresses("email"), disable(ONE)):
        assert edit.apply(None, HERE, context()) is None
        assert edit.apply(tombstone, HERE, context()) is tombstone


def test_one_that_is_disabled_without_being_known_is_kept_so() -> None:
    recipient = after(Identify(), DisableAddress("ios_push", "t"))
    assert listed(recipient, "ios_push") == [("t", "disabled")]
    assert after(AddAddress("ios_push", "t"), found=recipient).addresses[0]["status"] == "active"
    assert after(DisableAddress("ios_push", "u", uid=UUID(int=2)), found=recipient) is recipient


def test_only_one_that_is_disabled_is_enabled() -> None:
    enable = EnableAddress("email", ONE)
    disabled = after(email(ONE), add(TWO), disable(ONE), disable(TWO))
    enabled = after(enable, found=disabled)
    assert listed(enabled, "email") == [(ONE, "active"), (TWO, "disabled")]
    assert after(enable, found=enabled) is enabled
    assert after(EnableAddress("email", THREE), found=disabled) is disabled
    assert after(EnableAddress("email", ONE, uid=UUID(int=2)), found=disabled) is disabled
    assert enable.apply(None, HERE, context()) is None


def test_one_with_several_parts_is_disabled_by_its_key() -> None:
    slack = {"user_id": "U1", "access_token": TOKEN}
    recipient = after(
        AddAddress("slack", slack), DisableAddress("slack", "user_id:U1"), DisableAddress("slack", f"url:{HOOK}")
    )
    assert listed(recipient, "slack") == [(slack, "disabled"), ({"incoming_webhook": {"url": HOOK}}, "disabled")]


MINUTE = timedelta(minutes=1)


def refused(kind: str, value: Any, since: datetime) -> DisableAddress:
    return DisableAddress(kind, value, unless_added_since=since)


@pytest.mark.parametrize(
    ("kind", "value"),
    [("push", "ExponentPushToken[t]"), ("ios_push", "t"), ("slack", {"user_id": "U1", "access_token": TOKEN})],
)
def test_one_that_was_added_later_than_it_was_dead_stays(kind: str, value: Any) -> None:
    recipient = after(Identify(), AddAddress(kind, value))
    assert after(refused(kind, value, NOW - MINUTE), found=recipient) is recipient
    assert listed(after(refused(kind, value, NOW), found=recipient), kind) == [(value, "disabled")]


def test_a_device_is_registered_each_time_that_it_is_added() -> None:
    dead = refused("ios_push", "t", NOW + MINUTE)
    again = after(AddAddress("ios_push", "t"), found=after(AddAddress("ios_push", "t")), now=NOW + 2 * MINUTE)
    assert after(dead, found=again) is again
    mail = after(add(ONE))
    assert after(add(ONE), found=mail, now=NOW + 2 * MINUTE) is mail


def test_an_address_of_unknown_age_is_disabled() -> None:
    stored = {"kind": "ios_push", "key": "apns:t", "value": "t", "status": "active", "provider": "apns"}
    recipient = Recipient(HERE, UID, 7, NOW, addresses=[stored])
    assert listed(after(refused("ios_push", "t", NOW), found=recipient), "ios_push") == [("t", "disabled")]


def test_what_is_in_channel_data_is_as_old_as_they_are() -> None:
    recipient = after(SetChannelData("expo", {"devices": [{"token": "t"}]}))
    assert after(refused("push", "t", NOW - MINUTE), found=recipient) is recipient
    disabled = after(refused("push", "t", NOW), found=recipient)
    assert listed(disabled, "push") == [("t", "disabled")]
    assert listed(after(refused("push", "u", NOW - MINUTE), found=recipient), "push") == [("u", "disabled")]


def test_a_device_in_channel_data_is_as_old_as_it_is_itself() -> None:
    def devices(*tokens: str) -> SetChannelData:
        return SetChannelData("apns", {"devices": [{"token": token} for token in tokens]})

    later = NOW + 2 * MINUTE
    recipient = after(devices("new", "old"), found=after(devices("old")), now=later)
    recipient = after(devices("old", "new", "newest"), found=recipient, now=later + MINUTE)
    assert recipient.channel_data["apns"]["added_at"] == {"old": ADDED, "new": "2025-06-01T12:02:00.000Z"}
    dead = NOW + MINUTE
    assert listed(after(refused("ios_push", "old", dead), found=recipient), "ios_push") == [("old", "disabled")]
    assert after(refused("ios_push", "new", dead), found=recipient) is recipient
    again = after(devices("new"), devices("new", "old"), found=recipient, now=later)
    assert after(refused("ios_push", "old", dead), found=again) is again


def connections(*connections: Document) -> SetChannelData:
    return SetChannelData("slack", {"connections": list(connections)})


def test_what_channel_data_register_anew_is_active_again() -> None:
    ada, team = {"user_id": "U1"}, {"channel_id": "C1"}
    disabled = after(connections(ada, team), DisableAddress("slack", ada), DisableAddress("slack", team))
    for edit in (connections(ada, team), connections(team, ada), SetChannelData("expo", {"devices": []})):
        assert len(listed(after(edit, found=disabled), "slack")) == 2
    renewed = after(connections({**ada, "access_token": TOKEN}, team), found=disabled)
    assert listed(renewed, "slack") == [({"channel_id": "C1"}, "disabled")]
    assert listed(after(connections(), connections(ada), found=disabled), "slack") == [
        ({"channel_id": "C1"}, "disabled")
    ]


def test_so_is_a_number_that_they_register_anew() -> None:
    number = "+491511234567"
    given = SetChannelData("whatsapp", {"phone_numbers": [number]})
    disabled = after(given, refused("whatsapp", number, NOW))
    assert after(refused("whatsapp", number, NOW - MINUTE), found=after(given)) == after(given)
    assert listed(after(given, found=disabled), "whatsapp") == [(number, "disabled")]
    assert listed(after(SetChannelData("whatsapp", {}), given, found=disabled), "whatsapp") == []


def test_a_stored_address_that_channel_data_register_anew_is_active_again() -> None:
    disabled = after(AddAddress("ios_push", "t"), DisableAddress("ios_push", "t"), add(ONE), disable(ONE))
    given = after(SetChannelData("apns", {"devices": [{"token": "t"}], "owner": ONE}), found=disabled)
    assert (listed(given, "ios_push"), listed(given)) == ([("t", "active")], [(ONE, "disabled")])


def test_the_same_again_is_no_change() -> None:
    recipient = after(email(ONE), add(TWO), AddAddress("android_push", "t", "fcm", {"bundle_id": "b"}))
    for edit in (add(TWO), email(ONE), AddAddress("android_push", "t"), remove(THREE), RemoveAddresses("slack")):
        assert after(edit, found=recipient) is recipient
    disabled = after(disable(ONE), found=recipient)
    assert after(disable(ONE), found=disabled) is disabled


def test_there_is_a_limit() -> None:
    recipient = after(*(AddAddress("android_push", f"t{number}") for number in range(1000)))
    assert after(AddAddress("android_push", "t999"), found=recipient) is recipient
    with pytest.raises(RefusedError, match="at most 1,000 addresses"):
        AddAddress("android_push", "one too many").apply(recipient, HERE, context())
    assert after(DisableAddress("android_push", "one too many"), found=recipient) is recipient
    slack = {"user_id": "U1", "access_token": TOKEN, "more": "x" * 1_000_000}
    with pytest.raises(RefusedError, match="1,000,000 bytes"):
        AddAddress("slack", slack).apply(None, HERE, context())


def test_details_that_another_dialect_stored_survive() -> None:
    stored = {"kind": "email", "key": ONE, "value": ONE, "status": "active", "verified_at": "2025-01-01"}
    found = Recipient(HERE, UID, 7, NOW, attributes={"email": ONE}, addresses=[stored])
    recipient = after(add(TWO), disable(ONE), add(ONE), email(TWO), email(ONE), found=found)
    assert {**stored, "added_at": ADDED} in recipient.addresses
