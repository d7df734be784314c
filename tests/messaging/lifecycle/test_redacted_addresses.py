"""Addresses of an actor that templates have named: none is stored any more once the actor is erased."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from addressee.messaging.messages.status import Status
from tests.channels.mail_server import MailServer, mail_server
from tests.messaging.delivery.test_send_job import SMTP
from tests.messaging.lifecycle.test_redaction import everything
from tests.messaging.office import IN_APP, OUTBOX, Office

ADA = "ada@example.com"

# What is kept of messages to others.
TABLES = ("messages", "message_events", "sends", "delivery_logs", "recipient_runs", "workflow_runs")

REDIRECTED = """
steps:
  - ref: email
    type: channel
    channel_key: email
    template: {subject: Hello, text_body: "For {{ recipient.name }}"}
    channel_overrides:
      to_address: "{{ actor.email }}, help@example.com"
"""
ONLY_THEIRS = REDIRECTED.replace(", help@example.com", "")
FROM_THEM = REDIRECTED.replace('to_address: "{{ actor.email }}, help@example.com"', 'from_address: "{{ actor.email }}"')
TEXTED = """
steps:
  - ref: sms
    type: channel
    channel_key: sms
    template: {text_body: Hello, settings: {to_number: "{{ actor.phone_number }}, +14155550123"}}
"""
SMS = """
type: sms
provider: twilio
settings: {account_sid: AC0, auth_token: secret, from: "+14155550100"}
"""


@pytest.fixture
async def mail(office: Office) -> AsyncIterator[MailServer]:
    async with mail_server() as mail:
        await office.push({"channels/email.yaml": SMTP.format(port=mail.port), "channels/in-app.yaml": IN_APP})
        await office.identify("ada", name="Ada Lovelace", email=ADA)
        await office.identify("bob", name="Bob", email="bob@example.org")
        yield mail


async def tell(office: Office, workflow: str, *, sandbox: bool = False) -> None:
    await office.push({"workflows/told.yaml": workflow})
    await office.trigger("bob", workflow="told", actor=office.user("ada"), sandbox=sandbox)
    await office.work()


async def purge(office: Office) -> None:
    await office.messaging.lifecycle.purge(office.directory, office.user("ada"))


async def statuses(office: Office) -> dict[str, str]:
    """The statuses of the sends, by address."""
    rows = await office.pool.fetch(
        "SELECT address, status FROM addressee.sends WHERE environment_id = $1", office.environment_id
    )
    return {row["address"]: row["status"] for row in rows}


async def test_where_a_message_went_instead(office: Office, mail: MailServer) -> None:
    await tell(office, REDIRECTED)
    assert sorted(mail.recipients) == [[ADA], ["help@example.com"]]
    await purge(office)
    assert ADA not in await everything(office, *TABLES)
    assert await statuses(office) == {"": "sent", "help@example.com": "sent"}
    (message,) = await office.messages("bob")
    assert (message.status, message.email) == (Status.SENT, "help@example.com")
    content = await everything(office, "messages")
    assert "For Bob" in content
    addresses = await office.messaging.messages.addresses(office.environment_id, [message.id])
    assert [address.value for address in addresses[message.id]] == ["help@example.com"]


async def test_what_a_server_has_answered(office: Office, mail: MailServer) -> None:
    mail.refused[ADA] = f"550 5.7.1 <{ADA}> is not wanted here"
    await tell(office, ONLY_THEIRS)
    before = await everything(office, "message_events", "delivery_logs")
    assert before.count(f"<{ADA}> is not wanted") == 2
    await purge(office)
    assert ADA not in await everything(office, *TABLES)
    (message,) = await office.messages("bob")
    assert await office.events(message) == [
        ("created", None),
        ("queued", None),
        ("undelivered", {"failure_reason": "fatal_error", "failure_details": ""}),
    ]


async def test_whom_a_message_seemed_to_come_from(office: Office, mail: MailServer) -> None:
    await tell(office, FROM_THEM)
    assert f'"from": "{ADA}"' in await everything(office, "delivery_logs")
    await purge(office)
    assert ADA not in await everything(office, *TABLES)
    assert mail.recipients == [["bob@example.org"]]
    assert "bob@example.org" in await everything(office, "sends")


async def test_what_waits_is_not_sent_to_them(office: Office, mail: MailServer) -> None:
    mail.recipient_answer = "450 4.2.1 greylisted"
    await tell(office, REDIRECTED)
    mail.recipient_answer = "250 OK"
    await purge(office)
    await office.work_after(timedelta(minutes=1))
    assert mail.recipients == [["help@example.com"]]
    assert await statuses(office) == {"": "not_sent", "help@example.com": "sent"}


async def test_what_cannot_be_rendered_again_names_nobody(office: Office, mail: MailServer) -> None:
    await tell(office, REDIRECTED)
    await tell(office, FROM_THEM)
    await office.pool.execute(
        "DELETE FROM addressee.workflow_versions WHERE environment_id = $1", office.environment_id
    )
    await purge(office)
    left = await everything(office, *TABLES)
    assert (ADA in left, "help@example.com" in left) == (False, False)


async def test_a_second_sweep_finds_what_was_under_way(office: Office, mail: MailServer) -> None:
    await tell(office, REDIRECTED)
    rows = await office.pool.fetch("SELECT * FROM addressee.delivery_logs WHERE request::text LIKE $1", f"%{ADA}%")
    await office.delete("ada")
    await office.work()
    assert ADA not in await everything(office, *TABLES)
    await office.pool.execute(
        "UPDATE addressee.delivery_logs SET request = $2 WHERE id = $1", rows[0]["id"], rows[0]["request"]
    )
    await office.work_after(timedelta(minutes=6))
    assert ADA not in await everything(office, *TABLES)


async def test_an_sms_to_the_number_of_an_actor(office: Office) -> None:
    await office.push({"channels/sms.yaml": SMS, "channels/email.yaml": OUTBOX})
    await office.identify("ada", phone_number="+14155550199")
    await office.identify("bob", phone_number="+14155550111")
    await tell(office, TEXTED, sandbox=True)
    assert "+14155550199" in await everything(office, "messages")
    await purge(office)
    left = await everything(office, *TABLES)
    assert ("+14155550199" in left, "+14155550123" in left) == (False, True)
