"""What is told, in both forms: bodies, headers, and signatures as receivers verify them."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from time import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from addressee.directory.access.environments import Environments
from addressee.directory.edits.recipients import DisableAddress
from addressee.directory.writing.writes import Write
from addressee.messaging.messages.marks.mark import Mark
from addressee.messaging.webhooks.deliveries.deliveries import DeliveryFilter
from addressee.messaging.webhooks.endpoints.secrets import EndpointSecret, rotated, seal_secrets
from addressee.messaging.webhooks.model import Form
from tests.messaging.office import IN_APP, Office
from tests.messaging.webhooks.told import SECRET, deliver, open_endpoint, statuses, told
from tests.support.webhook_receiver import Received, Receiver

NEW = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
NOTE = """
name: Note
steps:
  - ref: in-app
    channel: in-app
    template: {body: Secret words}
"""
FILES = {"channels/in-app.yaml": IN_APP, "workflows/note.yaml": NOTE}


def knock_signature_holds(header: str, body: bytes, secret: str) -> bool:
    """Whether the signature in x-knock-signature is that of the body, as Knock's customers check it."""
    fields = dict(field.split("=", 1) for field in header.split(","))
    digest = hmac.new(secret.encode(), f"{fields['t']}.{body.decode()}".encode(), hashlib.sha256).digest()
    return hmac.compare_digest(base64.b64encode(digest).decode(), fields["s"])


def signed_by(request: Received, secret: str) -> bool:
    signed = f"{request.id}.{request.headers['webhook-timestamp']}.".encode() + request.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
    return f"v1,{signature}" in request.headers["webhook-signature"].split()


async def test_while_a_secret_is_replaced_both_sign_for_a_day(office: Office, receiver: Receiver) -> None:
    endpoint = await open_endpoint(office, url=receiver.url)
    secrets = rotated([EndpointSecret(SECRET)], NEW, office.clock.now())
    await office.pool.execute(
        "UPDATE addressee.webhook_endpoints SET sealed_secrets = $2 WHERE id = $1",
        endpoint,
        seal_secrets(office.sealer, endpoint, secrets),
    )
    await office.identify("ada")
    await deliver(office)
    await office.identify("bob")
    await deliver(office, timedelta(hours=25))
    during, later = receiver.received
    assert (signed_by(during, SECRET), signed_by(during, NEW)) == (True, True)
    assert (signed_by(later, SECRET), signed_by(later, NEW)) == (False, True)


async def test_bodies_tell_of_messages_without_what_they_say(office: Office, receiver: Receiver) -> None:
    await office.push(FILES)
    await office.identify("ada")
    await open_endpoint(office, ["message.*"], url=receiver.url)
    await office.trigger("ada", workflow="note", data={"order": 7})
    await office.work()
    (message,) = await office.messages("ada")
    await office.messaging.marks.mark(office.environment_id, [message.id], Mark.INTERACTED, metadata={"button": "yes"})
    await deliver(office)
    last = receiver.received[-1].json
    assert (last["type"], last["data"]["event"]) == ("message.interacted", {"button": "yes"})
    told_message = last["data"]["message"]
    assert told_message["id"] == message.id
    assert told_message["recipient"] == {"collection": "$users", "id": "ada"}
    assert told_message["data"] == {"order": 7}
    assert told_message["interacted_at"] is not None
    assert "Secret words" not in receiver.received[-1].body.decode()


async def test_bodies_tell_of_runs_and_of_recipients(office: Office, receiver: Receiver) -> None:
    await office.push(FILES)
    ada = await office.identify("ada", email="ada@example.com")
    other = await office.identify("a.l")
    await open_endpoint(office, ["workflow_recipient_run.*", "recipient.*"], url=receiver.url)
    await office.trigger("ada", workflow="note")
    await office.work()
    await office.directory.write(Write(office.user("ada"), (DisableAddress("email", "ada@example.com"),)))
    await office.merge("ada", "a.l")
    await deliver(office)
    (run,) = await office.recipient_runs()
    by_type = {request.type: request.json["data"] for request in receiver.received}
    completed = by_type["workflow_recipient_run.completed"]["run"]
    assert (completed["id"], completed["workflow"], completed["status"]) == (str(run["id"]), "note", "completed")
    assert by_type["recipient.address_disabled"]["kinds"] == ["email"]
    assert by_type["recipient.address_disabled"]["recipient"]["uid"] == str(ada.uid)
    assert by_type["recipient.merged"] == {
        "recipient": {"collection": "$users", "id": "a.l", "uid": str(other.uid)},
        "into": {"collection": "$users", "id": "ada"},
    }
    assert "channel_data" not in by_type["recipient.updated"]["recipient"]


async def test_knocks_customers_verify_and_read_what_they_are_told(office: Office, receiver: Receiver) -> None:
    await office.push(FILES)
    endpoint = await open_endpoint(office, url=receiver.url, form=Form.KNOCK, secrets=["of-knocks-kind-0123456789"])
    await office.identify("ada")
    await office.trigger("ada", workflow="note")
    await office.work()
    (message,) = await office.messages("ada")
    await office.messaging.marks.mark(office.environment_id, [message.id], Mark.SEEN)
    await deliver(office)
    environment = next(each for each in await Environments(office.pool).all() if each.id == office.environment_id)
    for request in receiver.received:
        header = request.headers["x-knock-signature"]
        assert knock_signature_holds(header, request.body, "of-knocks-kind-0123456789")
        assert not knock_signature_holds(header, request.body + b" ", "of-knocks-kind-0123456789")
        assert not knock_signature_holds(header, request.body, "of-another-kind-0123456789")
        assert request.headers["x-knock-event"] == request.type
        assert request.headers["x-knock-environment-id"] == str(environment.uid)
    seen = receiver.received[-1].json
    assert (seen["__typename"], seen["type"], seen["event_data"]) == ("Event", "message.seen", None)
    assert (seen["data"]["__typename"], seen["data"]["id"]) == ("Message", message.id)
    assert seen["data"]["engagement_statuses"] == ["seen"]
    # What Knock has no type for is not told.
    dropped = [each.type for each in await told(office, endpoint) if each.status == "dropped"]
    assert "recipient.created" in dropped
    assert "message.created" in dropped
    assert "message.seen" not in dropped
    assert "pending" not in await statuses(office, endpoint)


async def test_what_is_gone_when_it_would_be_told_is_dropped(office: Office, receiver: Receiver) -> None:
    await office.push(FILES)
    await office.identify("ada")
    endpoint = await open_endpoint(office, url=receiver.url)
    await office.trigger("ada", workflow="note")
    await office.work()
    await office.identify("ada", name="Countess")
    await office.delete("ada")
    await deliver(office)
    assert [request.type for request in receiver.received] == ["recipient.deleted"]
    assert receiver.received[0].json["data"].keys() == {"recipient"}
    left = await told(office, endpoint, DeliveryFilter(recipient=office.user("ada")))
    assert [each.type for each in left] == ["recipient.deleted"]


async def test_receivers_verify_with_the_library_of_standard_webhooks(office: Office, receiver: Receiver) -> None:
    # The library compares with the time of the machine.
    office.clock.move(datetime.now(UTC) - office.clock.now())
    await open_endpoint(office, url=receiver.url)
    await office.identify("ada")
    await deliver(office)
    (request,) = receiver.received
    headers = dict(request.headers)
    assert Webhook(SECRET).verify(request.body, headers)["type"] == "recipient.created"
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(request.body + b" ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(request.body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(request.body, {**headers, "webhook-timestamp": str(int(time()) - 3600)})
