"""SMS through Amazon SNS: its settings, and what overrides change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import msgspec
import pytest

from addressee.channels.sms.aws_sns import AWS_SNS, SnsSettings, attributes, to_request
from addressee.directory.clock import Clock
from tests.channels.cases.sns_sms import KEYS, SMS


def settings(**further: Any) -> SnsSettings:
    return msgspec.convert({**KEYS, **further}, SnsSettings)


@pytest.mark.parametrize(
    ("given", "setting"),
    [
        ({"region": "Frankfurt"}, "region"),
        ({"region": "eu-central-1.evil.example/"}, "region"),
        ({"from": "A name that is too long"}, "from"),
        ({"from": "123"}, "from"),
        ({"from": "ACME & Co"}, "from"),
        ({"endpoint": "sns.example.com"}, "endpoint"),
    ],
)
def test_settings_that_aws_would_refuse_are_problems(given: dict[str, Any], setting: str) -> None:
    assert [name for name, _ in AWS_SNS.problems({**KEYS, **given})] == [setting]


@pytest.mark.parametrize("sender", [None, "+491701234567", "71717", "ACME", "ACME-24"])
def test_numbers_and_sender_ids_are_none(sender: str | None) -> None:
    assert list(AWS_SNS.problems({**KEYS, "from": sender})) == []


def test_without_a_sender_aws_chooses_one() -> None:
    assert attributes(settings()) == {"AWS.SNS.SMS.SMSType": "Transactional"}


@pytest.mark.parametrize(
    ("region", "url"),
    [
        ("eu-central-1", "https://sns.eu-central-1.amazonaws.com/"),
        ("us-gov-west-1", "https://sns.us-gov-west-1.amazonaws.com/"),
        ("cn-north-1", "https://sns.cn-north-1.amazonaws.com.cn/"),
    ],
)
def test_requests_go_to_the_service_of_the_region(region: str, url: str) -> None:
    assert to_request(settings(region=region), Clock(), SMS).url == url


def test_overrides_are_laid_over_the_fields() -> None:
    sms = replace(SMS, overrides={"MessageAttributes.entry.1.Value.StringValue": "Promotional"})
    fields = parse_qs(to_request(settings(), Clock(), sms).content.decode())
    assert fields["MessageAttributes.entry.1.Name"] == ["AWS.SNS.SMS.SMSType"]
    assert fields["MessageAttributes.entry.1.Value.StringValue"] == ["Promotional"]
