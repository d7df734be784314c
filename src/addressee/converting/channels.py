"""The channels that converted workflows send on, by the kinds that vendors have."""

from __future__ import annotations

from collections.abc import Mapping

from addressee.converting.model import ChannelStub

# By the kind of channel: its key, unless the vendor names one, and a file with settings to fill in.
STUBS: Mapping[str, tuple[str, ChannelStub]] = {
    "in_app": ("in-app", ChannelStub("in_app_feed")),
    "email": ("email", ChannelStub("email", "outbox", {"from": "Example <hello@example.com>"})),
    "sms": (
        "sms",
        ChannelStub(
            "sms",
            "twilio",
            {"account_sid": "${TWILIO_ACCOUNT_SID}", "auth_token": "${TWILIO_AUTH_TOKEN}", "from": "${SMS_FROM}"},
        ),
    ),
    "whatsapp": (
        "whatsapp",
        ChannelStub(
            "whatsapp",
            "meta",
            {"phone_number_id": "${WHATSAPP_PHONE_NUMBER_ID}", "access_token": "${WHATSAPP_ACCESS_TOKEN}"},
        ),
    ),
    "android_push": ("push", ChannelStub("push", "fcm", {"service_account": "${FCM_SERVICE_ACCOUNT}"})),
    "ios_push": (
        "push-ios",
        ChannelStub(
            "push",
            "apns",
            {"key": "${APNS_KEY}", "key_id": "${APNS_KEY_ID}", "team_id": "${APNS_TEAM_ID}", "topic": "${APNS_TOPIC}"},
        ),
    ),
    "web_push": (
        "push-web",
        ChannelStub(
            "push",
            "web_push",
            {
                "public_key": "${VAPID_PUBLIC_KEY}",
                "private_key": "${VAPID_PRIVATE_KEY}",
                "subject": "mailto:hello@example.com",
            },
        ),
    ),
    "slack": ("slack", ChannelStub("chat", "slack")),
    "ms_teams": ("ms-teams", ChannelStub("chat", "ms_teams")),
    "webhook": ("webhook", ChannelStub("http", "webhook")),
}
