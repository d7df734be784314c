"""Addresses to which a provider of push cannot send are dead, and no request is made."""

from dataclasses import replace

import pytest

from addressee.channels.push import expo, one_signal
from addressee.channels.push.notification import Push
from addressee.channels.requests.sender import UnsendableError
from addressee.channels.sender import Failure

PUSH = Push(id="m", token="", title="Hello", body="World")
EXPO = expo.ExpoSettings()
ONE_SIGNAL = one_signal.OneSignalSettings(app_id="a", api_key="k")


@pytest.mark.parametrize(
    "token", ["ExponentPushToken[abc]", "ExpoPushToken[abc]", "F5741A13-BCDA-434B-A316-5DC0E6FFA94F"]
)
def test_a_token_of_expo(token: str) -> None:
    request = expo.to_request(EXPO, replace(PUSH, token=token))
    assert "authorization" not in request.headers


@pytest.mark.parametrize("token", ["", "fGci-Rk3T0:APA91bHPRgkF3J", "ExponentPushToken[]", "ExpoPushToken[a]b"])
def test_a_token_of_another_service(token: str) -> None:
    with pytest.raises(UnsendableError) as refused:
        expo.to_request(EXPO, replace(PUSH, token=token))
    assert refused.value.failure is Failure.BOUNCED


def test_devices_of_one_signal_have_uuids() -> None:
    one_signal.to_request(ONE_SIGNAL, replace(PUSH, token="1dd608f2-c6a1-11e3-851d-000c2940e62c"))
    with pytest.raises(UnsendableError) as refused:
        one_signal.to_request(ONE_SIGNAL, replace(PUSH, token="ada"))
    assert refused.value.failure is Failure.BOUNCED
