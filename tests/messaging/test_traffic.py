"""What is counted as traffic: what was committed, once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from addressee.directory.edits.recipients import Delete, Identify
from addressee.directory.writing.writes import Write
from addressee.traffic.counting import counting
from addressee.traffic.minute_counts import MinuteCounts
from tests.channels.mail_server import OK, mail_server
from tests.messaging.office import FILES, IN_APP, Office

SMTP = """
type: email
provider: smtp
settings:
  host: 127.0.0.1
  port: {port}
  security: none
  from: Example <hello@example.com>
"""
MAIL_ONLY = """
steps:
  - ref: mail
    channel: email
    template: {subject: Hello, text: "Hello {{ recipient.name }}"}
"""
WAITS = """
steps:
  - {ref: pause, delay: 1h}
  - ref: in-app
    channel: in-app
    template: {body: Hello}
"""


@pytest.fixture
async def counts(office: Office) -> AsyncIterator[MinuteCounts]:
    async with counting(office.pool) as counts:
        yield counts


async def counted(office: Office, counts: MinuteCounts) -> dict[str, int]:
    await counts.flush(office.pool)
    statement = """
        SELECT name, sum(count)::int
        FROM addressee.minute_counts
        WHERE environment_id = $1 AND subject IS NULL
        GROUP BY name
    """
    rows = await office.pool.fetch(
        statement,
        office.environment_id,
    )
    return dict(map(tuple, rows))


async def test_recipients_that_were_changed_are_writes(office: Office, counts: MinuteCounts) -> None:
    for id in ("ada", "bob", "cy"):
        await office.identify(id, email=f"{id}@example.org")
    assert await counted(office, counts) == {"writes": 3}
    await office.identify("ada", email="ada@example.org")
    assert await counted(office, counts) == {"writes": 3}
    await office.directory.write_all([Write(office.user(id), (Identify({"name": "New"}),)) for id in ("ada", "bob")])
    assert await counted(office, counts) == {"writes": 5}


async def test_a_write_in_another_transaction_counts_once_it_is_committed(office: Office, counts: MinuteCounts) -> None:
    await office.identify("ada")
    write = Write(office.user("ada"), (Delete(),))

    async def fail(*_: object) -> None:
        raise ZeroDivisionError

    async def finish(*_: object) -> None:
        return None

    with pytest.raises(ZeroDivisionError):
        await office.directory.writer.write_with(write, fail)
    assert await counted(office, counts) == {"writes": 1}
    await office.directory.writer.write_with(write, finish)
    await office.directory.writer.write_with(write, finish)
    assert await counted(office, counts) == {"writes": 2}


async def test_runs_messages_and_sends_are_counted(office: Office, counts: MinuteCounts) -> None:
    await office.push(FILES)
    await office.identify("ada", email="ada@example.org")
    await office.identify("bob", email="bob@example.org")
    await office.identify("cy")
    await office.trigger("ada", "bob", "cy")
    await office.trigger("ada")
    await office.work()
    assert await counted(office, counts) == {
        "writes": 3,
        "runs": 4,
        "messages.in_app_feed": 4,
        "messages.email": 3,
        "sent": 3,
    }


async def test_a_run_that_waits_counts_once_and_its_messages_when_they_are_made(
    office: Office, counts: MinuteCounts
) -> None:
    await office.push({"channels/in-app.yaml": IN_APP, "workflows/waits.yaml": WAITS})
    await office.identify("ada")
    await office.trigger("ada", workflow="waits")
    await office.work()
    assert await counted(office, counts) == {"writes": 1, "runs": 1}
    await office.pass_time(timedelta(hours=2))
    assert await counted(office, counts) == {"writes": 1, "runs": 1, "messages.in_app_feed": 1}


async def test_a_send_counts_when_its_outcome_is_final(office: Office, counts: MinuteCounts) -> None:
    async with mail_server() as mail:
        await office.push({"channels/email.yaml": SMTP.format(port=mail.port), "workflows/mail.yaml": MAIL_ONLY})
        for id in ("ada", "bob"):
            await office.identify(id, email=f"{id}@example.org")
        mail.recipient_answer = "450 4.2.1 greylisted"
        await office.trigger("ada", workflow="mail")
        await office.work()
        waiting = {"writes": 2, "runs": 1, "messages.email": 1}
        assert await counted(office, counts) == waiting
        mail.recipient_answer = OK
        await office.work_after(timedelta(seconds=60))
        assert await counted(office, counts) == waiting | {"sent": 1}
        mail.recipient_answer = "554 5.7.1 refused"
        await office.trigger("bob", workflow="mail")
        await office.work()
        assert (await counted(office, counts))["failed"] == 1
