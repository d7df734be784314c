"""What a provider tells later, from its callback to the message."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
import pytest

from addressee.channels.callback import EventKind, ProviderEvent
from addressee.database.paging import PageRequest
from addressee.directory.edits.addresses import AddAddress
from addressee.directory.writing.writes import Write
from addressee.messaging.delivery.channels.channel_states import lock_states
from addressee.messaging.feedback.provider_events import ApplyProviderEvents
from addressee.messaging.messages.status import Status
from tests.channels.provider_server import ProviderServer, Silence
from tests.messaging.feedback.told import bounce, call, message_of, postmark, report, sent_to, taken, tell
from tests.messaging.office import Office

ADA = "ada@example.org"


@pytest.fixture
async def provider(office: Office) -> AsyncIterator[ProviderServer]:
    async with postmark(office) as server:
        yield server


async def names(office: Office, id: str = "ada") -> list[str]:
    return [name for name, _ in await office.events(await message_of(office, id))]


async def status_of_address(office: Office, id: str, value: str) -> list[str]:
    recipient = await office.directory.read(office.user(id))
    assert recipient is not None
    return [each["status"] for each in recipient.addresses if each["value"] == value]


async def test_a_message_that_arrived_is_delivered(office: Office, provider: ProviderServer) -> None:
    await sent_to(office, "ada")
    assert (await message_of(office, "ada")).status is Status.SENT
    await tell(office, report("Delivery", ADA, DeliveredAt="2026-03-01T12:00:00Z"))
    assert (await message_of(office, "ada")).status is Status.DELIVERED
    assert await names(office) == ["created", "queued", "sent", "delivered"]
    assert await office.jobs() == []


async def test_a_bounce_for_good_disables_the_address(office: Office, provider: ProviderServer) -> None:
    await sent_to(office, "ada", "bob")
    await tell(office, bounce(ADA))
    ada = await message_of(office, "ada")
    assert ada.status is Status.BOUNCED
    assert (await office.events(ada))[-1] == (
        "bounced",
        {"failure_reason": "fatal_error", "failure_details": "postmark: HardBounce 550 5.1.1 unknown"},
    )
    assert await status_of_address(office, "ada", ADA) == ["disabled"]
    assert (await message_of(office, "bob")).status is Status.SENT


async def test_a_bounce_that_passes_changes_the_message_only(office: Office, provider: ProviderServer) -> None:
    await sent_to(office, "ada")
    await tell(office, bounce(ADA, "SoftBounce"))
    assert (await message_of(office, "ada")).status is Status.UNDELIVERED
    assert await status_of_address(office, "ada", ADA) == []


async def test_a_bounce_after_the_delivery_disables_the_address_too(office: Office, provider: ProviderServer) -> None:
    """Servers may take an e-mail, and say later that nobody is there. The message stays as it is."""
    await sent_to(office, "ada")
    await tell(office, report("Delivery", ADA), bounce(ADA))
    assert (await message_of(office, "ada")).status is Status.DELIVERED
    assert await status_of_address(office, "ada", ADA) == ["disabled"]


async def test_repetitions_and_what_comes_too_late_change_nothing(office: Office, provider: ProviderServer) -> None:
    await sent_to(office, "ada")
    delivery = report("Delivery", ADA, DeliveredAt="2026-03-01T12:00:00Z")
    await tell(office, delivery)
    before = await office.events(await message_of(office, "ada"))
    await tell(office, delivery, delivery, bounce(ADA, "SoftBounce"))
    assert await office.events(await message_of(office, "ada")) == before


async def test_who_opens_and_clicks_has_seen_it(office: Office, provider: ProviderServer) -> None:
    """And so it arrived, even if that is told later, or never."""
    await sent_to(office, "ada")
    await tell(office, report("Open", ADA))
    seen = (await message_of(office, "ada")).seen_at
    assert seen is not None
    assert (await message_of(office, "ada")).status is Status.DELIVERED
    await tell(office, report("Click", ADA, OriginalLink="https://example.com/a?token=secret#b"), report("Open", ADA))
    message = await message_of(office, "ada")
    assert (message.seen_at, message.read_at) == (seen, None)
    assert message.link_clicked_at is not None
    assert (await office.events(message))[-1] == ("link_clicked", {"url": "https://example.com/a"})
    assert await names(office) == ["created", "queued", "sent", "delivered", "seen", "link_clicked"]


async def test_what_is_told_in_one_request_is_applied_in_its_order(office: Office, provider: ProviderServer) -> None:
    await sent_to(office, "ada")
    kinds = (EventKind.SENT, EventKind.READ, EventKind.DELIVERED, EventKind.BOUNCED)
    events = [ProviderEvent(kind=kind, provider_id=f"pm-{ADA}") for kind in kinds]
    job = ApplyProviderEvents(office.environment_id, await office.channel_id("email"), events, office.clock.now())
    await office.carry_out(job)
    message = await message_of(office, "ada")
    assert message.status is Status.DELIVERED
    assert message.read_at is not None
    await office.carry_out(job)
    assert await names(office) == ["created", "queued", "sent", "delivered", "seen", "read"]


async def test_what_is_told_before_the_answer_is_recorded_waits(office: Office, provider: ProviderServer) -> None:
    await sent_to(office, "ada")
    await office.pool.execute(
        "UPDATE addressee.sends SET provider_id = NULL WHERE environment_id = $1", office.environment_id
    )
    await tell(office, report("Delivery", ADA))
    assert (await message_of(office, "ada")).status is Status.SENT
    (job,) = await office.jobs()
    assert job.deferred
    statement = "UPDATE addressee.sends SET provider_id = $2 WHERE environment_id = $1"
    await office.pool.execute(statement, office.environment_id, f"pm-{ADA}")
    await office.work_after(timedelta(seconds=5))
    assert (await message_of(office, "ada")).status is Status.DELIVERED
    assert await office.jobs() == []


async def test_what_stays_unknown_is_dropped_after_ten_minutes(office: Office, provider: ProviderServer) -> None:
    await sent_to(office, "ada")
    await tell(office, report("Delivery", "stranger@example.org"))
    tries = []
    while jobs := await office.jobs():
        tries += [msgspec.json.decode(job.arguments)["tries"] for job in jobs]
        await office.work(deferred=True)
    assert tries == [1, 2, 3, 4, 5]
    assert await names(office) == ["created", "queued", "sent"]


async def lost_answers(office: Office, provider: ProviderServer, *ids: str) -> list[str]:
    """Sends to these users without getting an answer. Returns our names for the messages, which Postmark keeps."""
    provider.answer = lambda request: Silence()
    await sent_to(office, *ids)
    provider.answer = taken
    return [request.json["Metadata"]["id"] for request in provider.received]


async def test_what_a_provider_tells_of_is_not_sent_again(office: Office, provider: ProviderServer) -> None:
    """The answer was lost. The callback names the message as we do, and says what the provider calls it."""
    (id,) = await lost_answers(office, provider, "ada")
    assert (await message_of(office, "ada")).status is Status.DELIVERY_ATTEMPTED
    await tell(office, report("Delivery", ADA, Metadata={"id": id}))
    assert (await message_of(office, "ada")).status is Status.DELIVERED
    assert await names(office) == ["created", "queued", "delivery_attempted", "queued", "sent", "delivered"]
    await office.work_after(timedelta(hours=1))
    assert len(provider.received) == 1
    assert await office.jobs() == []
    await tell(office, report("Open", ADA))
    assert (await message_of(office, "ada")).seen_at is not None


async def test_another_message_is_sent_again_all_the_same(office: Office, provider: ProviderServer) -> None:
    first, second = await lost_answers(office, provider, "ada", "bob")
    told = {request.json["To"]: request.json["Metadata"]["id"] for request in provider.received}
    assert set(told.values()) == {first, second}
    await tell(office, bounce(ADA) | {"Metadata": {"id": told[ADA]}})
    await office.work_after(timedelta(seconds=13))
    assert (await message_of(office, "ada")).status is Status.BOUNCED
    assert (await message_of(office, "bob")).status is Status.SENT
    assert [request.json["To"] for request in provider.received[2:]] == ["bob@example.org"]


async def test_a_message_that_was_sent_has_one_name(office: Office, provider: ProviderServer) -> None:
    await sent_to(office, "ada")
    (request,) = provider.received
    other = {**report("Delivery", ADA, Metadata=request.json["Metadata"]), "MessageID": "another"}
    await tell(office, other)
    assert (await message_of(office, "ada")).status is Status.SENT


async def test_only_what_is_unknown_is_looked_at_again(office: Office, provider: ProviderServer) -> None:
    await sent_to(office, "ada")
    known, unknown = [ProviderEvent(kind=EventKind.DELIVERED, provider_id=id) for id in (f"pm-{ADA}", "pm-x")]
    channel_id = await office.channel_id("email")
    job = ApplyProviderEvents(office.environment_id, channel_id, [unknown, known], office.clock.now())
    await office.carry_out(job)
    assert (await message_of(office, "ada")).status is Status.DELIVERED
    (later,) = await office.jobs()
    assert msgspec.json.decode(later.arguments, type=ApplyProviderEvents).events == [unknown]


async def test_one_of_several_addresses(office: Office) -> None:
    """The message is what the best of its sends is."""
    async with postmark(office, "all"):
        await office.identify("ada", email=ADA)
        await office.directory.write(Write(office.user("ada"), (AddAddress("email", "lovelace@example.org"),)))
        await office.trigger("ada", workflow="mail")
        await office.work()
        await tell(office, bounce(ADA))
        assert (await message_of(office, "ada")).status is Status.SENT
        assert await status_of_address(office, "ada", ADA) == ["disabled"]
        await tell(office, report("Delivery", "lovelace@example.org"))
        assert (await message_of(office, "ada")).status is Status.DELIVERED
        assert await names(office) == ["created", "queued", "sent", "delivered"]
        statement = "SELECT address, status FROM addressee.sends WHERE environment_id = $1 ORDER BY address"
        sends = [tuple(row) for row in await office.pool.fetch(statement, office.environment_id)]
        assert sends == [(ADA, "bounced"), ("lovelace@example.org", "delivered")]


async def test_another_channel_or_environment_has_other_messages(
    office: Office, other: Office, provider: ProviderServer
) -> None:
    await sent_to(office, "ada")
    async with postmark(other):
        await tell(other, report("Delivery", ADA))
    assert (await message_of(office, "ada")).status is Status.SENT


async def test_the_delivery_log_tells_what_came_back(office: Office, provider: ProviderServer) -> None:
    """How somebody read a message is not in it."""
    await sent_to(office, "ada")
    await tell(office, report("Open", ADA), bounce(ADA), bounce(ADA))
    message = await message_of(office, "ada")
    logs = await office.messaging.messages.delivery_logs(office.environment_id, message.id, PageRequest(50))
    assert logs is not None
    channel_id = await office.channel_id("email")
    told = [log for log in logs.entries if log.request["path"].startswith("/providers/")]
    assert [(log.service, log.request, log.response) for log in told] == [
        (
            "postmark",
            {
                "method": "POST",
                "host": "",
                "path": f"/providers/{channel_id}",
                "body": {
                    "event": "bounced",
                    "id": f"pm-{ADA}",
                    "at": "2026-03-01T12:00:00Z",
                    "reason": "HardBounce 550 5.1.1 unknown",
                },
            },
            {"status": 200, "body": ""},
        )
    ]


async def test_who_was_deleted_meanwhile_is_left_alone(office: Office, provider: ProviderServer) -> None:
    await sent_to(office, "ada")
    await call(office, bounce(ADA))
    await office.delete("ada")
    await office.work()
    recipient = await office.directory.read(office.user("ada"))
    assert recipient is None


async def test_events_of_a_channel_that_is_gone_are_dropped(office: Office, provider: ProviderServer) -> None:
    events = [ProviderEvent(kind=EventKind.DELIVERED, provider_id="pm-x")]
    gone = office.channel_id("email")
    job = ApplyProviderEvents(office.environment_id, await gone, events, office.clock.now())
    await office.pool.execute("DELETE FROM addressee.channels WHERE environment_id = $1", office.environment_id)
    await office.carry_out(job)
    assert await office.jobs() == []


async def test_what_went_to_a_merged_user_follows_it(office: Office, provider: ProviderServer) -> None:
    await sent_to(office, "ada")
    await office.identify("grace")
    await office.merge("grace", "ada")
    await office.work()
    await tell(office, bounce(ADA))
    (message,) = await office.messages("grace")
    assert message.status is Status.BOUNCED
    assert await status_of_address(office, "grace", ADA) == ["disabled"]


async def test_what_is_told_waits_for_no_worker_that_holds_the_channels_state(
    office: Office, provider: ProviderServer
) -> None:
    """Whoever holds the state may be waiting for the messages that this transaction holds."""
    await sent_to(office, "ada")
    async with office.pool.acquire() as connection, connection.transaction():
        await lock_states(connection, office.environment_id, [await office.channel_id("email")])
        await asyncio.wait_for(tell(office, bounce(ADA)), 20)
    assert (await message_of(office, "ada")).status is Status.BOUNCED
