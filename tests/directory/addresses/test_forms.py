"""The form of the addresses of each kind, and the keys by which they are compared (suprsend.md §3.3, §4)."""

from typing import Any

import pytest

from addressee.directory.addresses.forms import FORMS, checked_details, form_of, key_of, masked, provider_of
from addressee.directory.errors import RefusedError
from addressee.directory.kinds import KINDS

HOOK = "https://hooks.slack.com/services/T01/B01/abcdefgh1234"
TEAMS_HOOK = "https://acme.webhook.office.com/webhookb2/abcdefgh1234"
SERVICE = "https://smba.trafficmanager.net/emea/"
SUBSCRIPTION = {"endpoint": "https://push.example.com/1", "keys": {"p256dh": "p", "auth": "a"}}


def test_every_kind_but_the_feed_has_a_form_and_so_have_two_groups() -> None:
    assert set(FORMS) == set(KINDS) - {"in_app"} | {"push", "chat"}
    with pytest.raises(RefusedError, match="no kind of address"):
        form_of("in_app")


@pytest.mark.parametrize(
    ("kind", "given", "stored"),
    [
        ("email", " Ada@Example.com ", "Ada@Example.com"),
        ("email", "a@b.cd", "a@b.cd"),
        ("email", "é@ex ample.de".replace(" ", ""), "é@example.de"),
        ("sms", "+91 98765 43210", "+919876543210"),
        ("whatsapp", "+4915112345678", "+4915112345678"),
        ("android_push", "token", "token"),
        ("ios_push", "token", "token"),
        ("push", "ExponentPushToken[abc]", "ExponentPushToken[abc]"),
        ("web_push", {**SUBSCRIPTION, "expirationTime": ""}, {**SUBSCRIPTION, "expirationTime": ""}),
        ("web_push", {**SUBSCRIPTION, "endpoint": "__end_point__"}, {**SUBSCRIPTION, "endpoint": "__end_point__"}),
        ("slack", {"email": "a@b.cd", "access_token": "xoxb-1"}, {"email": "a@b.cd", "access_token": "xoxb-1"}),
        ("slack", {"email_id": "a@b.cd", "access_token": "xoxc-1"}, {"email": "a@b.cd", "access_token": "xoxc-1"}),
        ("slack", {"user_id": "U1", "access_token": "xoxb-1"}, {"user_id": "U1", "access_token": "xoxb-1"}),
        ("slack", {"user_id": "w1", "access_token": "xoxb-1"}, {"user_id": "w1", "access_token": "xoxb-1"}),
        (
            "slack",
            {"channel": "C1", "access_token": "xoxb-1", "team": "T", "email": None},
            {"channel_id": "C1", "access_token": "xoxb-1", "team": "T"},
        ),
        ("slack", {"incoming_webhook": {"url": HOOK}}, {"incoming_webhook": {"url": HOOK}}),
        (
            "ms_teams",
            {"tenant_id": "t", "service_url": SERVICE, "conversation_id": "c"},
            {"tenant_id": "t", "service_url": SERVICE, "conversation_id": "c"},
        ),
        (
            "ms_teams",
            {"tenant_id": "t", "service_url": SERVICE, "user_id": "u"},
            {"tenant_id": "t", "service_url": SERVICE, "user_id": "u"},
        ),
        ("ms_teams", {"incoming_webhook": {"url": TEAMS_HOOK}}, {"incoming_webhook": {"url": TEAMS_HOOK}}),
        ("discord", {"channel_id": "1"}, {"channel_id": "1"}),
        ("discord", {"incoming_webhook": {"url": TEAMS_HOOK}}, {"incoming_webhook": {"url": TEAMS_HOOK}}),
        ("webhook", {"url": "https://example.com/hook"}, {"url": "https://example.com/hook"}),
    ],
)
def test_what_is_taken_and_how_it_is_stored(kind: str, given: Any, stored: Any) -> None:
    assert form_of(kind).checked(given, kind) == stored


