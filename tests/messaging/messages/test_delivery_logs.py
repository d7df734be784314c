"""What providers answered, for an operator to read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from addressee.channels.sender import MAX_LOGGED_LENGTH
from addressee.database.paging import PageRequest, page_request
from addressee.messaging.messages.delivery_logs import DeliveryLog
from addressee.messaging.messages.model import Message
from tests.channels.mail_server import OK, MailServer, mail_server
from tests.messaging.delivery.test_obstacles import opt_out, run
from tests.messaging.delivery.test_send_job import GREYLISTED, MAIL_ONLY, SMTP, message_of, sent_to
from tests.messaging.office import Office


@pytest.fixture
async def mail(office: Office) -> AsyncIterator[MailServer]:
    async with mail_server() as mail:
        await office.push({"channels/email.yaml": SMTP.format(port=mail.port), "workflows/mail.yaml": MAIL_ONLY})
        yield mail


async def logs(office: Office, message: Message) -> list[DeliveryLog]:
    found = await office.messaging.messages.delivery_logs(office.environment_id, message.id, PageRequest(50))
    assert found is not None
    return list(found.entries)


async def send_id(office: Office, message: Message) -> str:
    id: str = await office.pool.fetchval(
        "SELECT id FROM addressee.sends WHERE environment_id = $1 AND message_id = $2",
        office.environment_id,
        message.id,
    )
    return id


async def test_what_was_asked_and_answered(office: Office, mail: MailServer) -> None:
    await sent_to(office, "ada")
    message = await message_of(office, "ada")
    (log,) = await logs(office, message)
    assert log.service == "smtp"
    assert log.request == {
        "method": "POST",
        "host": f"127.0.0.1:{mail.port}",
        "path": "/",
        "body": {
            "id": await send_id(office, message),
            "from": "Example <hello@example.com>",
            "to": "ada@example.org",
        },
    }
    assert log.response == {"status": 250, "body": OK.removeprefix("250 ")}
    assert log.inserted_at == message.updated_at


async def test_each_attempt_is_logged(office: Office, mail: MailServer) -> None:
    mail.recipient_answer = GREYLISTED
    await sent_to(office, "ada")
    mail.recipient_answer = OK
    await office.work_after(timedelta(seconds=13))
    message = await message_of(office, "ada")
    first, second = await logs(office, message)
    assert (first.response, second.response["status"]) == ({"status": 450, "body": "4.2.1 greylisted"}, 250)
    assert first.inserted_at < second.inserted_at
    assert first.id < second.id


async def test_they_come_by_pages_oldest_first(office: Office, mail: MailServer) -> None:
    mail.recipient_answer = GREYLISTED
    await sent_to(office, "ada")
    for _ in range(4):
        await office.work_after(timedelta(minutes=3))
    message = await message_of(office, "ada")
    whole = await logs(office, message)
    assert len(whole) >= 3
    seen: list[DeliveryLog] = []
    after = before = None
    for _ in whole:
        part = await office.messaging.messages.delivery_logs(
            office.environment_id, message.id, page_request(1, after, None, str)
        )
        assert part is not None
        seen += part.entries
        after, before = part.after, part.before
    assert (seen, after) == (whole, None)
    part = await office.messaging.messages.delivery_logs(
        office.environment_id, message.id, page_request(1, None, before, str)
    )
    assert part is not None
    assert list(part.entries) == [whole[-2]]


async def test_a_server_that_does_not_answer(office: Office, mail: MailServer) -> None:
    await office.push({"channels/email.yaml": SMTP.format(port=1), "workflows/mail.yaml": MAIL_ONLY})
    await sent_to(office, "ada")
    (log,) = await logs(office, await message_of(office, "ada"))
    assert log.response == {"status": None, "body": "127.0.0.1 cannot be used: SMTPConnectError"}


async def test_a_long_answer_is_cut(office: Office, mail: MailServer) -> None:
    mail.data_answer = "554 5.7.1 " + "no " * 160
    await sent_to(office, "ada")
    (log,) = await logs(office, await message_of(office, "ada"))
    assert log.response["status"] == 554
    assert len(log.response["body"]) <= MAX_LOGGED_LENGTH


async def test_nothing_is_logged_where_no_provider_was_asked(office: Office, mail: MailServer) -> None:
    await office.identify("ada", email="ada@example.org")
    await office.trigger("ada", workflow="mail")
    await run(office, "begin")
    await opt_out(office)
    await office.work()
    assert await logs(office, await message_of(office, "ada")) == []


async def test_the_outbox_says_which_file(office: Office) -> None:
    await office.push()
    await office.identify("ada", email="ada@example.org")
    await office.trigger("ada")
    await office.work()
    mail = next(message for message in await office.messages("ada") if message.step_ref == "email")
    (log,) = await logs(office, mail)
    assert (log.service, log.request["path"], log.response["status"]) == ("outbox", f"/{office.emails()[0].name}", 201)
    feed = next(message for message in await office.messages("ada") if message.step_ref == "in-app")
    assert await logs(office, feed) == []


async def test_they_are_erased_with_their_message(office: Office, mail: MailServer) -> None:
    await sent_to(office, "ada", "bob")
    ada, bob = await message_of(office, "ada"), await message_of(office, "bob")
    await office.delete("ada")
    assert await office.messaging.messages.delivery_logs(office.environment_id, ada.id, PageRequest(50)) is None
    await office.work()
    left = await office.pool.fetch(
        "SELECT message_id FROM addressee.delivery_logs WHERE environment_id = $1", office.environment_id
    )
    assert [row["message_id"] for row in left] == [bob.id]


async def test_what_is_not_there(office: Office, other: Office, mail: MailServer) -> None:
    await sent_to(office, "ada")
    message = await message_of(office, "ada")
    assert await office.messaging.messages.delivery_logs(office.environment_id, "none", PageRequest(50)) is None
    assert await other.messaging.messages.delivery_logs(other.environment_id, message.id, PageRequest(50)) is None
