"""Webhooks: signed as Standard Webhooks say, as Knock does, or not at all; the channel's URL, or a recipient's."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from standardwebhooks import Webhook

from addressee.channels.provider import ChannelType
from addressee.channels.webhook.request import WebhookRequest
from tests.channels.case import MESSAGE_ID, SenderCase
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply

OLD, NEW = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"

OF_CHANNEL = WebhookRequest(
    id=MESSAGE_ID,
    url="https://user:pass-word@hooks.example.com/orders?key=url-key-71c2",
    method="PUT",
    headers={"X-Order": "order-5511"},
    body='{"order": "Fuchs 🦊", "total": 12}'.encode(),
    of_channel=True,
)
OF_RECIPIENT = replace(
    OF_CHANNEL, url="https://hooks.example.org/in/secret-path-9d", method="POST", body=b"Hello, Ada", of_channel=False
)
REJECTED = [Reply(400), Reply(404, "nothing here"), Reply(302, headers={"location": "http://127.0.0.1/"}), Reply(422)]


def settings(server: ProviderServer) -> dict[str, Any]:
    headers = {"Authorization": "Bearer header-secret-20"}
    return {"endpoint": f"{server.url}/", "headers": headers, "signing_secret": f"{OLD} {NEW}"}


def check(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    assert (request.method, request.path, request.query) == ("PUT", "/orders", "key=url-key-71c2")
    assert request.headers["authorization"] == "Bearer header-secret-20"
    assert request.headers["x-order"] == "order-5511"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == MESSAGE_ID
    for secret in settings["signing_secret"].split():
        verified = Webhook(secret).verify(request.body, dict(request.headers))
        assert verified == {"order": "Fuchs 🦊", "total": 12}


def check_knock(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    signed = re.fullmatch(r"t=(\d{13}),s=(.+)", request.headers["x-knock-signature"])
    assert signed is not None
    text = signed[1].encode() + b"." + request.body
    digest = hmac.new(settings["signing_secret"].encode(), text, hashlib.sha256).digest()
    assert base64.b64decode(signed[2]) == digest
    assert "webhook-id" not in request.headers


def check_unsigned(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    assert (request.method, request.path, request.body) == ("POST", "/in/secret-path-9d", b"Hello, Ada")
    assert request.headers["content-type"] == "text/plain; charset=utf-8"
    assert not any(name.startswith(("webhook-", "x-knock")) for name in request.headers)


STANDARD = SenderCase(
    channel_type=ChannelType.HTTP,
    provider="webhook",
    settings=settings,
    message=OF_CHANNEL,
    check=check,
    accepted=Reply(204),
    provider_id=None,
    hidden=("Fuchs 🦊", "url-key-71c2", "pass-word", "order-5511"),
    rejected=[*REJECTED, Reply(410)],
    refused=[Reply(401), Reply(403)],
    repeatable=True,
)

CASES = [
    STANDARD,
    replace(
        STANDARD,
        settings=lambda server: {"endpoint": server.url, "signing_secret": "knock-secret", "signature": "knock"},
        check=check_knock,
        repeatable=False,
    ),
    replace(
        STANDARD,
        settings=lambda server: {"endpoint": server.url},
        message=OF_RECIPIENT,
        check=check_unsigned,
        hidden=("Hello, Ada", "secret-path-9d", "order-5511"),
        rejected=REJECTED,
        dead=[Reply(410, "gone")],
        of_one_address=True,
        repeatable=False,
    ),
]
