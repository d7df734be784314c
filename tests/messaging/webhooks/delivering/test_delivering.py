"""Endpoints are told what happened: signed, in order, again after failures, and never what is not theirs."""

from datetime import timedelta

from standardwebhooks import Webhook

from tests.messaging.office import Office
from tests.messaging.webhooks.told import SECRET, deliver, open_endpoint, statuses, told
from tests.support.webhook_receiver import Receiver, Reply


async def test_what_happened_is_posted_as_standard_webhooks_say(office: Office, receiver: Receiver) -> None:
    endpoint = await open_endpoint(office, url=receiver.url)
    ada = await office.identify("ada", email="ada@example.com")
    await deliver(office)
    (request,) = receiver.received
    (delivery,) = await told(office, endpoint)
    assert request.id == str(delivery.id)
    assert request.headers["webhook-timestamp"] == str(int(office.clock.now().timestamp()))
    assert request.headers["content-type"] == "application/json"
    assert request.json["type"] == "recipient.created"
    assert request.json["timestamp"] == "2025-06-01T12:00:00Z"
    assert request.json["data"]["recipient"]["uid"] == str(ada.uid)
    assert request.json["data"]["recipient"]["attributes"] == {"name": "Ada", "email": "ada@example.com"}
    assert (delivery.status, delivery.attempts, delivery.due_at) == ("delivered", 1, None)
    signature = Webhook(SECRET).sign(request.id, office.clock.now(), request.body.decode())
    assert request.headers["webhook-signature"] == signature


async def test_what_failed_is_told_again_under_the_same_id(office: Office, receiver: Receiver) -> None:
    endpoint = await open_endpoint(office, url=receiver.url)
    await office.identify("ada")
    receiver.reply = Reply(500, body="Out of order")
    await deliver(office)
    assert await statuses(office, endpoint) == ["pending"]
    await deliver(office, timedelta(seconds=4))
    assert len(receiver.received) == 1
    receiver.reply = Reply(200)
    await deliver(office, timedelta(seconds=2))
    assert await statuses(office, endpoint) == ["delivered"]
    first, second = receiver.received
    assert (first.id, first.body) == (second.id, second.body)
