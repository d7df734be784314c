"""Messages that failed are sent again, over a real SMTP server: once for each time that it is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from addressee.directory.edits.addresses import AddAddress
from addressee.directory.recipient import Document
from addressee.directory.writing.writes import Write
from addressee.messaging.delivery.resending import Resending
from addressee.messaging.errors import AlreadyResentError, NotResendableError
from addressee.messaging.messages.model import Address, Message
from addressee.messaging.messages.status import Status
from addressee.messaging.suppressions.model import Reason, Suppression, position_of
from tests.channels.mail_server import OK, MailServer, mail_server
from tests.messaging.delivery.test_send_job import MAIL_ONLY, SMTP
from tests.messaging.office import IN_APP, Office

SPAM = "554 5.7.1 looks like spam"


@pytest.fixture
async def mail(office: Office) -> AsyncIterator[MailServer]:
    async with mail_server() as mail:
        await office.push(
            {
                "channels/email.yaml": SMTP.format(port=mail.port) + "  addresses: all\n",
                "channels/in-app.yaml": IN_APP,
                "workflows/mail.yaml": MAIL_ONLY,
                "workflows/feed.yaml": "steps:\n  - {ref: feed, channel: in-app, template: {body: Hello}}",
            }
        )
        yield mail


async def refused(office: Office, mail: MailServer, **trigger: Any) -> Message:
    """Returns a message that the server refused for good; it takes the next ones."""
    await office.identify("ada", email="ada@example.org")
    mail.data_answer = SPAM
    await office.trigger("ada", workflow="mail", **trigger)
    await office.work()
    mail.data_answer = OK
    office.clock.move(timedelta(seconds=1))
    return await message_of(office)


async def message_of(office: Office) -> Message:
    (message,) = await office.messages("ada")
    return message


async def send_again(office: Office, message: Message, times: int = 0) -> Resending:
    return await office.messaging.resender.send_again(office.environment_id, message.id, times)


async def obstacle(office: Office, message: Message) -> Document | None:
    planned = await office.messaging.resender.plan(office.environment_id, message.id)
    if planned.obstacle is not None:
        with pytest.raises(NotResendableError):
            await send_again(office, message, planned.times)
    return planned.obstacle


async def test_a_message_that_was_refused_arrives_when_it_is_sent_again(office: Office, mail: MailServer) -> None:
    message = await refused(office, mail)
    planned = await send_again(office, message)
    assert [each.send.address.value for each in planned.sent] == ["ada@example.org"]
    assert (await message_of(office)).status is Status.QUEUED
    await office.work()
    assert (await message_of(office)).status is Status.SENT
    assert mail.recipients == [["ada@example.org"]]
    assert [event for event, _ in await office.events(message)] == [
        "created",
        "queued",
        "undelivered",
        "queued",
        "sent",
    ]
    assert (await office.events(message))[3] == ("queued", {"reason": "sent_again"})
    assert await office.jobs() == []


async def test_a_message_that_follows_a_merge_meanwhile_is_sent_again_all_the_same(
    office: Office, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = await refused(office, mail)
    await office.identify("carl", email="ada@example.org")
    resender = office.messaging.resender
    plan = resender.plan

    async def plan_and_merge(environment_id: int, message_id: str) -> Resending:
        planned = await plan(environment_id, message_id)
        await office.merge("carl", "ada")
        return planned

    monkeypatch.setattr(resender, "plan", plan_and_merge)
    await send_again(office, message)
    (message,) = await office.messages("carl")
    assert message.status is Status.QUEUED
    await office.work()
    (message,) = await office.messages("carl")
    assert message.status is Status.SENT
    assert mail.recipients == [["ada@example.org"]]


async def test_it_is_sent_once_however_often_the_same_is_asked_for(office: Office, mail: MailServer) -> None:
    message = await refused(office, mail)
    asked = await asyncio.gather(*(send_again(office, message) for _ in range(5)), return_exceptions=True)
    assert [isinstance(each, Resending) for each in asked].count(True) == 1
    assert [isinstance(each, AlreadyResentError) for each in asked].count(True) == 4
    await office.work()
    with pytest.raises(AlreadyResentError):
        await send_again(office, message)
    await office.work()
    assert len(mail.mails) == 1


async def test_what_failed_again_is_not_sent_by_who_knew_the_time_before_only(office: Office, mail: MailServer) -> None:
    message = await refused(office, mail)
    mail.data_answer = SPAM
    await send_again(office, message)
    await office.work()
    assert (await message_of(office)).status is Status.UNDELIVERED
    mail.data_answer = OK
    with pytest.raises(AlreadyResentError):
        await send_again(office, message)
    await send_again(office, message, times=1)
    await office.work()
    assert len(mail.mails) == 1


async def test_it_is_tried_as_often_as_the_first_time(office: Office, mail: MailServer) -> None:
    message = await refused(office, mail)
    mail.data_answer = "451 4.3.0 later"
    await send_again(office, message)
    await office.work()
    assert (await message_of(office)).status is Status.DELIVERY_ATTEMPTED
    mail.data_answer = OK
    await office.work_after(timedelta(seconds=13))
    assert (await message_of(office)).status is Status.SENT
    assert len(mail.mails) == 1


async def test_what_arrived_or_is_under_way_is_not_sent_again(office: Office, mail: MailServer) -> None:
    await office.identify("ada", email="ada@example.org")
    await office.trigger("ada", workflow="mail")
    await office.work()
    assert await obstacle(office, await message_of(office)) == {"reason": "not_failed"}


async def test_a_message_in_the_feed_is_not_sent_again(office: Office, mail: MailServer) -> None:
    await office.identify("ada")
    await office.trigger("ada", workflow="feed")
    await office.work()
    assert await obstacle(office, await message_of(office)) == {"reason": "never_addressed"}


async def test_a_rehearsal_is_not_sent_again(office: Office, mail: MailServer) -> None:
    await office.identify("ada", email="ada@example.org")
    await office.trigger("ada", workflow="mail", sandbox=True)
    await office.work()
    message = await message_of(office)
    assert message.status is Status.NOT_SENT
    assert await obstacle(office, message) == {"reason": "never_addressed"}


async def test_a_suppressed_address_is_not_written_to_again(office: Office, mail: MailServer) -> None:
    message = await refused(office, mail)
    kind, key = position_of(Address("email", "ada@example.org"))
    entry = Suppression(kind, key, Reason.MANUAL, office.clock.now())
    await office.messaging.suppressions.add(office.environment_id, [entry])
    found = await obstacle(office, message)
    assert found is not None
    assert (found["reason"], found["because"]) == ("suppressed", "manual")


async def test_an_address_that_was_taken_away_is_not_written_to_again(office: Office, mail: MailServer) -> None:
    message = await refused(office, mail)
    await office.identify("ada", email="other@example.org")
    assert await obstacle(office, message) == {"reason": "address_missing"}


async def test_nothing_is_sent_again_to_the_deleted(office: Office, mail: MailServer) -> None:
    message = await refused(office, mail)
    await office.delete("ada")
    found = await obstacle(office, message)
    assert found in ({"reason": "recipient_missing"}, {"reason": "never_addressed"})
    await office.work()
    assert mail.mails == []


async def test_a_message_of_another_environment_is_none(office: Office, other: Office, mail: MailServer) -> None:
    message = await refused(office, mail)
    assert await obstacle(other, message) == {"reason": "never_addressed"}


async def test_only_those_sends_of_a_message_are_tried_again_that_failed(office: Office, mail: MailServer) -> None:
    await office.identify("ada", email="ada@example.org")
    await office.directory.write(Write(office.user("ada"), (AddAddress("email", "ada@example.net"),)))
    mail.refused["ada@example.net"] = "554 5.7.1 not here"
    await office.trigger("ada", workflow="mail")
    await office.work()
    message = await message_of(office)
    assert message.status is Status.SENT
    mail.refused.clear()
    planned = await send_again(office, message)
    assert [each.send.address.value for each in planned.failed] == ["ada@example.net"]
    assert (await message_of(office)).status is Status.SENT
    await office.work()
    assert mail.recipients == [["ada@example.org"], ["ada@example.net"]]
    with pytest.raises(AlreadyResentError):
        await send_again(office, message)


async def test_attachments_that_are_deleted_cannot_be_sent_again(office: Office, mail: MailServer) -> None:
    file = {"name": "a.txt", "content_type": "text/plain", "content": "aGVsbG8="}
    message = await refused(office, mail, data={"attachments": [file]})
    await office.pool.execute("DELETE FROM addressee.attachments WHERE environment_id = $1", office.environment_id)
    assert await obstacle(office, message) == {"reason": "attachments_deleted"}
