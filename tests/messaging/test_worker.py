"""A whole worker, on the tests' own installation: from a trigger to the e-mail without anybody's help."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from addressee.database.environment_variables import ALLOW_PRIVATE_WEBHOOKS
from addressee.database.installation import Installation
from addressee.database.pool import open_pool
from addressee.database.sealing import Sealer
from addressee.dialects.webhook_forms import FORMS
from addressee.messaging import worker
from addressee.messaging.lifecycle.maintenance import delete_expired
from addressee.messaging.messages.status import Status
from addressee.messaging.triggers.trigger import Trigger
from addressee.messaging.webhooks.model import DeliveryStatus
from tests.messaging.office import FILES, Office
from tests.messaging.webhooks.told import open_endpoint, told
from tests.support.clock import MovedClock
from tests.support.receipts import receipt
from tests.support.waiting import until
from tests.support.webhook_receiver import receiving

NUMBERED = """
name: Numbered
steps:
  - {ref: in-app, channel: in-app, template: {body: "{{ number }}"}}
"""


@pytest.fixture
async def office(installation: Installation, tmp_path: Path) -> AsyncIterator[Office]:
    pool = await open_pool(installation.target())
    statement = """
        INSERT INTO addressee.environments (id, name)
        SELECT max(id) + 1, $1 FROM addressee.environments
        RETURNING id
    """
    environment_id = await pool.fetchval(statement, f"worked-{secrets.token_hex(6)}")
    yield Office(pool, environment_id, tmp_path, MovedClock(datetime.now(UTC)), Sealer(installation.master_key()))
    await pool.close()


async def sent(office: Office, count: int) -> bool:
    found: int = await office.pool.fetchval(
        "SELECT count(*) FROM addressee.messages WHERE environment_id = $1 AND status = 'sent'",
        office.environment_id,
    )
    return found == count


async def test_two_workers_share_the_work(installation: Installation, office: Office) -> None:
    await office.push()
    ids = [f"user-{number}" for number in range(300)]
    await asyncio.gather(*(office.identify(id, email=f"{id}@example.com") for id in ids))
    stop = asyncio.Event()
    workers = [asyncio.create_task(worker.run(installation, stop, FORMS)) for _ in range(2)]
    for start in range(0, 300, 30):
        await office.trigger(*ids[start : start + 30])
    await office.trigger(*ids)
    await until(lambda: sent(office, 600), seconds=60)
    stop.set()
    await asyncio.gather(*workers)
    assert await office.counts() == {
        "workflow_runs": 11,
        "recipient_runs": 600,
        "messages": 1200,
        "events_of_messages": 3000,
        "sends": 600,
    }
    assert [message.status for message in await office.messages("user-0", statuses=[Status.SENT])] == [Status.SENT] * 2
    name = await office.pool.fetchval("SELECT name FROM addressee.environments WHERE id = $1", office.environment_id)
    assert len(list((installation.data_dir / "outbox" / name).glob("*.eml"))) == 600


async def test_a_burst_of_triggers_for_one_person_stands_in_its_feed_in_their_order(
    installation: Installation, office: Office
) -> None:
    await office.push({**FILES, "workflows/numbered.yaml": NUMBERED})
    await office.identify("ada")
    stop = asyncio.Event()
    workers = [asyncio.create_task(worker.run(installation, stop, FORMS)) for _ in range(3)]
    for number in range(40):
        what = Trigger("numbered", [office.user("ada")], {"number": number})
        await office.messaging.triggers.accept(office.environment_id, what, receipt=None)

    async def is_complete() -> bool:
        return (await office.feed("ada")).total == 40

    await until(is_complete, seconds=60)
    stop.set()
    await asyncio.gather(*workers)
    entries = (await office.feed("ada")).items.entries
    assert [entry.message.data["number"] for entry in entries] == list(reversed(range(40)))


async def test_housekeeping_forgets_expired_receipts_only(office: Office) -> None:
    await office.push()
    for key in ("old", "new"):
        await office.trigger("ada", receipt=receipt(office.environment_id, key))
    now = datetime.now(UTC)
    await office.pool.execute(
        "UPDATE addressee.receipts SET recorded_at = $2 WHERE environment_id = $1 AND key = 'old'",
        office.environment_id,
        now - timedelta(hours=24),
    )
    await delete_expired(office.pool, now)
    rows = await office.pool.fetch(
        "SELECT key FROM addressee.receipts WHERE environment_id = $1", office.environment_id
    )
    assert [row["key"] for row in rows] == ["new"]


async def test_housekeeping_forgets_old_bulk_calls_only(office: Office) -> None:
    kept, old = [await office.directory.run_bulk(office.environment_id, "users.identify", []) for _ in range(2)]
    await office.pool.execute(
        "UPDATE addressee.bulk_operations SET started_at = $3 WHERE environment_id = $1 AND id = $2",
        office.environment_id,
        old.id,
        office.clock.now() - timedelta(days=30),
    )
    await delete_expired(office.pool, office.clock.now())
    assert await office.directory.find_bulk_operation(office.environment_id, old.id) is None
    assert await office.directory.find_bulk_operation(office.environment_id, kept.id) == kept


async def test_workers_tell_the_product_what_happened_in_order(
    installation: Installation, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ALLOW_PRIVATE_WEBHOOKS, "127.0.0.1")
    await office.push()
    ids = [f"user-{number}" for number in range(20)]
    stop = asyncio.Event()
    workers = [asyncio.create_task(worker.run(installation, stop, FORMS)) for _ in range(2)]
    async with receiving() as receiver:
        endpoint = await open_endpoint(office, url=receiver.url)
        await asyncio.gather(*(office.identify(id, email=f"{id}@example.com") for id in ids))
        await office.trigger(*ids)
        # Each was created, has a run that begins and ends, and five events of its two messages.
        await until(lambda: is_told(office, endpoint, len(ids) * 8), seconds=60)
        stop.set()
        await asyncio.gather(*workers)
    events = await told(office, endpoint)
    assert {(each.status, each.attempts) for each in events} == {(DeliveryStatus.DELIVERED, 1)}
    received = [request.id for request in receiver.received]
    for id in ids:
        of_one = [str(each.id) for each in events if each.recipient.id == id]
        assert [each for each in received if each in of_one] == of_one
    assert len(received) == len(set(received)) == len(events)


async def is_told(office: Office, endpoint: UUID, count: int) -> bool:
    events = await told(office, endpoint)
    return len(events) == count and all(each.status is DeliveryStatus.DELIVERED for each in events)
