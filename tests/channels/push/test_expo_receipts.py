"""Receipts as Expo's documentation has them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from addressee.channels.callback import ProviderEvent
from addressee.channels.push.expo_receipts import EXPO_RECEIPTS
from addressee.channels.requests.exchange import ProviderAnswer
from addressee.channels.sender import Failed, Failure
from tests.channels.callbacks.requests import settings

SETTINGS = settings(access_token="expo-token", endpoint="https://exp.example.com/")
REQUEST = EXPO_RECEIPTS.request(SETTINGS, ["t-1", "t-2"])


def answer(status: int, body: Any) -> ProviderAnswer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ProviderAnswer(REQUEST, status, {}, content)


def test_many_are_asked_for_in_one_request() -> None:
    assert (REQUEST.method, REQUEST.url) == ("POST", "https://exp.example.com/--/api/v2/push/getReceipts")
    assert json.loads(REQUEST.content) == {"ids": ["t-1", "t-2"]}
    assert REQUEST.headers["authorization"] == "Bearer expo-token"
    assert REQUEST.hidden == ("expo-token",)
    open_project = EXPO_RECEIPTS.request(settings(access_token=None, endpoint="https://exp.example.com"), ["t-1"])
    assert "authorization" not in open_project.headers


def test_a_device_that_is_gone_bounces_and_what_was_taken_tells_nothing() -> None:
    said = {
        "t-1": {"status": "ok"},
        "t-2": {
            "status": "error",
            "message": 'The device "ExponentPushToken[x]" is not registered',
            "details": {"error": "DeviceNotRegistered"},
        },
        "t-3": {"status": "error", "message": "Too big", "details": {"error": "MessageTooBig"}},
        "t-4": {"status": "error", "message": "What is this"},
    }
    found = EXPO_RECEIPTS.read(answer(200, {"data": said}))
    assert not isinstance(found, Failed)
    assert found["t-1"] is None
    told = {id: (str(event.kind), event.reason) for id, event in found.items() if isinstance(event, ProviderEvent)}
    assert told == {
        "t-2": ("bounced", "DeviceNotRegistered"),
        "t-3": ("undelivered", "MessageTooBig"),
        "t-4": ("undelivered", "error"),
    }


@pytest.mark.parametrize(
    ("status", "body", "failure"),
    [
        (401, {"errors": [{"code": "UNAUTHORIZED"}]}, Failure.CREDENTIALS),
        (429, b"", Failure.RATE_LIMITED),
        (503, b"<html>", Failure.UNAVAILABLE),
    ],
)
def test_other_answers_are_failures(status: int, body: Any, failure: Failure) -> None:
    found = EXPO_RECEIPTS.read(answer(status, body))
    assert isinstance(found, Failed)
    assert found.failure is failure
