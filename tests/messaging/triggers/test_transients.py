"""Recipients who are described in a trigger, and are never stored: they live in the run, and no longer than that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest

from addressee.database.paging import PageRequest
from addressee.directory.recipient import Place
from addressee.messaging.messages.listing import MessageFilter
from addressee.messaging.messages.marks.mark import Mark
from addressee.messaging.messages.model import Message
from addressee.messaging.recipients.identity import TRANSIENT, Profile
from addressee.messaging.recipients.people import Missing
from addressee.messaging.runs.listing import RunDetails, RunFilter
from addressee.messaging.triggers.transients import Transient
from addressee.messaging.triggers.trigger import Trigger
from tests.messaging.office import FILES, Office

MAIL = """
steps:
  - ref: email
    channel: email
    template: {subject: "{{ recipient.name }} of {{ recipient.company }}, {{ data.a }}", text: "{{ recipient.id }}"}
"""
WAITING = """
steps:
  - {ref: wait, delay: {hours: 1}}
  - {ref: email, channel: email, template: {subject: "{{ recipient.name }}", text: late}}
"""
MAILED = {**FILES, "workflows/mail.yaml": MAIL, "workflows/waiting.yaml": WAITING}

ZOE = Profile(attributes={"name": "Zoë", "email": "zoe@example.com"}, properties={"company": "Acme"})


@pytest.fixture
async def office(office: Office) -> Office:
    await office.push(MAILED)
    return office


async def trigger(office: Office, *transients: Transient, workflow: str = "mail", **rest: Any) -> UUID:
    what = Trigger(workflow, rest.pop("recipients", []), transients=transients, **rest)
    return await office.messaging.triggers.accept(office.environment_id, what)


async def all_messages(office: Office, **filter: Any) -> list[Message]:
    found = await office.messaging.messages.list(office.environment_id, None, MessageFilter(**filter), PageRequest(50))
    return list(found.entries)


async def all_runs(office: Office, **filter: Any) -> list[RunDetails]:
    found = await office.messaging.runs.list(office.environment_id, RunFilter(**filter), PageRequest(50))
    return list(found.entries)


async def profiles(office: Office) -> list[Profile | None]:
    return [row["profile"] and msgspec.json.decode(row["profile"], type=Profile) for row in await rows(office)]


async def rows(office: Office) -> list[asyncpg.Record]:
    return await office.recipient_runs()


async def test_a_transient_recipient_is_told_and_is_no_recipient(office: Office) -> None:
    run_id = await trigger(office, Transient(ZOE), data={"a": 1})
    await office.work()
    (mail,) = office.emails()
    assert "\nTo: zoe@example.com\n" in mail.read_text()
    (message,) = await all_messages(office)
    assert (message.run_id, message.status, message.recipient.collection) == (run_id, "sent", TRANSIENT)
    assert await office.messaging.messages.get(office.environment_id, message.id) == message
    (contents,) = await office.messaging.messages.contents(office.environment_id, [message.id])
    assert getattr(contents.content, "subject", None) == "Zoë of Acme, 1"
    assert [name for name, _ in await office.events(message)][-1] == "sent"
    statement = "SELECT count(*) FROM addressee.recipients WHERE environment_id = $1"
    assert await office.pool.fetchval(statement, office.environment_id) == 0


async def test_its_run_says_what_happened(office: Office) -> None:
    await trigger(office, Transient(ZOE))
    await office.work()
    (message,) = await all_messages(office)
    (run,) = await all_runs(office)
    assert run.recipient == message.recipient
    assert await office.messaging.runs.get(office.environment_id, run.id) == run
    assert [event.event for event in run.events] == ["step_started", "message_enqueued", "run_completed"]
    assert [run.recipient.uid] == [UUID(run.recipient.id)]


async def test_each_is_somebody_else_whatever_they_have_in_common(office: Office) -> None:
    await office.identify("ada", email="ada@example.com")
    await trigger(office, Transient(ZOE), Transient(ZOE), recipients=[office.user("ada")])
    await office.work()
    assert len(office.emails()) == 3
    assert len({message.recipient for message in await all_messages(office)}) == 3


async def test_nobody_reaches_it_by_its_id(office: Office) -> None:
    """It is in no feed, has no messages of its own, and cannot be named in another trigger."""
    await trigger(office, Transient(ZOE), workflow="welcome")
    await office.work()
    journal = msgspec.json.decode((await rows(office))[0]["journal"])
    assert [entry["data"]["reason"] for entry in journal if entry["event"] == "step_skipped"] == ["no_feed"]
    (message,) = await all_messages(office)
    assert message.channel.key == "email"
    reference = message.recipient.place
    assert reference.collection == TRANSIENT
    found = await office.messaging.messages.list(office.environment_id, [reference], MessageFilter(), PageRequest(50))
    assert list(found.entries) == []
    await office.messaging.triggers.accept(
        office.environment_id, Trigger("mail", [Place(office.environment_id, TRANSIENT, reference.id)])
    )
    await office.work()
    assert len(await all_messages(office)) == 1


async def test_kinds_limit_it_like_anybody(office: Office) -> None:
    await trigger(office, Transient(ZOE, kinds=frozenset({"sms"})))
    await office.work()
    assert await all_messages(office) == []


async def test_its_profile_is_kept_while_the_run_goes_on_and_no_longer(office: Office) -> None:
    await trigger(office, Transient(ZOE), workflow="waiting")
    assert await left_of_zoe(office) == ["run_pages"]
    await office.work()
    assert await profiles(office) == [ZOE]
    await office.pass_time(timedelta(hours=1))
    assert await profiles(office) == [None]
    (message,) = await all_messages(office)
    assert message.status == "sent"
    assert await left_of_zoe(office) == []


async def test_a_cancelled_run_keeps_nothing_of_it(office: Office) -> None:
    await trigger(office, Transient(ZOE), workflow="waiting", cancellation_key="before")
    await office.messaging.runs.cancel(office.environment_id, "waiting", "before")
    await office.work()
    await trigger(office, Transient(ZOE), workflow="waiting", cancellation_key="amid")
    await office.work()
    assert sorted(await profiles(office), key=str) == [None, ZOE]
    await office.messaging.runs.cancel(office.environment_id, "waiting", "amid")
    assert await profiles(office) == [None, None]
    assert await left_of_zoe(office) == []
    assert {run.status for run in await all_runs(office)} == {"cancelled"}


async def left_of_zoe(office: Office) -> list[str]:
    """The tables that runs are kept in and that say something of her. What messages said is theirs."""
    tables = ("workflow_runs", "run_pages", "recipient_runs", "run_fanouts")
    statement = """
        SELECT count(*)
        FROM addressee.{} AS rows
        WHERE environment_id = $1
          AND (rows::text LIKE '%zoe@%' OR rows::text LIKE '%' || encode('zoe@', 'hex') || '%')
    """
    return [table for table in tables if await office.pool.fetchval(statement.format(table), office.environment_id)]


async def test_sending_needs_no_profile(office: Office) -> None:
    """It may be tried again long after the run is over."""
    await trigger(office, Transient(ZOE))
    (job,) = await office.jobs()
    assert job.name == "begin"
    await office.run(job)
    await office.pool.execute("DELETE FROM addressee.jobs WHERE id = $1", job.id)
    assert await profiles(office) == [None]
    await office.work()
    (message,) = await all_messages(office)
    assert message.status == "sent"


async def test_an_activity_names_it_as_gone(office: Office) -> None:
    await trigger(office, Transient(ZOE))
    await office.work()
    (message,) = await all_messages(office)
    found = await office.messaging.messages.activities(office.environment_id, message.id, {}, PageRequest(50))
    assert found is not None
    (activity,) = found.entries
    assert activity.recipient == Missing(message.recipient, message.inserted_at)


async def test_its_messages_are_marked_by_id(office: Office) -> None:
    await trigger(office, Transient(ZOE))
    await office.work()
    (message,) = await all_messages(office)
    (marked,) = await office.messaging.marks.mark(office.environment_id, [message.id], Mark.READ)
    assert marked.read_at == office.clock.now()
    assert (
        await office.messaging.marks.mark(office.environment_id, [message.id], Mark.SEEN, user=message.recipient.id)
        == []
    )


async def test_it_stays_when_others_of_the_run_are_erased(office: Office) -> None:
    await office.identify("ada", email="ada@example.com")
    await trigger(office, Transient(ZOE), recipients=[office.user("ada")])
    await office.work()
    await office.delete("ada")
    await office.work()
    (message,) = await all_messages(office)
    (run,) = await all_runs(office)
    assert (message.recipient.collection, run.recipient) == (TRANSIENT, message.recipient)


async def test_another_environment_finds_nothing(office: Office, other: Office) -> None:
    await trigger(office, Transient(ZOE))
    await office.work()
    (message,) = await all_messages(office)
    (run,) = await all_runs(office)
    assert await all_messages(other) == []
    assert await all_runs(other) == []
    assert await office.messaging.messages.get(other.environment_id, message.id) is None
    assert await office.messaging.runs.get(other.environment_id, run.id) is None


async def test_what_was_said_to_it_is_erased_in_time(office: Office) -> None:
    await trigger(office, Transient(ZOE))
    await office.work()
    (erasing,) = await office.jobs()
    assert (erasing.name, erasing.deferred) == ("erase", True)
    assert len(await all_messages(office)) == 1
    await office.work(deferred=True)
    assert {table: count for table, count in (await office.counts()).items() if count} == {}
