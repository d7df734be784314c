"""Push through Amazon SNS: what an endpoint must be, what overrides change, and how bodies are cut."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import pytest

from addressee.channels.push.aws_sns import AWS_SNS, MAX_BYTES, SnsSettings, to_request
from addressee.channels.push.notification import Push
from addressee.channels.requests.sender import UnsendableError
from addressee.channels.sender import Failure
from addressee.directory.clock import Clock
from tests.channels.cases.sns_push import ANDROID, APPLE, PUSH
from tests.channels.cases.sns_sms import KEYS

SETTINGS = msgspec.convert(KEYS, SnsSettings)


def form(push: Push) -> dict[str, str]:
    return dict(parse_qsl(to_request(SETTINGS, Clock(), push).content.decode()))


def part(push: Push, platform: str) -> Any:
    return json.loads(json.loads(form(push)["Message"])[platform])


@pytest.mark.parametrize(
    ("token", "failure"),
    [
        ("fGci-Rk3T0:APA91bHPRgkF3J", Failure.BOUNCED),
        ("arn:aws:sns:eu-central-1:123456789012:orders", Failure.BOUNCED),
        ("arn:aws:sns:eu-central-1:123456789012:app/GCM/shop", Failure.BOUNCED),
        (f"{ANDROID}\n", Failure.BOUNCED),
        (ANDROID.replace("eu-central-1", "us-east-1"), Failure.MISMATCHED),
    ],
)
def test_what_is_no_endpoint_of_the_region_is_not_asked_for(token: str, failure: Failure) -> None:
    with pytest.raises(UnsendableError) as refused:
        to_request(SETTINGS, Clock(), replace(PUSH, token=token))
    assert refused.value.failure is failure
    assert token.strip() not in str(refused.value)


def test_overrides_are_laid_over_the_part_of_the_platform_and_the_fields() -> None:
    overrides = {
        "Message": {"APNS_SANDBOX": {"aps": {"thread-id": "orders"}}},
        "MessageAttributes.entry.1.Value.StringValue": "background",
    }
    push = replace(PUSH, token=APPLE, overrides=overrides)
    assert part(push, "APNS_SANDBOX")["aps"]["thread-id"] == "orders"
    assert part(push, "APNS_SANDBOX")["aps"]["alert"]["title"] == PUSH.title
    assert form(push)["MessageAttributes.entry.1.Value.StringValue"] == "background"


def test_an_override_of_the_message_must_be_an_object() -> None:
    with pytest.raises(UnsendableError, match="'Message' in the overrides must be an object"):
        to_request(SETTINGS, Clock(), replace(PUSH, overrides={"Message": "Hi"}))


@pytest.mark.parametrize("token", [ANDROID, APPLE])
def test_a_body_is_cut_to_what_the_platform_takes(token: str) -> None:
    message = json.loads(form(replace(PUSH, token=token, body="ü" * 5_000))["Message"])
    (platform,) = message.keys() - {"default"}
    assert MAX_BYTES - 2 <= len(message[platform].encode()) <= MAX_BYTES
    assert message["default"] == "ü" * (len(message["default"]) - 1) + "…"


def test_a_notification_that_is_too_large_without_its_body_is_refused() -> None:
    with pytest.raises(UnsendableError, match="at most 4,096 bytes") as refused:
        to_request(SETTINGS, Clock(), replace(PUSH, data={"order": "1" * 4_096}))
    assert refused.value.failure is Failure.PERMANENT


def test_names_that_firebase_or_apple_keep_for_themselves_are_reserved() -> None:
    assert [name for name in ("aps", "from", "gcm.x", "order") if AWS_SNS.reserves(name)] == ["aps", "from", "gcm.x"]


def test_a_region_must_be_one() -> None:
    assert [name for name, _ in AWS_SNS.problems({**KEYS, "region": "Frankfurt"})] == ["region"]