@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        ("email", "a@b", "email"),
        ("email", "a b@c.de", "email"),
        ("email", "a@" + "b" * 123 + ".de", "email"),
        ("email", 5, "email"),
        ("email", "\0@example.com", "email"),
        ("sms", "015112345678", "sms"),
        ("sms", "+0151123456", "sms"),
        ("sms", "+123456", "sms"),
        ("sms", "+1234567890123456", "sms"),
        ("whatsapp", "+٤٩١٥١١٢٣", "whatsapp"),
        ("android_push", "", "android_push"),
        ("android_push", "x" * 4097, "android_push"),
        ("ios_push", {"token": "t"}, "ios_push"),
        ("web_push", "https://push.example.com", "web_push"),
        ("web_push", {**SUBSCRIPTION, "endpoint": ""}, "web_push.endpoint"),
        ("web_push", {**SUBSCRIPTION, "keys": {"p256dh": "p", "auth": ""}}, "web_push.keys.auth"),
        ("web_push", {"endpoint": "https://push.example.com"}, "web_push.keys"),
        ("slack", {"access_token": "xoxb-1"}, "slack"),
        ("slack", {"email": "a@b.cd", "user_id": "U1", "access_token": "xoxb-1"}, "slack"),
        ("slack", {"email": "nobody", "access_token": "xoxb-1"}, "slack.email"),
        ("slack", {"user_id": "C1", "access_token": "xoxb-1"}, "slack.user_id"),
        ("slack", {"channel_id": "U1", "access_token": "xoxb-1"}, "slack.channel_id"),
        ("slack", {"channel_id": "C1"}, "slack.access_token"),
        ("slack", {"channel_id": "C1", "access_token": "secret"}, "slack.access_token"),
        ("slack", {"incoming_webhook": {"url": "https://example.com"}}, "slack.incoming_webhook.url"),
        ("slack", {"incoming_webhook": HOOK}, "slack.incoming_webhook"),
        ("slack", {"channel_id": "C1", "access_token": "xoxb-1", "more": float("nan")}, "slack.more"),
        ("ms_teams", {"tenant_id": "t", "service_url": SERVICE}, "ms_teams"),
        ("ms_teams", {"service_url": SERVICE, "user_id": "u"}, "ms_teams.tenant_id"),
        ("ms_teams", {"tenant_id": "t", "service_url": "https://evil.example", "user_id": "u"}, "ms_teams.service_url"),
        ("discord", {}, "discord"),
        ("discord", {"channel_id": 5}, "discord.channel_id"),
        ("webhook", {"url": "ftp://example.com"}, "webhook.url"),
    ],
)
def test_what_is_refused(kind: str, given: Any, field: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        form_of(kind).checked(given, kind)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("kind", "given", "provider"),
    [
        ("android_push", None, "fcm"),
        ("android_push", "Xiaomi", "xiaomi"),
        ("android_push", " OPPO ", "oppo"),
        ("ios_push", None, "apns"),
        ("ios_push", "ios", "apns"),
        ("ios_push", "APNS", "apns"),
        ("web_push", None, "vapid"),
        ("web_push", "vapid", "vapid"),
        ("email", None, None),
    ],
)
def test_a_provider_is_named_in_any_case_or_left_out(kind: str, given: Any, provider: str | None) -> None:
    assert provider_of(kind, given) == provider


@pytest.mark.parametrize(
    ("kind", "given"), [("android_push", "apns"), ("ios_push", "fcm"), ("ios_push", ["apns"]), ("email", "smtp")]
)
def test_another_provider_is_refused(kind: str, given: Any) -> None:
    with pytest.raises(RefusedError):
        provider_of(kind, given)


