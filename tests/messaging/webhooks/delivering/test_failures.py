"""Endpoints that are slow, refuse, redirect, are gone or away: nothing is lost, and nobody is asked in vain."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from prometheus_client import REGISTRY

from addressee.channels.requests.exchange import open_public_client
from addressee.dialects.native.wire.webhook_events import StandardForm
from addressee.messaging.webhooks.deliveries.deliveries import Deliveries
from addressee.messaging.webhooks.delivering import requests
from addressee.messaging.webhooks.delivering.events import Event, ToldRecipient
from addressee.messaging.webhooks.delivering.pacing import RETRIES
from addressee.messaging.webhooks.model import DeliveryAttempt
from tests.messaging.office import Office
from tests.messaging.webhooks.told import SECRET, deliver, endpoint_row, open_endpoint, statuses, told, types_told
from tests.support.webhook_receiver import Received, Receiver, Reply


async def attempts(office: Office, endpoint: UUID, number: int = 0) -> list[DeliveryAttempt]:
    delivery = (await told(office, endpoint))[number]
    history = await Deliveries(office.pool).get(office.environment_id, endpoint, delivery.id)
    assert history is not None
    return list(history.attempts)


async def test_a_delivery_fails_for_good_after_nine_attempts(office: Office, receiver: Receiver) -> None:
    endpoint = await open_endpoint(office, url=receiver.url)
    await office.identify("ada")
    receiver.reply = Reply(400, body="No such thing")
    for pause in (timedelta(), *RETRIES, *RETRIES[-1:]):
        await deliver(office, pause * 1.1)
    assert await statuses(office, endpoint) == ["failed"]
    made = await attempts(office, endpoint)
    assert [(each.number, each.status, each.answer) for each in made] == [
        (number, 400, "No such thing") for number in range(1, 10)
    ]
    assert len({request.id for request in receiver.received}) == 1


@pytest.mark.parametrize(
    ("reply", "status", "answer"),
    [
        (Reply(302, {"location": "http://10.0.0.1/inside"}), 302, "redirects are not followed"),
        (Reply(None), None, "did not answer"),
        (Reply(503, body="Busy"), 503, "Busy"),
        (Reply(200), 200, ""),
    ],
)
async def test_2xx_alone_is_success_and_redirects_are_not_followed(
    office: Office, receiver: Receiver, reply: Reply, status: int | None, answer: str
) -> None:
    endpoint = await open_endpoint(office, url=receiver.url)
    await office.identify("ada")
    receiver.reply = reply
    await deliver(office)
    (attempt,) = await attempts(office, endpoint)
    assert attempt.status == status
    assert answer in attempt.answer
    assert await statuses(office, endpoint) == ["delivered" if status == 200 else "pending"]


async def test_one_that_answers_late_is_tried_again(
    office: Office, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "SECONDS", 0.05)
    endpoint = await open_endpoint(office, url=receiver.url)
    await office.identify("ada")
    answered = asyncio.Event()

    async def late(request: Received) -> Reply:
        await answered.wait()
        return Reply(200)

    receiver.answer = late
    await deliver(office)
    (attempt,) = await attempts(office, endpoint)
    assert (attempt.status, attempt.answer) == (None, f"127.0.0.1:{receiver.port} did not answer within 0.05 seconds")
    answered.set()
    monkeypatch.setattr(requests, "SECONDS", 15)
    await deliver(office, timedelta(seconds=6))
    assert await statuses(office, endpoint) == ["delivered"]


async def test_private_hosts_are_not_asked_unless_they_are_allowed(office: Office, receiver: Receiver) -> None:
    office.loopback_client = open_public_client()
    office.use_for_fetches(office.loopback_client)
    endpoint = await open_endpoint(office, url=receiver.url)
    await office.identify("ada")
    await deliver(office)
    (attempt,) = await attempts(office, endpoint)
    assert attempt.status is None
    assert "127.0.0.1 is not a public host" in attempt.answer
    assert receiver.received == []


async def test_what_the_receiver_repeats_of_secrets_and_contents_is_not_kept(
    office: Office, receiver: Receiver
) -> None:
    endpoint = await open_endpoint(office, url=receiver.url)
    await office.identify("ada", email="ada@example.com")

    async def repeat(request: Received) -> Reply:
        return Reply(500, body=f"refused {SECRET} {request.body.decode()} ada@example.com \0")

    receiver.answer = repeat
    await deliver(office)
    (attempt,) = await attempts(office, endpoint)
    assert attempt.answer == "refused [...] [...] [...] \ufffd"


async def test_an_endpoint_that_is_gone_is_disabled_at_once_and_told_of_nothing_more(
    office: Office, receiver: Receiver
) -> None:
    endpoint = await open_endpoint(office, url=receiver.url)
    receiver.reply = Reply(410)
    await office.identify("ada")
    count = REGISTRY.get_sample_value("addressee_webhook_endpoints_disabled_total", {"reason": "gone"}) or 0
    await deliver(office)
    row = await endpoint_row(office, endpoint)
    assert (row["disabled_for"], row["disabled_at"]) == ("gone", office.clock.now())
    assert REGISTRY.get_sample_value("addressee_webhook_endpoints_disabled_total", {"reason": "gone"}) == count + 1
    await office.identify("bob")
    await deliver(office, timedelta(days=1))
    assert len(receiver.received) == 1
    assert await types_told(office, endpoint) == [("ada", "recipient.created")]


async def test_nothing_is_lost_while_an_endpoint_is_away_for_a_day(office: Office, receiver: Receiver) -> None:
    endpoint = await open_endpoint(office, url=receiver.url)
    receiver.reply = Reply(503)
    for number in range(40):
        await office.identify(f"user-{number:02}")
    for _ in range(24 * 6):
        await deliver(office, timedelta(minutes=10))
    # Ten are tried at once, then one after each pause, of which the first few are shorter: not each of those that wait.
    assert len(receiver.received) <= 10 + 5 + 24 * 6
    asked = len(receiver.received)
    receiver.reply = Reply(200)
    for _ in range(30):
        await deliver(office, timedelta(hours=1))
    assert set(await statuses(office, endpoint)) == {"delivered"}
    assert len({request.id for request in receiver.received[asked:]}) == 40
    row = await endpoint_row(office, endpoint)
    assert (row["failing_since"], row["paused_until"], row["disabled_at"]) == (None, None, None)


async def test_after_five_days_it_is_disabled_and_what_waits_goes_on_when_it_is_enabled_again(
    office: Office, receiver: Receiver
) -> None:
    endpoint = await open_endpoint(office, url=receiver.url)
    receiver.reply = Reply(500)
    await office.identify("old")
    await deliver(office)
    for day in range(6):
        await office.identify(f"day-{day}")
        await deliver(office, timedelta(days=1))
    row = await endpoint_row(office, endpoint)
    assert row["disabled_for"] == "failing"
    pending = [each.recipient.id for each in await told(office, endpoint) if each.status == "pending"]
    assert "day-4" in pending
    receiver.reply = Reply(200)
    receiver.received.clear()
    office.clock.move(timedelta(days=3))
    await office.pool.execute(
        """
        UPDATE addressee.webhook_endpoints
        SET disabled_at = NULL, disabled_for = NULL, failing_since = NULL, paused_until = NULL
        WHERE id = $1
        """,
        endpoint,
    )
    await deliver(office, timedelta(hours=30))
    by_id = {each.recipient.id: each for each in await told(office, endpoint)}
    # What has waited for more than seven days has failed, without a request.
    assert (by_id["day-4"].status, by_id["day-0"].status) == ("delivered", "failed")


async def test_a_busy_endpoint_is_asked_again_when_it_said(office: Office, receiver: Receiver) -> None:
    endpoint = await open_endpoint(office, url=receiver.url)
    await office.identify("ada")
    receiver.reply = Reply(429, {"retry-after": "120"})
    await deliver(office)
    receiver.reply = Reply(200)
    await office.identify("bob")
    await deliver(office, timedelta(seconds=119))
    assert len(receiver.received) == 1
    await deliver(office, timedelta(seconds=2))
    assert await statuses(office, endpoint) == ["delivered", "delivered"]


async def test_an_event_that_cannot_be_written_fails_alone(
    office: Office, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = await open_endpoint(office, url=receiver.url)
    write = StandardForm.body

    def body(form: StandardForm, event: Event) -> bytes:
        if isinstance(event, ToldRecipient) and event.recipient.place.id == "ada":
            raise ValueError
        return write(form, event)

    monkeypatch.setattr(StandardForm, "body", body)
    await office.identify("ada")
    await office.identify("bob")
    await deliver(office)
    assert await statuses(office, endpoint) == ["failed", "delivered"]
