"""Silent notifications: nothing is shown, and the app gets the data."""

from __future__ import annotations

from datetime import UTC, datetime

from addressee.channels.push import apns, expo, fcm, one_signal, web_push
from addressee.channels.push.apns import ApnsSettings
from addressee.channels.push.aws_sns import attributes, part_for
from addressee.channels.push.notification import Push

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SILENT = Push(id="m", token="t", title="", body="", data={"order": "17"}, silent=True, time_to_live=60)


def test_apple_wakes_the_app_in_the_background() -> None:
    assert apns.to_body(SILENT) == {"order": "17", "aps": {"content-available": 1}}
    settings = ApnsSettings(key="k", key_id="i", team_id="t", topic="com.example")
    headers = apns.to_request(settings, SILENT, "token", NOW).headers
    assert (headers["apns-push-type"], headers["apns-priority"]) == ("background", "5")


def test_firebase_gets_data_alone() -> None:
    assert fcm.message_of(SILENT, NOW) == {
        "data": {"order": "17"},
        "android": {"ttl": "60s"},
        "apns": {
            "headers": {
                "apns-push-type": "background",
                "apns-priority": "5",
                "apns-expiration": str(int(NOW.timestamp()) + 60),
            },
            "payload": {"aps": {"content-available": 1}},
        },
    }


def test_others_get_no_title_and_no_text() -> None:
    assert expo.to_body(SILENT) == {"to": "t", "_contentAvailable": True, "data": {"order": "17"}, "ttl": 60}
    body = one_signal.to_body("app", SILENT)
    assert (body["content_available"], body["data"]) == (True, {"order": "17"})
    assert body.keys().isdisjoint({"headings", "contents"})
    assert web_push.to_body(SILENT) == {"tag": "m", "data": {"order": "17", "notification_id": "m"}}


def test_sns_tells_the_platform() -> None:
    assert part_for("APNS", SILENT, NOW) == {"order": "17", "aps": {"content-available": 1}}
    assert part_for("ADM", SILENT, NOW) == {"data": {"order": "17"}}
    told = attributes(SILENT, "APNS")
    assert (told["AWS.SNS.MOBILE.APNS.PUSH_TYPE"], told["AWS.SNS.MOBILE.APNS.PRIORITY"]) == ("background", "5")
