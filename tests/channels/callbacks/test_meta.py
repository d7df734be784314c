"""Meta signs the body with the app's secret (HMAC-SHA256), and asks with a token of ours whether a URL is right."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest

from addressee.channels.callback import CallbackMalformedError, CallbackRequest
from addressee.channels.callbacks.meta import meta_callbacks
from addressee.channels.whatsapp.meta import FAILURES
from tests.channels.callbacks.requests import NOW, refusal, request, settings, told

META_CALLBACKS = meta_callbacks(FAILURES)
SECRETS = settings(app_secret="app-secret", verify_token="our-token")


def signed(*values: dict[str, Any], field: str = "messages", secret: str = "app-secret") -> CallbackRequest:
    changes = [{"field": field, "value": {"messaging_product": "whatsapp", **value}} for value in values]
    body = json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return request(body, {"x-hub-signature-256": f"sha256={signature}"})


def status(word: str, id: str = "wamid.1", **rest: Any) -> dict[str, Any]:
    return {"id": id, "status": word, "timestamp": "1772366400", "recipient_id": "4915112345678", **rest}


def test_several_statuses_in_one_request() -> None:
    undeliverable = [{"code": 131026, "title": "Message undeliverable"}]
    stopped = [{"code": 131050, "title": "User has stopped marketing", "error_data": {"details": "by the user"}}]
    call = signed(
        {"statuses": [status("sent"), status("delivered")]},
        {"statuses": [status("read", "wamid.2"), status("failed", "wamid.3", errors=undeliverable)]},
        {"statuses": [status("failed", "wamid.4", errors=stopped), status("deleted", "wamid.5")]},
    )
    callback = META_CALLBACKS.read(call, SECRETS, NOW)
    assert told(callback) == [
        ("sent", "wamid.1"),
        ("delivered", "wamid.1"),
        ("read", "wamid.2"),
        ("bounced", "wamid.3"),
        ("undelivered", "wamid.4"),
        ("opted_out", "wamid.4"),
    ]
    assert callback.events[0].at == NOW
    assert callback.events[0].address == "+4915112345678"
    assert callback.events[4].reason == "131050 User has stopped marketing by the user"


@pytest.mark.parametrize("words", [{"text": {"body": "STOP"}}, {"button": {"text": "Stop"}, "type": "button"}])
def test_texts_of_people(words: dict[str, Any]) -> None:
    call = signed({"messages": [{"from": "4915112345678", "id": "wamid.9", **words}]})
    (event,) = META_CALLBACKS.read(call, SECRETS, NOW).events
    assert (event.kind, event.address) == ("opted_out", "+4915112345678")


def test_other_changes_are_ignored() -> None:
    assert (
        told(META_CALLBACKS.read(signed({"event": "APPROVED"}, field="message_template_status_update"), SECRETS, NOW))
        == []
    )


def test_another_secret_is_refused() -> None:
    assert refusal(META_CALLBACKS, signed({"statuses": []}, secret="x"), SECRETS) == "the signature is wrong"
    unsigned = request({"entry": []})
    assert refusal(META_CALLBACKS, unsigned, SECRETS) == "the header x-hub-signature-256 is missing"


def test_the_url_is_confirmed_to_who_knows_the_token() -> None:
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "our-token"}
    assert META_CALLBACKS.read(request(method="GET", query=query), SECRETS, NOW).answer == "1158201444"
    other = request(method="GET", query={**query, "hub.verify_token": "x"})
    assert refusal(META_CALLBACKS, other, SECRETS) == "the signature is wrong"
    with pytest.raises(CallbackMalformedError):
        META_CALLBACKS.read(request(method="GET"), SECRETS, NOW)