def test_a_provider_that_is_none_is_not_repeated() -> None:
    """It may be a token: the two are easily swapped."""
    with pytest.raises(RefusedError) as refused:
        provider_of("android_push", "d3Vicm9rZW4")
    assert refused.value.message == "The provider of android_push must be fcm or xiaomi or oppo."


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("email", "Ada@Example.com", " ada@example.COM"),
        ("sms", "+49 151 1234567", "+491511234567"),
        ("whatsapp", "+49-151", "49151"),
        ("web_push", SUBSCRIPTION, {"endpoint": SUBSCRIPTION["endpoint"]}),
        ("slack", {"email": "A@b.cd", "access_token": "xoxb-1"}, {"email_id": "a@B.cd", "access_token": "xoxb-2"}),
        ("slack", {"user_id": "U1", "access_token": "xoxb-1"}, {"user_id": "U1"}),
        ("slack", {"channel": "C1", "access_token": "xoxb-1"}, {"channel_id": "C1"}),
        ("slack", {"incoming_webhook": {"url": HOOK}}, {"incoming_webhook": {"url": HOOK, "channel": "x"}}),
        (
            "ms_teams",
            {"tenant_id": "t", "service_url": SERVICE, "user_id": "u"},
            {"tenant_id": "t", "user_id": "u"},
        ),
        ("ms_teams", {"incoming_webhook": {"url": TEAMS_HOOK}}, {"incoming_webhook": {"url": TEAMS_HOOK}}),
    ],
)
def test_what_is_the_same_address(kind: str, one: Any, other: Any) -> None:
    assert key_of(kind, one, None) == key_of(kind, other, None)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("email", "ada@example.com", "ada@example.org"),
        ("slack", {"user_id": "U1"}, {"user_id": "U2"}),
        ("slack", {"user_id": "U1"}, {"channel_id": "U1"}),
        ("ms_teams", {"tenant_id": "t", "user_id": "u"}, {"tenant_id": "t", "conversation_id": "u"}),
        ("ms_teams", {"tenant_id": "t", "user_id": "u"}, {"tenant_id": "s", "user_id": "u"}),
    ],
)
def test_what_is_another_address(kind: str, one: Any, other: Any) -> None:
    assert key_of(kind, one, None) != key_of(kind, other, None)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("email", "ada@example.com"),
        ("android_push", "t:1"),
        ("web_push", {"endpoint": "https://push.example/1"}),
        ("slack", {"email": "ada@example.com"}),
        ("slack", {"user_id": "U1"}),
        ("slack", {"channel_id": "C1"}),
        ("slack", {"incoming_webhook": {"url": HOOK}}),
        ("ms_teams", {"tenant_id": "t", "user_id": "29:u"}),
        ("ms_teams", {"tenant_id": "t", "conversation_id": "19:c@thread.tacv2"}),
        ("ms_teams", {"incoming_webhook": {"url": f"{TEAMS_HOOK}?a=b c"}}),
        ("discord", {"channel_id": "1"}),
        ("chat", {"chat_id": "-100123"}),
        ("webhook", {"url": HOOK}),
    ],
)
def test_the_least_value_that_has_a_key(kind: str, value: Any) -> None:
    form = form_of(kind)
    key = form.key(value)
    assert key is not None
    assert form.identified(key) == value


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("email", " "),
        ("email", None),
        ("sms", 49151),
        ("android_push", ["token"]),
        ("web_push", {"keys": {}}),
        ("slack", {"access_token": "xoxb-1"}),
        ("slack", "U1"),
        ("ms_teams", {"user_id": "u"}),
        ("discord", {}),
        ("webhook", {"url": None}),
    ],
)
def test_a_value_that_names_no_address(kind: str, value: Any) -> None:
    with pytest.raises(RefusedError, match="which address"):
        key_of(kind, value, None)


def test_secrets_are_masked_but_for_their_ends() -> None:
    assert masked({"user_id": "U1", "access_token": "xoxb-12345678"}) == {
        "user_id": "U1",
        "access_token": "********5678",
    }
    assert masked({"incoming_webhook": {"url": HOOK, "channel": "#x"}}) == {
        "incoming_webhook": {"url": "********1234", "channel": "#x"}
    }
    assert masked({"access_token": "xoxb-short"}) == {"access_token": "********"}
    assert masked({"list": [{"url": HOOK}], "access_token": None}) == {
        "list": [{"url": "********1234"}],
        "access_token": None,
    }
    assert masked("token") == "token"


def test_details_are_texts_under_names_of_their_own() -> None:
    assert checked_details("android_push", {"bundle_id": "com.app", "device_id": None}) == {"bundle_id": "com.app"}
    for details in ({"status": "active"}, {"bundle_id": 5}, {"bundle_id": ""}, {"\0": "a"}):
        with pytest.raises(RefusedError):
            checked_details("android_push", details)
