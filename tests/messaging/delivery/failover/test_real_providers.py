"""Stand-ins over real SMTP servers, and providers on loopback that tell later what became of messages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from addressee.directory.edits.recipients import Identify, SetChannelData
from addressee.directory.writing.writes import Write
from addressee.messaging.messages.model import Message
from addressee.messaging.messages.status import Status
from tests.channels.mail_server import mail_server
from tests.channels.provider_server import ReceivedRequest, Reply, provider_server
from tests.messaging.delivery.test_chat import HELLO, SLACK
from tests.messaging.delivery.test_send_job import MAIL_ONLY, SMTP
from tests.messaging.feedback.told import POSTMARK, bounce, call, taken
from tests.messaging.office import Office

BACKUP = SMTP.replace("hello@example.com", "backup@example.net")
HOOK = """
type: chat
provider: slack
settings:
  bot_token: xoxb-{name}
  endpoint: {url}
"""


async def send(office: Office, *ids: str, workflow: str = "mail") -> None:
    for id in ids:
        await office.identify(id, email=f"{id}@example.org")
    await office.trigger(*ids, workflow=workflow)
    await office.work()


async def message_of(office: Office, id: str) -> Message:
    (message,) = await office.messages(id)
    return message


async def test_the_second_server_takes_what_the_first_one_turns_away(office: Office) -> None:
    async with mail_server() as first, mail_server() as second:
        first.recipient_answer = "421 4.3.2 shutting down"
        await office.push(
            {
                "channels/email.yaml": SMTP.format(port=first.port) + "failover: [backup]\n",
                "channels/backup.yaml": BACKUP.format(port=second.port),
                "workflows/mail.yaml": MAIL_ONLY,
            }
        )
        await send(office, "ada", "bob")
        for _ in range(6):
            await office.work_after(timedelta(seconds=15))
        assert first.mails == []
        assert sorted(second.recipients) == [["ada@example.org"], ["bob@example.org"]]
        assert {mail["from"] for mail in second.mails} == {"Example <backup@example.net>"}
        assert (await message_of(office, "ada")).status is Status.SENT


async def test_the_second_server_takes_what_the_first_one_is_not_there_for(office: Office) -> None:
    ids = [f"user-{number}" for number in range(20)]
    async with mail_server() as second:
        await office.push(
            {
                "channels/email.yaml": SMTP.format(port=1) + "failover: [backup]\n",
                "channels/backup.yaml": BACKUP.format(port=second.port),
                "workflows/mail.yaml": MAIL_ONLY,
            }
        )
        await send(office, *ids)
        for _ in range(3):
            await office.work_after(timedelta(seconds=12))
        assert sorted(second.recipients) == sorted([f"{id}@example.org"] for id in ids)
        assert [(await message_of(office, id)).status for id in ids] == [Status.SENT] * 20
        await send(office, "late")
        assert second.recipients[-1] == ["late@example.org"]


async def test_the_provider_of_the_stand_in_tells_what_became_of_the_message(office: Office) -> None:
    async with provider_server() as first, provider_server() as second:
        first.answer = lambda request: Reply(401, {"ErrorCode": 10, "Message": "bad token"})
        second.answer = taken
        channel = POSTMARK.format(url=first.url, addresses="primary")
        await office.push(
            {
                "channels/email.yaml": f"{channel}failover: [backup]\n",
                "channels/backup.yaml": POSTMARK.format(url=second.url, addresses="primary"),
                "workflows/mail.yaml": MAIL_ONLY,
            }
        )
        await send(office, "ada")
        assert (await message_of(office, "ada")).status is Status.SENT
        await call(office, bounce("ada@example.org"), key="email")  # of a message of the same name, elsewhere
        await office.work()
        assert (await message_of(office, "ada")).status is Status.SENT
        await call(office, bounce("ada@example.org"), key="backup")
        await office.work()
        assert (await message_of(office, "ada")).status is Status.BOUNCED


async def test_it_goes_where_the_stand_in_knows_the_recipient(office: Office) -> None:
    """And, sent again, to where the step's channel does."""
    async with provider_server() as first, provider_server() as second:
        first.answer = lambda request: Reply(200, {"ok": False, "error": "invalid_auth"})
        second.answer = lambda request: Reply(200, {"ok": False, "error": "msg_too_long"})
        await office.push(
            {
                "channels/chat.yaml": SLACK.format(url=first.url) + "failover: [backup]\n",
                "channels/backup.yaml": HOOK.format(url=second.url, name="backup"),
                "workflows/hello.yaml": HELLO,
            }
        )
        await connect(office, "chat", "C1")
        await connect(office, "backup", "C2")
        await office.trigger("ada", workflow="hello")
        await office.work()
        assert (posted(first.received), posted(second.received)) == (["C1"], ["C2"])
        message = await message_of(office, "ada")
        assert message.status is Status.UNDELIVERED
        first.answer = lambda request: Reply(200, {"ok": True, "channel": "C1", "ts": "1.2"})
        office.clock.move(timedelta(hours=1))
        await office.messaging.resender.send_again(office.environment_id, message.id, 0)
        await office.work()
        assert posted(first.received) == ["C1", "C1"]
        assert (await message_of(office, "ada")).status is Status.SENT


@pytest.mark.parametrize("known", [[], ["C2"]])
async def test_who_has_several_addresses_is_reached_at_those_that_the_stand_in_has_too(
    office: Office, known: list[str]
) -> None:
    async with provider_server() as first, provider_server() as second:
        first.answer = lambda request: Reply(200, {"ok": False, "error": "invalid_auth"})
        second.answer = lambda request: Reply(200, {"ok": True, "channel": "C", "ts": "1.2"})
        await office.push(
            {
                "channels/chat.yaml": SLACK.format(url=first.url) + "failover: [backup]\n",
                "channels/backup.yaml": HOOK.format(url=second.url, name="backup"),
                "workflows/hello.yaml": HELLO,
            }
        )
        await connect(office, "chat", "C1", "C2")
        await connect(office, "backup", *known, "C3")
        await office.trigger("ada", workflow="hello")
        await office.work()
        assert posted(second.received) == known


async def connect(office: Office, key: str, *channels: str) -> None:
    data: dict[str, Any] = {"connections": [{"channel_id": channel} for channel in channels]}
    edits = (Identify({"name": "Ada"}), SetChannelData(str(await office.channel_id(key)), data))
    await office.directory.write(Write(office.user("ada"), edits))


def posted(requests: list[ReceivedRequest]) -> list[str]:
    return [request.json["channel"] for request in requests]
