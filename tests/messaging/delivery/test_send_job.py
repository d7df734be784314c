"""E-mails over a real SMTP server that fails as the test says."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from addressee.messaging.delivery import attempts, send_job
from addressee.messaging.delivery.send_job import CLAIM
from addressee.messaging.messages.model import Message
from addressee.messaging.messages.status import Status
from tests.channels.mail_server import OK, MailServer, mail_server
from tests.channels.provider_server import Reply, Silence
from tests.messaging.feedback.told import POSTMARK, postmark, taken
from tests.messaging.office import FILES, Office
from tests.support.waiting import until

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
GREYLISTED = "450 4.2.1 greylisted"


@pytest.fixture
async def mail(office: Office) -> AsyncIterator[MailServer]:
    async with mail_server() as mail:
        await office.push(
            {
                "channels/email.yaml": SMTP.format(port=mail.port),
                "workflows/mail.yaml": MAIL_ONLY,
            }
        )
        yield mail


async def sent_to(office: Office, *ids: str) -> None:
    for id in ids:
        await office.identify(id, email=f"{id}@example.org")
    await office.trigger(*ids, workflow="mail")
    await office.work()


async def message_of(office: Office, id: str) -> Message:
    (message,) = await office.messages(id)
    return message


async def test_a_page_goes_over_a_few_connections(office: Office, mail: MailServer) -> None:
    ids = [f"user-{number}" for number in range(60)]
    await sent_to(office, *ids)
    assert sorted(mail.recipients) == sorted([f"{id}@example.org"] for id in ids)
    assert mail.connections <= 10
    assert len({each["message-id"] for each in mail.mails}) == 60


async def test_a_temporary_failure_is_tried_again(office: Office, mail: MailServer) -> None:
    mail.recipient_answer = GREYLISTED
    await sent_to(office, "ada")
    assert (await message_of(office, "ada")).status is Status.DELIVERY_ATTEMPTED
    assert mail.mails == []
    mail.recipient_answer = OK
    await office.work_after(timedelta(seconds=7))
    assert mail.mails == []
    await office.work_after(timedelta(seconds=6))
    message = await message_of(office, "ada")
    assert message.status is Status.SENT
    assert len(mail.mails) == 1
    assert await office.events(message) == [
        ("created", None),
        ("queued", None),
        (
            "delivery_attempted",
            {"attempt": 1, "max_attempts": 8, "retryable": True, "failure_details": "SMTP 450: 4.2.1 greylisted"},
        ),
        ("queued", None),
        ("sent", None),
    ]
    assert await office.jobs() == []


async def test_after_eight_attempts_it_is_given_up(office: Office, mail: MailServer) -> None:
    mail.recipient_answer = GREYLISTED
    began = office.clock.now()
    await sent_to(office, "ada")
    for _ in range(20):
        await office.work_after(timedelta(minutes=1))
    while await office.jobs():
        await office.work_after(timedelta(minutes=1))
    assert office.clock.now() - began < timedelta(minutes=30)
    message = await message_of(office, "ada")
    assert message.status is Status.UNDELIVERED
    events = await office.events(message)
    assert [data["attempt"] for event, data in events if event == "delivery_attempted"] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert events[-1] == (
        "undelivered",
        {"failure_reason": "retries_exhausted", "failure_details": "SMTP 450: 4.2.1 greylisted"},
    )


async def test_an_unknown_mailbox_bounces_and_the_others_get_theirs(office: Office, mail: MailServer) -> None:
    mail.refused["ada@example.org"] = "550 5.1.1 no such user"
    await sent_to(office, "ada", "bob")
    ada = await message_of(office, "ada")
    assert (ada.status, (await message_of(office, "bob")).status) == (Status.BOUNCED, Status.SENT)
    assert (await office.events(ada))[-1] == (
        "bounced",
        {"failure_reason": "fatal_error", "failure_details": "SMTP 550: 5.1.1 no such user"},
    )
    assert await office.jobs() == []


async def test_a_message_that_is_refused_is_not_delivered(office: Office, mail: MailServer) -> None:
    mail.data_answer = "554 5.7.1 looks like spam"
    await sent_to(office, "ada")
    message = await message_of(office, "ada")
    assert message.status is Status.UNDELIVERED
    assert (await office.events(message))[-1][1] == {
        "failure_reason": "fatal_error",
        "failure_details": "SMTP 554: 5.7.1 looks like spam",
    }


async def test_what_is_no_address_is_not_tried(office: Office, mail: MailServer) -> None:
    """And `explain` says why."""
    await office.identify("ada", email="not an address")
    await office.trigger("ada", workflow="mail")
    await office.work()
    assert await office.messages("ada") == []
    explained = await office.messaging.runs.explain(office.user("ada"), "mail")
    assert [step.obstacle for step in explained.steps] == [{"reason": "addresses_invalid"}]


async def test_who_is_deleted_before_the_email_leaves_gets_none(office: Office, mail: MailServer) -> None:
    mail.recipient_answer = GREYLISTED
    await sent_to(office, "ada", "bob")
    await office.delete("ada")
    await office.identify("ada", email="other@example.org")
    mail.recipient_answer = OK
    for job in await office.jobs():
        if job.name == "send":
            office.clock.move(timedelta(minutes=1))
            await office.run(job)
    assert mail.recipients == [["bob@example.org"]]
    assert (
        await office.pool.fetchval(
            "SELECT count(*) FROM addressee.sends WHERE environment_id = $1 AND due_at IS NOT NULL",
            office.environment_id,
        )
        == 0
    )


async def test_a_worker_that_dies_leaves_its_sends_to_be_tried_again(office: Office, mail: MailServer) -> None:
    await office.identify("ada", email="ada@example.org")
    await office.trigger("ada", workflow="mail")
    for _ in range(2):
        for job in await office.jobs():
            if job.name != "send":
                await office.run(job)
                await office.pool.execute("DELETE FROM addressee.jobs WHERE id = $1", job.id)
    # Another worker claimed the send and was killed.
    claimed_until = office.clock.now() + CLAIM
    await office.pool.execute(
        "UPDATE addressee.sends SET due_at = $2 WHERE environment_id = $1", office.environment_id, claimed_until
    )
    await office.work()
    assert mail.mails == []
    await office.work_after(CLAIM)
    assert len(mail.mails) == 1
    assert (await message_of(office, "ada")).status is Status.SENT


async def test_an_unreachable_server_is_only_a_delay(office: Office) -> None:
    await office.push({"channels/email.yaml": SMTP.format(port=1), "workflows/mail.yaml": MAIL_ONLY})
    await sent_to(office, "ada", "bob")
    assert (await message_of(office, "bob")).status is Status.DELIVERY_ATTEMPTED
    async with mail_server() as mail:
        await office.push({"channels/email.yaml": SMTP.format(port=mail.port), "workflows/mail.yaml": MAIL_ONLY})
        await office.work_after(timedelta(seconds=12))
        assert len(mail.mails) == 2


async def test_the_outbox_has_a_folder_for_each_environment(office: Office) -> None:
    await office.push(FILES)
    await office.identify("ada", email="ada@example.org")
    await office.trigger("ada")
    await office.work()
    name = await office.pool.fetchval("SELECT name FROM addressee.environments WHERE id = $1", office.environment_id)
    assert [file.parent.name for file in office.emails()] == [name]


@pytest.mark.parametrize("name", ["m\0", "m" * 1_001, "\U0001f98a" * 300])
async def test_a_name_that_cannot_be_stored_is_none_and_nothing_is_sent_again(office: Office, name: str) -> None:
    """A record that fails fails for all of a batch, which is then sent again, and again."""
    async with postmark(office) as server:
        server.answer = lambda request: Reply(200, {"ErrorCode": 0, "MessageID": name})
        await sent_to(office, "ada", "bob")
        assert [(await message_of(office, id)).status for id in ("ada", "bob")] == [Status.SENT] * 2
        await office.work_after(CLAIM)
        assert len(server.received) == 2


@pytest.mark.parametrize(
    ("when_unconfirmed", "status"), [("retry", Status.DELIVERY_ATTEMPTED), ("stop", Status.UNDELIVERED)]
)
async def test_a_worker_that_is_stopped_records_what_it_has_sent(
    office: Office, monkeypatch: pytest.MonkeyPatch, when_unconfirmed: str, status: Status
) -> None:
    """What was under way may have been sent, like a message whose provider does not answer."""
    answered: list[object] = []

    async def watched(*arguments: Any) -> Any:
        answered.append(await attempts.deliver(*arguments))
        return answered[-1]

    async def all_but_one() -> bool:
        return (len(server.received), len(answered)) == (3, 2)

    monkeypatch.setattr(send_job, "deliver", watched)
    async with postmark(office) as server:
        server.answer = lambda request: Silence(closes=False) if "bob" in request.json["To"] else taken(request)
        channel = POSTMARK.format(url=server.url, addresses="primary") + f"  when_unconfirmed: {when_unconfirmed}\n"
        await office.push({"channels/email.yaml": channel, "workflows/mail.yaml": MAIL_ONLY})
        working = asyncio.create_task(sent_to(office, "ada", "bob", "cyd"))
        await until(all_but_one)
        working.cancel()
        await asyncio.wait({working})
        server.answer = taken
        assert [(await message_of(office, id)).status for id in ("ada", "bob", "cyd")] == [
            Status.SENT,
            status,
            Status.SENT,
        ]
        await office.work()
        await office.work_after(timedelta(minutes=2))
        assert len(server.received) == (4 if when_unconfirmed == "retry" else 3)
