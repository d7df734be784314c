"""What has come between since a message was made is asked before each try, the first one too."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from addressee.directory.edits.addresses import AddAddress, DisableAddress
from addressee.directory.edits.recipients import Edit, Identify
from addressee.directory.writing.writes import Write
from addressee.messaging.messages.model import Address
from addressee.messaging.messages.status import Status
from addressee.messaging.recipients.identity import Profile
from addressee.messaging.suppressions.model import Reason, suppression_of
from addressee.messaging.triggers.transients import Transient
from tests.channels.mail_server import OK, MailServer, mail_server
from tests.messaging.delivery.test_send_job import GREYLISTED, SMTP
from tests.messaging.office import Office

MAIL = """
steps:
  - ref: mail
    channel: email
    template: {subject: Hello, text: "Hello {{ recipient.name }}"}
"""
LATER = """
  - ref: wait
    delay: {hours: 1}
"""
NO_EMAIL = Identify(preferences={"default": {"kinds": {"email": False}}})


@pytest.fixture
async def mail(office: Office) -> AsyncIterator[MailServer]:
    async with mail_server() as mail:
        await office.push(
            {
                "channels/email.yaml": SMTP.format(port=mail.port),
                "workflows/mail.yaml": MAIL,
                "workflows/critical.yaml": f"override_preferences: true{MAIL}",
                "workflows/longer.yaml": f"{MAIL}{LATER}",
            }
        )
        yield mail


async def edit(office: Office, *edits: Edit, id: str = "ada") -> None:
    await office.directory.write(Write(office.user(id), edits))


async def opt_out(office: Office) -> None:
    await edit(office, NO_EMAIL)


async def change_address(office: Office) -> None:
    await edit(office, Identify({"email": "other@example.org"}))


async def disable_address(office: Office) -> None:
    await edit(office, DisableAddress("email", "ada@example.org"))


async def opt_all_out(office: Office) -> None:
    await office.push({"preferences.yaml": "kinds: {email: false}"})


async def suppress(office: Office, *addresses: str) -> dict[str, Any]:
    """Suppresses e-mail addresses, and returns the obstacle that they are."""
    entries = [suppression_of(Address("email", each), Reason.COMPLAINED, office.clock.now()) for each in addresses]
    await office.messaging.suppressions.add(office.environment_id, entries)
    return entries[0].obstacle


BLOCKED = {"reason": "preferences", "layer": "recipient_default", "scope": "kinds.email"}
OBSTACLES: list[tuple[Callable[[Office], Awaitable[None]], dict[str, Any]]] = [
    (opt_out, BLOCKED),
    (opt_all_out, {**BLOCKED, "layer": "environment_default"}),
    (change_address, {"reason": "address_missing"}),
    (disable_address, {"reason": "address_disabled"}),
]


@pytest.mark.parametrize(("come_between", "obstacle"), OBSTACLES)
async def test_a_retry_asks_again(
    office: Office,
    mail: MailServer,
    come_between: Callable[[Office], Awaitable[None]],
    obstacle: dict[str, Any],
) -> None:
    mail.recipient_answer = GREYLISTED
    await office.identify("ada", email="ada@example.org")
    await office.trigger("ada", workflow="mail")
    await office.work()
    (message,) = await office.messages("ada")
    assert message.status is Status.DELIVERY_ATTEMPTED
    mail.recipient_answer = OK
    await come_between(office)
    await office.work_after(timedelta(minutes=1))
    assert mail.mails == []
    (message,) = await office.messages("ada")
    assert message.status is Status.NOT_SENT
    assert (await office.events(message))[-1] == ("not_sent", obstacle)
    entry = (await office.journal("ada"))[-1]
    assert (entry["event"], entry["step_ref"], entry["data"]) == (
        "step_skipped",
        "mail",
        {**obstacle, "message_id": message.id},
    )
    assert await office.jobs() == []


async def test_the_first_try_asks_too(office: Office, mail: MailServer) -> None:
    await office.identify("ada", email="ada@example.org")
    await office.identify("bob", email="bob@example.org")
    await office.trigger("ada", "bob", workflow="mail")
    await run(office, "begin")
    assert [message.status for message in await office.messages("ada")] == [Status.QUEUED]
    await opt_out(office)
    await office.work()
    assert mail.recipients == [["bob@example.org"]]
    assert [message.status for message in await office.messages("ada")] == [Status.NOT_SENT]


async def run(office: Office, name: str) -> None:
    (job,) = [job for job in await office.jobs() if job.name == name]
    await office.run(job)
    await office.pool.execute("DELETE FROM addressee.jobs WHERE id = $1", job.id)


async def test_what_overrides_preferences_is_sent_all_the_same(office: Office, mail: MailServer) -> None:
    mail.recipient_answer = GREYLISTED
    await office.identify("ada", email="ada@example.org")
    await office.trigger("ada", workflow="critical")
    await office.work()
    mail.recipient_answer = OK
    await opt_out(office)
    await office.work_after(timedelta(minutes=1))
    assert mail.recipients == [["ada@example.org"]]
    assert "step_skipped" not in [entry["event"] for entry in await office.journal("ada")]


async def test_another_spelling_of_the_address_is_the_same(office: Office, mail: MailServer) -> None:
    mail.recipient_answer = GREYLISTED
    await office.identify("ada", email="Ada@example.org")
    await office.trigger("ada", workflow="mail")
    await office.work()
    mail.recipient_answer = OK
    await edit(office, Identify({"email": "ada@EXAMPLE.org"}))
    await office.work_after(timedelta(minutes=1))
    assert [message.status for message in await office.messages("ada")] == [Status.SENT]


async def test_of_a_cancelled_run_nothing_is_tried_again(office: Office, mail: MailServer) -> None:
    mail.recipient_answer = GREYLISTED
    await office.identify("ada", email="ada@example.org")
    await office.trigger("ada", workflow="longer", cancellation_key="key")
    await office.work()
    mail.recipient_answer = OK
    await office.messaging.runs.cancel(office.environment_id, "longer", "key")
    await office.work_after(timedelta(minutes=1))
    assert mail.mails == []
    (message,) = await office.messages("ada")
    assert (await office.events(message))[-1] == ("not_sent", {"reason": "run_cancelled"})
    assert [entry["event"] for entry in await office.journal("ada")][-2:] == ["run_cancelled", "step_skipped"]


async def test_a_merged_recipients_preferences_are_the_others(office: Office, mail: MailServer) -> None:
    """What waits goes on for the one into whom its recipient was merged, who may not want it."""
    mail.recipient_answer = GREYLISTED
    for id in ("ada", "bob", "guest", "visitor"):
        await office.identify(id, email=f"{id}@example.org")
    await opt_out(office)
    await office.trigger("guest", "visitor", workflow="mail")
    await office.work()
    await office.merge("ada", "guest")
    await office.merge("bob", "visitor")
    mail.recipient_answer = OK
    await office.work_after(timedelta(minutes=1))
    assert [message.status for message in await office.messages("ada")] == [Status.NOT_SENT]
    assert [message.status for message in await office.messages("bob")] == [Status.SENT]
    assert mail.recipients == [["visitor@example.org"]]
    assert (await office.journal("guest"))[-1]["data"]["reason"] == "preferences"


async def test_a_message_that_still_goes_to_other_addresses_is_not_skipped(office: Office, mail: MailServer) -> None:
    await office.push({"channels/email.yaml": f"{SMTP.format(port=mail.port)}  addresses: all\n"})
    mail.recipient_answer = GREYLISTED
    await office.identify("ada", email="ada@example.org")
    await edit(office, AddAddress("email", "second@example.org"))
    await office.trigger("ada", workflow="mail")
    await office.work()
    await disable_address(office)
    mail.recipient_answer = OK
    await office.work_after(timedelta(minutes=1))
    assert mail.recipients == [["second@example.org"]]
    assert [message.status for message in await office.messages("ada")] == [Status.SENT]
    assert "step_skipped" not in [entry["event"] for entry in await office.journal("ada")]


async def test_to_a_suppressed_address_nothing_is_sent(office: Office, mail: MailServer) -> None:
    """Whatever is preferred, and in whatever spelling it is stored."""
    obstacle = await suppress(office, "ADA@example.org")
    for id in ("ada", "bob"):
        await office.identify(id, email=f"{id}@example.org")
    await office.trigger("ada", "bob", workflow="critical")
    await office.work()
    assert mail.recipients == [["bob@example.org"]]
    (message,) = await office.messages("ada")
    assert message.status is Status.NOT_SENT
    assert (await office.events(message))[-1] == ("not_sent", obstacle)
    assert (await office.journal("ada"))[-1]["data"] == {**obstacle, "message_id": message.id}
    assert obstacle["because"] == "complained"


async def test_an_address_that_is_suppressed_meanwhile_is_not_tried_again(office: Office, mail: MailServer) -> None:
    mail.recipient_answer = GREYLISTED
    await office.identify("ada", email="ada@example.org")
    await office.trigger("ada", workflow="mail")
    await office.work()
    mail.recipient_answer = OK
    obstacle = await suppress(office, "ada@example.org")
    await office.work_after(timedelta(minutes=1))
    assert mail.mails == []
    (message,) = await office.messages("ada")
    assert (await office.events(message))[-1] == ("not_sent", obstacle)


async def test_transient_recipients_are_asked_about_too(office: Office, mail: MailServer) -> None:
    await suppress(office, "zoe@example.org")
    people = [Transient(Profile({"email": f"{name}@example.org"})) for name in ("zoe", "bob")]
    await office.trigger(workflow="mail", transients=people)
    await office.work()
    assert mail.recipients == [["bob@example.org"]]


async def test_the_other_addresses_of_a_message_get_it(office: Office, mail: MailServer) -> None:
    await office.push({"channels/email.yaml": f"{SMTP.format(port=mail.port)}  addresses: all\n"})
    await suppress(office, "ada@example.org")
    await office.identify("ada", email="ada@example.org")
    await edit(office, AddAddress("email", "second@example.org"))
    await office.trigger("ada", workflow="mail")
    await office.work()
    assert mail.recipients == [["second@example.org"]]
    assert [message.status for message in await office.messages("ada")] == [Status.SENT]
    await suppress(office, "second@example.org")
    await office.trigger("ada", workflow="mail")
    await office.work()
    assert [message.status for message in await office.messages("ada")] == [Status.NOT_SENT, Status.SENT]
