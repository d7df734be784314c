"""Who is deleted with the history kept: gone for everybody, and what was said to them can still be looked up."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from addressee.database.paging import PageRequest
from addressee.directory.edits.recipients import Delete, History, Identify
from addressee.directory.recipient import TENANTS, Identity, Place, Recipient
from addressee.directory.writing.erase import Erase
from addressee.directory.writing.writes import Write
from addressee.messaging.delivery.send_job import CLAIM
from addressee.messaging.lifecycle.erasure import erase_people, gone
from addressee.messaging.lifecycle.retained import forget_retained
from addressee.messaging.messages.activities import Activity
from addressee.messaging.messages.listing import MessageFilter
from addressee.messaging.messages.marks.bulk import Action, Selection
from addressee.messaging.messages.marks.mark import Mark, MarkResult
from addressee.messaging.messages.model import Message
from addressee.messaging.messages.status import Status
from addressee.messaging.recipients.people import Missing
from addressee.messaging.runs.contexts.reading import read_contexts
from addressee.messaging.runs.listing import RunDetails, RunFilter
from addressee.messaging.runs.passes import passes
from addressee.messaging.steps.run import RunStatus
from tests.channels.mail_server import MailServer, mail_server
from tests.messaging.delivery.test_send_job import GREYLISTED, MAIL_ONLY, SMTP, message_of, sent_to
from tests.messaging.lifecycle.test_erasure import kept_of_memberships, membership, notified
from tests.messaging.office import FILES, WELCOME, Office
from tests.messaging.schedules.test_scheduler import DAILY_AT_NINE, schedule

WAITING = WELCOME.replace("steps:\n", "steps:\n  - ref: wait\n    delay: {days: 3}\n")
DELAYED = {**FILES, "workflows/waiting.yaml": WAITING}


async def depart(office: Office, id: str) -> None:
    await office.directory.write(Write(place(office, id), (Delete(History.KEPT),)))


def place(office: Office, id: str) -> Place:
    return office.user(id)


async def everybodys(office: Office, **filter: Any) -> Sequence[Message]:
    found = await office.messaging.messages.list(office.environment_id, None, MessageFilter(**filter), PageRequest(50))
    return found.entries


async def runs(office: Office, **filter: Any) -> Sequence[RunDetails]:
    return (await office.messaging.runs.list(office.environment_id, RunFilter(**filter), PageRequest(50))).entries


async def departed(office: Office) -> list[tuple[str, UUID]]:
    rows = await office.pool.fetch(
        "SELECT id, uid FROM addressee.departed WHERE environment_id = $1 ORDER BY departed_at", office.environment_id
    )
    return [tuple(row) for row in rows]


async def activity(office: Office, message: Message) -> Activity:
    found = await office.messaging.messages.activities(office.environment_id, message.id, {}, PageRequest(50))
    assert found is not None
    (only,) = found.entries
    return only


async def forgotten(office: Office, id: str) -> int:
    """Forgets who departed, and says how many these were."""
    async with office.pool.acquire() as connection, connection.transaction():
        return len(await forget_retained(connection, place(office, id)))


async def settle(office: Office) -> None:
    """Has everything happen that is due, and the second sweep."""
    await office.pass_time(timedelta(seconds=1))
    await office.work_after(timedelta(minutes=5))
    await office.pass_time(timedelta(seconds=1))


async def test_messages_and_runs_stay_and_are_found(office: Office) -> None:
    await notified(office, "ada", "bob")
    before = {message.id: message for message in await everybodys(office)}
    events = {message.id: await office.events(message) for message in before.values()}
    ran = await runs(office)
    counts = await office.counts()

    await depart(office, "ada")
    for _ in range(2):
        assert {message.id: message for message in await everybodys(office)} == before
        assert {message.id: await office.events(message) for message in before.values()} == events
        assert await runs(office) == ran
        assert await office.counts() == counts
        await settle(office)
    assert await office.jobs() == []

    environment_id = office.environment_id
    for message in before.values():
        assert await office.messaging.messages.get(environment_id, message.id) == message
        assert len(await office.messaging.messages.contents(environment_id, [message.id])) == 1
        assert len(await everybodys(office, message_ids=[message.id])) == 1
        assert await office.messaging.messages.delivery_logs(environment_id, message.id, PageRequest(50)) is not None
    for run in ran:
        assert await office.messaging.runs.get(environment_id, run.id) == run
    for filter in ({"source": "welcome"}, {"run_id": ran[0].run_id}, {"statuses": [Status.SENT, Status.DELIVERED]}):
        assert len(await everybodys(office, **filter)) == 4
    assert len(await runs(office, workflow="welcome", statuses=[RunStatus.COMPLETED])) == 2


async def test_the_person_is_gone_for_everybody(office: Office) -> None:
    await notified(office, "ada", "bob")
    ada = await office.directory.read(place(office, "ada"))
    bob = await office.directory.read(place(office, "bob"))
    assert ada is not None
    assert bob is not None
    await office.directory.write(Write(Place(office.environment_id, TENANTS, "acme"), (Identify(),)))
    await membership(office, "ada", "acme")
    await office.directory.subscriptions.add(ada, [bob])
    await office.directory.subscriptions.add(bob, [ada])
    await schedule(office, office.user("ada"), timing=DAILY_AT_NINE)
    (mail, _, *_) = await office.messages("ada")

    await depart(office, "ada")
    assert await office.directory.read(place(office, "ada")) is None
    assert len(await office.messages("ada")) == 0
    assert len((await office.feed("ada")).items.entries) == 0
    assert len(await runs(office, recipient=office.user("ada"))) == 0
    assert (await activity(office, mail)).recipient == Missing(ada.identity, office.clock.now())
    await settle(office)

    for table in ("subscriptions", "schedules"):
        rows = await office.pool.fetchval(
            f"SELECT count(*) FROM addressee.{table} WHERE environment_id = $1", office.environment_id
        )
        assert rows == 0, table
    assert await kept_of_memberships(office) == (0, 0)
    values = await office.pool.fetch(
        """
        SELECT edit, before, after FROM addressee.changes
        WHERE environment_id = $1 AND collection = '$users' AND id = 'ada'
        ORDER BY version
        """,
        office.environment_id,
    )
    assert [tuple(row) for row in values] == [("identify", None, None), ("delete", None, None)]


async def test_who_has_the_id_next_has_none_of_it(office: Office) -> None:
    await notified(office, "ada")
    kept = await everybodys(office)
    await depart(office, "ada")
    await office.identify("ada", email="other@example.com")
    assert len(await office.messages("ada")) == 0
    assert (await office.feed("ada")).total == 0
    assert len(await runs(office, recipient=office.user("ada"))) == 0
    assert isinstance((await activity(office, kept[0])).recipient, Missing)
    await office.trigger("ada")
    await office.work()
    assert len(await office.messages("ada")) == 2
    assert len(await everybodys(office)) == 4
    # The new one is deleted as other dialects delete: what was kept of the first stays.
    await office.delete("ada")
    await settle(office)
    assert await everybodys(office) == kept
    assert len(await runs(office)) == 1


async def test_nothing_is_done_any_more_with_what_is_kept(office: Office) -> None:
    await notified(office, "ada", "bob")
    await depart(office, "ada")
    await office.identify("ada")
    kept = [message for message in await everybodys(office) if message.recipient.id == "ada"]
    told = next(message for message in kept if message.channel.key == "in-app")
    messaging, environment_id = office.messaging, office.environment_id
    ids = [message.id for message in kept]
    assert await messaging.marks.mark(environment_id, ids, Mark.SEEN) == []
    assert await messaging.marks.mark(environment_id, ids, Mark.READ, user="ada") == []
    assert await messaging.marks.mark_each(environment_id, {told.id: Mark.READ}) == {told.id: MarkResult.MISSING}
    assert await messaging.messages.get_living(environment_id, told.id) is None
    operation = await messaging.marks.mark_all(environment_id, Action.READ, Selection(channel_id=told.channel.id))
    assert operation.total == 1
    assert await messaging.messages.get(environment_id, told.id) == told


async def test_runs_that_wait_end_at_once(office: Office) -> None:
    await office.push(DELAYED)
    for id in ("ada", "bob"):
        await office.identify(id)
    await office.trigger("ada", "bob", workflow="waiting")
    await office.work()
    await depart(office, "ada")
    await office.work()
    await office.pass_time(timedelta(seconds=1))
    (of_ada,) = [run for run in await runs(office) if run.recipient.id == "ada"]
    assert of_ada.status is RunStatus.COMPLETED
    assert [(event.event, event.status, event.data) for event in of_ada.events[1:]] == [
        ("error", "error", {"reason": "recipient_missing"}),
        ("run_completed", "ok", None),
    ]
    assert [run.status for run in await runs(office) if run.recipient.id == "bob"] == [RunStatus.PAUSED]
    await settle(office)
    assert await office.jobs() == []


async def test_a_run_that_others_hold_at_this_moment_is_not_waited_for(office: Office) -> None:
    """They wake it or cancel it, and may wait for another one that the job holds."""
    await office.push(DELAYED)
    ada = await office.identify("ada")
    await office.trigger("ada", workflow="waiting")
    await office.work()
    await depart(office, "ada")
    erase = Erase([Identity(*place(office, "ada"), ada.uid)])
    held = "SELECT FROM addressee.recipient_runs WHERE environment_id = $1 FOR UPDATE"
    async with office.pool.acquire() as connection, connection.transaction():
        await connection.execute(held, office.environment_id)
        async with asyncio.timeout(10):
            await office.carry_out(erase)
    await office.carry_out(erase)
    await office.pass_time(timedelta(seconds=1))
    assert [run.status for run in await runs(office)] == [RunStatus.COMPLETED]


@pytest.fixture
async def mail(office: Office) -> AsyncIterator[MailServer]:
    async with mail_server() as mail:
        await office.push({"channels/email.yaml": SMTP.format(port=mail.port), "workflows/mail.yaml": MAIL_ONLY})
        yield mail


async def asked_to_wait(office: Office) -> None:
    """The provider has asked for an hour."""
    await office.pool.execute(
        "UPDATE addressee.sends SET due_at = $2 WHERE environment_id = $1",
        office.environment_id,
        office.clock.now() + timedelta(hours=1),
    )


async def test_sends_that_wait_end_at_once(office: Office, mail: MailServer) -> None:
    mail.recipient_answer = GREYLISTED
    await sent_to(office, "ada", "bob")
    await asked_to_wait(office)
    await depart(office, "ada")
    await office.work()
    (of_ada,) = [message for message in await everybodys(office) if message.recipient.id == "ada"]
    assert of_ada.status is Status.NOT_SENT
    assert (await office.events(of_ada))[-2:] == [("queued", None), ("not_sent", {"reason": "recipient_missing"})]
    assert (await message_of(office, "bob")).status is Status.DELIVERY_ATTEMPTED
    assert mail.mails == []


async def test_a_send_that_is_being_tried_is_left_alone(office: Office, mail: MailServer) -> None:
    ada = await office.identify("ada", email="ada@example.org")
    run_id = await office.trigger("ada", workflow="mail")
    (job,) = [job for job in await office.jobs() if job.name == "begin"]
    await office.run(job)
    claimed_until = office.clock.now() + CLAIM
    await office.pool.execute("UPDATE addressee.sends SET due_at = $2 WHERE run_id = $1", run_id, claimed_until)
    await depart(office, "ada")
    await office.carry_out(Erase([Identity(*place(office, "ada"), ada.uid)]))
    due_at = await office.pool.fetchval("SELECT due_at FROM addressee.sends WHERE run_id = $1", run_id)
    assert due_at == claimed_until


async def test_a_page_that_is_stored_after_the_deletion_is_kept_and_what_waits_in_it_ends(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.push(DELAYED)
    await office.identify("ada", email="ada@example.com")
    asked = 0

    async def deleted_meanwhile(*arguments: Any) -> Any:
        """A worker has read Ada, and stores what follows once she is deleted and the job is through."""
        nonlocal asked
        contexts = await read_contexts(*arguments)
        asked += 1
        if asked == 2:
            await depart(office, "ada")
            for job in await office.jobs():
                if job.name == "erase":
                    await office.run(job)
        return contexts

    await office.trigger("ada")
    await office.trigger("ada", workflow="waiting")
    monkeypatch.setattr(passes, "read_contexts", deleted_meanwhile)
    for job in [job for job in await office.jobs() if job.name == "begin"]:
        await office.run(job)
    assert asked == 2
    assert {run.status for run in await runs(office)} == {RunStatus.COMPLETED, RunStatus.PAUSED}
    await office.work()
    await settle(office)
    assert {run.status for run in await runs(office)} == {RunStatus.COMPLETED}
    sent, told = await everybodys(office)
    assert (sent.status, told.status) == (Status.NOT_SENT, Status.DELIVERED)
    assert office.emails() == []


async def test_a_job_that_died_half_way_is_done_again_and_changes_nothing_more(office: Office) -> None:
    await notified(office, "guest", "ada")
    ada = await office.identify("ada", email="ada@example.com")
    await office.merge("ada", "guest")
    await depart(office, "ada")
    job = Erase([Identity(*place(office, "ada"), ada.uid)])
    await erase_people(office.pool, await gone(office.pool, job.people))
    kept = await everybodys(office)
    assert len(kept) == 4
    for _ in range(2):
        await office.carry_out(job)
    await settle(office)
    assert await everybodys(office) == kept
    assert [run.recipient.id for run in await runs(office)] == ["ada", "ada"]


async def test_what_followed_a_merge_is_kept_and_shown_under_the_one_who_departed(office: Office) -> None:
    await office.push(DELAYED)
    ada = await office.identify("ada")
    guest = await office.identify("guest")
    await office.identify("bob")
    await office.trigger("guest")
    await office.work()
    (old,) = await office.messages("guest")
    office.clock.move(timedelta(days=31))
    await office.trigger("guest")
    await office.trigger("bob", actor=office.user("guest"))
    await office.trigger("guest", workflow="waiting")
    await office.work()
    merge = await office.merge("ada", "guest")
    (followed,) = await office.messages("ada")
    await depart(office, "ada")
    await settle(office)

    assert {message.recipient.id for message in await everybodys(office)} == {"ada", "bob"}
    assert await office.messaging.messages.get(office.environment_id, followed.id) is not None
    of_guest = [run for run in await runs(office) if run.recipient.id == "ada"]
    assert len(of_guest) == 3
    assert {run.recipient.uid for run in of_guest} == {merge.primary_uid}
    assert {run.status for run in of_guest} == {RunStatus.COMPLETED}
    (to_bob,) = await office.messages("bob")
    departed_at = (await tombstone(office, "ada")).updated_at
    assert (await activity(office, to_bob)).actor == Missing(ada.identity, departed_at)
    (of_bob,) = await runs(office, recipient=office.user("bob"))
    assert of_bob.actor is not None
    assert of_bob.actor.place == office.user("ada")
    # What was older than 30 days did not follow, and is not kept.
    rows = await office.pool.fetchval(
        "SELECT count(*) FROM addressee.messages WHERE environment_id = $1 AND uid = $2",
        office.environment_id,
        guest.uid,
    )
    assert rows == 0
    assert await office.messaging.messages.get(office.environment_id, old.id) is None

    # Purging the guest's id does not take what went over.
    await office.messaging.lifecycle.purge(office.directory, place(office, "guest"))
    assert len([run for run in await runs(office) if run.recipient.id == "ada"]) == 3
    assert await office.messaging.messages.get(office.environment_id, followed.id) is not None

    # Forgetting the primary takes everything.
    assert await office.messaging.lifecycle.forget(office.directory, place(office, "ada"))
    await settle(office)
    assert [run.recipient.id for run in await runs(office)] == ["bob"]
    assert [message.recipient.id for message in await everybodys(office)] == ["bob"]
    merges = await office.pool.fetchval(
        "SELECT count(*) FROM addressee.merges WHERE environment_id = $1", office.environment_id
    )
    assert merges == 0


async def tombstone(office: Office, id: str) -> Recipient:
    found = await office.directory.reader.find(place(office, id))
    assert found is not None
    return found


async def test_what_is_being_sent_during_a_merge_still_follows_to_the_one_who_departed(
    office: Office, mail: MailServer
) -> None:
    mail.recipient_answer = GREYLISTED
    await office.identify("ada")
    await sent_to(office, "guest")
    await asked_to_wait(office)
    await office.merge("ada", "guest")
    await depart(office, "ada")
    await settle(office)
    for _ in range(4):
        await office.work_after(timedelta(minutes=40))
    (message,) = await everybodys(office)
    assert message.status is Status.NOT_SENT
    assert message.recipient.id == "ada"


@pytest.mark.parametrize("history", History)
async def test_what_is_being_sent_during_a_merge_is_not_that_of_who_has_the_id_next(
    office: Office, mail: MailServer, history: History
) -> None:
    mail.recipient_answer = GREYLISTED
    await office.identify("ada")
    await sent_to(office, "guest")
    await asked_to_wait(office)
    messaging, environment_id = office.messaging, office.environment_id
    await office.merge("ada", "guest")
    await office.identify("guest")
    (waiting,) = await everybodys(office)
    assert waiting.recipient.id == "ada"
    assert await messaging.messages.get_living(environment_id, waiting.id, user="guest") is None
    assert await messaging.marks.mark(environment_id, [waiting.id], Mark.SEEN, user="guest") == []
    assert await messaging.messages.get_living(environment_id, waiting.id, user="ada") == waiting
    (marked,) = await messaging.marks.mark(environment_id, [waiting.id], Mark.SEEN, user="ada")
    assert marked.seen_at == office.clock.now()

    await office.directory.write(Write(place(office, "ada"), (Delete(history),)))
    await office.identify("ada")
    for id in ("ada", "guest"):
        assert await messaging.messages.get_living(environment_id, waiting.id, user=id) is None
        assert await messaging.marks.mark(environment_id, [waiting.id], Mark.UNSEEN, user=id) == []
