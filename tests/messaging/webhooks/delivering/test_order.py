"""What an endpoint is told of one recipient comes in order, each once but for repetitions, whatever fails between."""

import asyncio
import random
from collections import defaultdict
from contextlib import suppress
from datetime import timedelta

import pytest

from addressee.database.pool import AWAY
from addressee.directory.edits.recipients import Identify
from addressee.directory.errors import UnavailableError
from addressee.directory.writing.writes import Write
from addressee.messaging.webhooks.delivering import deliverer
from addressee.messaging.webhooks.delivering.deliverer import DeliverWebhooks
from tests.messaging.kills import killed_at
from tests.messaging.office import Office
from tests.messaging.webhooks.told import deliver, open_endpoint, statuses, told
from tests.support.webhook_receiver import Received, Receiver, Reply


async def change(office: Office, id: str, number: int) -> None:
    await office.directory.write(Write(office.user(id), (Identify(properties={"number": number}),)))


@pytest.mark.parametrize("seed", range(4))
async def test_two_workers_keep_the_order_of_each_recipient_through_failures(
    office: Office, receiver: Receiver, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliverer, "IN_LINE", 3)
    chance = random.Random(seed)
    endpoint = await open_endpoint(office, url=receiver.url)
    ids = [f"user-{number}" for number in range(5)]
    for number in range(12):
        for id in ids:
            await change(office, id, number)
    told_well: dict[str, list[str]] = defaultdict(list)

    async def answer(request: Received) -> Reply:
        await asyncio.sleep(0)
        if chance.random() < 0.3:
            return Reply(500)
        told_well[request.json["data"]["recipient"]["id"]].append(request.id)
        return Reply(200)

    receiver.answer = answer
    job = DeliverWebhooks(office.environment_id, endpoint)
    for _ in range(200):
        await asyncio.gather(office.carry_out(job), office.carry_out(job))
        if set(await statuses(office, endpoint)) == {"delivered"}:
            break
        office.clock.move(timedelta(minutes=30))
    events = await told(office, endpoint)
    in_order = {id: [str(each.id) for each in events if each.recipient.id == id] for id in ids}
    assert told_well == in_order
    tried = [request.id for request in receiver.received]
    positions = {str(each.id): (each.recipient.id, each.position) for each in events}
    for id in ids:
        of_one = [positions[each][1] for each in tried if positions[each][0] == id]
        assert of_one == sorted(of_one)


async def test_a_recipient_whose_delivery_failed_keeps_nobody_else_waiting(office: Office, receiver: Receiver) -> None:
    endpoint = await open_endpoint(office, url=receiver.url)
    for id in ("ada", "bob"):
        await change(office, id, 1)
        await change(office, id, 2)

    async def answer(request: Received) -> Reply:
        return Reply(500 if request.json["data"]["recipient"]["id"] == "ada" else 200)

    receiver.answer = answer
    await deliver(office)
    assert [(each.recipient.id, each.status, each.attempts) for each in await told(office, endpoint)] == [
        ("ada", "pending", 1),
        ("ada", "pending", 0),
        ("bob", "delivered", 1),
        ("bob", "delivered", 1),
    ]
    # What comes meanwhile waits behind it.
    await change(office, "ada", 3)
    await deliver(office)
    assert len(receiver.received) == 3
    receiver.answer = None
    await deliver(office, timedelta(seconds=6))
    assert set(await statuses(office, endpoint)) == {"delivered"}


async def test_a_long_line_moves_by_itself(office: Office, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliverer, "LOOKED_AT", 5)
    endpoint = await open_endpoint(office, url=receiver.url)
    for number in range(40):
        await change(office, "hot", number)
    await change(office, "cool", 1)
    await deliver(office)
    assert await statuses(office, endpoint) == ["delivered"] * 41
    ids = [str(each.id) for each in await told(office, endpoint) if each.recipient.id == "hot"]
    assert [request.id for request in receiver.received if request.id in ids] == ids


async def test_what_waits_behind_a_failure_hides_nobody_who_comes_later(
    office: Office, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliverer, "LOOKED_AT", 5)
    monkeypatch.setattr(deliverer, "IN_LINE", 2)
    endpoint = await open_endpoint(office, url=receiver.url)
    for number in range(40):
        await change(office, "hot", number)
    receiver.reply = Reply(500)
    await deliver(office)
    receiver.reply = Reply(200)
    await change(office, "cool", 1)
    await deliver(office)
    assert [each.recipient.id for each in await told(office, endpoint) if each.status == "delivered"] == ["cool"]
    await deliver(office, timedelta(seconds=6))
    assert set(await statuses(office, endpoint)) == {"delivered"}


@pytest.mark.parametrize("statement", range(1, 13))
async def test_a_worker_that_dies_at_any_statement_loses_nothing_and_repeats_under_the_same_ids(
    office: Office, receiver: Receiver, statement: int
) -> None:
    endpoint = await open_endpoint(office, url=receiver.url)
    await change(office, "ada", 1)
    await change(office, "ada", 2)
    job = DeliverWebhooks(office.environment_id, endpoint)
    with killed_at(statement), suppress(*AWAY, UnavailableError):
        await office.carry_out(job)
    was_told = [request.id for request in receiver.received]
    await office.carry_out(job)
    # What was claimed is not tried by others until the claim has ended.
    assert [request.id for request in receiver.received][: len(was_told)] == was_told
    office.clock.move(deliverer.CLAIM)
    await office.carry_out(job)
    ids = [str(each.id) for each in await told(office, endpoint)]
    assert [request.id for request in receiver.received] in (ids, ids * 2)
    assert await statuses(office, endpoint) == ["delivered", "delivered"]
    count = "SELECT count(*) FROM addressee.webhook_attempts WHERE environment_id = $1"
    assert await office.pool.fetchval(count, office.environment_id) == 2


async def test_a_claim_is_kept_from_others_until_it_ends(office: Office, receiver: Receiver) -> None:
    endpoint = await open_endpoint(office, url=receiver.url)
    await change(office, "ada", 1)
    job = DeliverWebhooks(office.environment_id, endpoint)

    async def meanwhile(request: Received) -> Reply:
        if len(receiver.received) == 1:
            await office.carry_out(job)
        return Reply(200)

    receiver.answer = meanwhile
    await office.carry_out(job)
    assert len(receiver.received) == 1
    assert await statuses(office, endpoint) == ["delivered"]
