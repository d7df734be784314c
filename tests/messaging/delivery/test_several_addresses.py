"""One message to several addresses: each is tried by itself, and what is dead is not used again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from addressee.channels.push.fcm import FcmSender
from addressee.channels.push.notification import Push
from addressee.channels.sender import Failed, Sent
from addressee.directory.edits.addresses import AddAddress, RemoveAddress
from addressee.directory.edits.recipients import Edit, Identify, SetChannelData
from addressee.directory.groups.memberships import place_of
from addressee.directory.recipient import TENANTS, Place, Recipient
from addressee.directory.writing.writes import Write
from addressee.messaging.content.push import PushContent
from addressee.messaging.delivery.send_job import CLAIM
from addressee.messaging.messages.model import Address, Message
from addressee.messaging.messages.status import Status
from tests.channels.fcm_server import FCM, INTERNAL, UNREGISTERED, FcmServer, Hold, fcm_server, refusal
from tests.channels.mail_server import OK, MailServer, mail_server
from tests.messaging.delivery.test_send_job import MAIL_ONLY, SMTP
from tests.messaging.office import Office, WaitingJob

PUSH_ONLY = """
steps:
  - ref: push
    channel: push
    template:
      title: Order {{ data.order }}
      body: "{{ recipient.name }}, it is on its way"
      action_url: "{{ vars.app_url }}/orders/{{ data.order }}"
      data: {order: "{{ data.order }}"}
"""
NO_MAILBOX = "550 5.1.1 no such user"
GREYLISTED = "450 4.2.1 greylisted"

ADA = "ada@example.org"
LOVELACE = "lovelace@example.org"


@pytest.fixture
async def fcm(office: Office) -> AsyncIterator[FcmServer]:
    async with fcm_server(office.clock) as fcm:
        files = {
            "channels/push.yaml": FCM,
            "workflows/push.yaml": PUSH_ONLY,
            "variables.yaml": "app_url: https://app.example",
        }
        await office.push(files, {"FCM_ACCOUNT": fcm.service_account, "FCM_URL": fcm.url})
        yield fcm


@pytest.fixture
async def mail(office: Office) -> AsyncIterator[MailServer]:
    async with mail_server() as mail:
        await push_mail(office, mail, "all")
        yield mail


async def push_mail(office: Office, mail: MailServer, addresses: str) -> None:
    smtp = f"{SMTP.format(port=mail.port)}  addresses: {addresses}\n"
    await office.push({"channels/email.yaml": smtp, "workflows/mail.yaml": MAIL_ONLY})


async def edit(office: Office, id: str, *edits: Edit) -> Recipient:
    written = await office.directory.write(Write(office.user(id), edits))
    assert written.recipient is not None
    return written.recipient


def token(value: str) -> AddAddress:
    return AddAddress("android_push", value, "fcm")


async def channel_data(office: Office, *tokens: str) -> SetChannelData:
    devices = [{"token": token, "locale": None, "timezone": None} for token in tokens]
    return SetChannelData(str(await office.channel_id("push")), {"devices": devices})


async def notify(office: Office, *ids: str, workflow: str = "push", **rest: Any) -> None:
    await office.trigger(*ids, workflow=workflow, data={"order": "17"}, **rest)
    await office.work()


async def message_of(office: Office, id: str) -> Message:
    message, *_ = await office.messages(id)
    return message


async def sends(office: Office) -> list[tuple[Any, ...]]:
    """Of each send: the address, how often it was tried, its own status, and whether it is finished."""
    rows = await office.pool.fetch(
        """
        SELECT address, attempts, status, due_at IS NULL
        FROM addressee.sends
        WHERE environment_id = $1
        ORDER BY address
        """,
        office.environment_id,
    )
    return [tuple(row) for row in rows]


async def count_logs(office: Office) -> int:
    count: int = await office.pool.fetchval(
        "SELECT count(*) FROM addressee.delivery_logs WHERE environment_id = $1", office.environment_id
    )
    return count


async def send_job(office: Office) -> WaitingJob:
    """The job that sends Ada's push, which nobody has run yet."""
    await office.trigger("ada", workflow="push", data={"order": "17"})
    (job,) = [job for job in await office.jobs() if job.name == "begin"]
    await office.run(job)
    await office.pool.execute("DELETE FROM addressee.jobs WHERE id = $1", job.id)
    (job,) = await office.jobs()
    return job


async def statuses_stored(office: Office, id: str) -> dict[str, str]:
    recipient = await office.directory.read(office.user(id))
    assert recipient is not None
    return {address["value"]: address["status"] for address in recipient.addresses}


async def test_a_push_goes_to_every_device_once_however_it_is_known(office: Office, fcm: FcmServer) -> None:
    await edit(office, "ada", Identify({"name": "Ada"}), token("phone"), token("tablet"))
    await edit(office, "ada", await channel_data(office, "tablet", "watch"))
    await notify(office, "ada")
    assert sorted(fcm.devices) == ["phone", "tablet", "watch"]
    assert [push["notification"] for push in fcm.pushes] == [{"title": "Order 17", "body": "Ada, it is on its way"}] * 3
    assert [push["data"] for push in fcm.pushes] == [{"order": "17", "action_url": "https://app.example/orders/17"}] * 3
    message = await message_of(office, "ada")
    assert (message.status, message.email) == (Status.SENT, None)
    assert [event for event, _ in await office.events(message)] == ["created", "queued", "sent"]
    (contents,) = await office.messaging.messages.contents(office.environment_id, [message.id])
    assert contents.content == PushContent(
        tokens=("watch", "tablet", "phone"),
        title="Order 17",
        body="Ada, it is on its way",
        data={"order": "17", "action_url": "https://app.example/orders/17"},
    )
    ids = {push["android"]["notification"]["tag"] for push in fcm.pushes}
    assert len(ids) == 3  # each send has its own
    assert await office.jobs() == []


async def test_only_what_failed_is_tried_again(office: Office, fcm: FcmServer) -> None:
    fcm.refusals["tablet"] = INTERNAL
    await edit(office, "ada", token("phone"), token("tablet"))
    await notify(office, "ada")
    assert (await message_of(office, "ada")).status is Status.SENT
    assert await sends(office) == [("phone", 1, "sent", True), ("tablet", 1, "delivery_attempted", False)]
    del fcm.refusals["tablet"]
    await office.work_after(timedelta(seconds=13))
    assert fcm.devices == ["phone", "tablet"]
    assert await sends(office) == [("phone", 1, "sent", True), ("tablet", 2, "sent", True)]
    message = await message_of(office, "ada")
    assert [event for event, _ in await office.events(message)] == ["created", "queued", "sent"]
    assert await count_logs(office) == 3
    assert await office.jobs() == []


async def test_a_message_that_nobody_took_yet_is_attempted_and_then_sent(office: Office, fcm: FcmServer) -> None:
    fcm.refusals = {"phone": INTERNAL, "tablet": UNREGISTERED}
    await edit(office, "ada", token("phone"), token("tablet"))
    await notify(office, "ada")
    message = await message_of(office, "ada")
    assert message.status is Status.DELIVERY_ATTEMPTED
    fcm.refusals.clear()
    await office.work_after(timedelta(seconds=13))
    message = await message_of(office, "ada")
    assert message.status is Status.SENT
    assert fcm.devices == ["phone"]
    events = ["created", "queued", "delivery_attempted", "queued", "sent"]
    assert [event for event, _ in await office.events(message)] == events


async def test_when_all_devices_are_dead_the_message_bounces_and_none_is_used_again(
    office: Office, fcm: FcmServer
) -> None:
    fcm.refusals = {"phone": UNREGISTERED, "tablet": UNREGISTERED}
    await edit(office, "ada", token("phone"))
    await edit(office, "ada", await channel_data(office, "tablet"))
    await notify(office, "ada")
    message = await message_of(office, "ada")
    assert message.status is Status.BOUNCED
    event, data = (await office.events(message))[-1]
    assert (event, data["failure_reason"], data["failure_details"]) == (
        "bounced",
        "fatal_error",
        "fcm 404 UNREGISTERED: Requested entity was not found.",
    )
    assert data["token"] in {"phone", "tablet"}
    assert await statuses_stored(office, "ada") == {"phone": "disabled", "tablet": "disabled"}
    fcm.refusals.clear()
    await notify(office, "ada")
    assert fcm.devices == []
    assert (await office.messaging.runs.explain(office.user("ada"), "push")).steps[0].obstacle == {
        "reason": "addresses_disabled"
    }
    await edit(office, "ada", await channel_data(office, "tablet"))  # what only says so again revives nobody
    assert await statuses_stored(office, "ada") == {"phone": "disabled", "tablet": "disabled"}
    await edit(office, "ada", token("tablet"))
    await notify(office, "ada")
    assert fcm.devices == ["tablet"]


async def test_a_message_that_the_service_does_not_take_is_no_fault_of_the_devices(
    office: Office, fcm: FcmServer
) -> None:
    fcm.refusals = dict.fromkeys(("phone", "tablet"), refusal(400, "INVALID_ARGUMENT"))
    await edit(office, "ada", token("phone"), token("tablet"))
    await notify(office, "ada")
    assert (await message_of(office, "ada")).status is Status.UNDELIVERED
    assert await statuses_stored(office, "ada") == {"phone": "active", "tablet": "active"}


async def test_a_pause_that_the_service_asks_for_is_kept(office: Office, fcm: FcmServer) -> None:
    fcm.refusals["phone"] = refusal(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED", retry_after="300")
    await edit(office, "ada", token("phone"))
    await notify(office, "ada")
    fcm.refusals.clear()
    await office.work_after(timedelta(seconds=290))
    assert fcm.devices == []
    await office.work_after(timedelta(seconds=11))
    assert fcm.devices == ["phone"]


async def test_a_device_that_somebody_else_has_now_gets_nothing_of_the_first(office: Office, fcm: FcmServer) -> None:
    await edit(office, "ada", token("phone"), token("tablet"))
    await edit(office, "bob", token("phone"))
    await notify(office, "ada")
    assert fcm.devices == ["tablet"]
    await notify(office, "bob")
    assert fcm.devices == ["tablet", "phone"]


async def test_not_even_when_it_changes_hands_before_the_retry(office: Office, fcm: FcmServer) -> None:
    fcm.refusals = {"phone": INTERNAL, "tablet": INTERNAL}
    await edit(office, "ada", token("phone"), token("tablet"))
    await notify(office, "ada")
    await edit(office, "bob", token("phone"))
    fcm.refusals.clear()
    await office.work_after(timedelta(seconds=13))
    assert fcm.devices == ["tablet"]
    assert await sends(office) == [("phone", 2, "not_sent", True), ("tablet", 2, "sent", True)]


async def test_a_device_within_a_tenant_gets_what_is_said_there(office: Office, fcm: FcmServer) -> None:
    ada = await edit(office, "ada", token("phone"))
    tenant = Place(office.environment_id, TENANTS, "acme")
    acme = await office.directory.write(Write(tenant, (Identify({"name": "Acme"}),)))
    assert acme.recipient is not None
    await office.directory.write(Write(place_of(ada, acme.recipient), (token("work-phone"),)))
    await notify(office, "ada", tenant="acme")
    await notify(office, "ada")
    assert fcm.devices == ["work-phone", "phone"]


async def test_who_is_deleted_before_the_retry_gets_none(office: Office, fcm: FcmServer) -> None:
    fcm.refusals = {"phone": INTERNAL, "tablet": INTERNAL}
    await edit(office, "ada", token("phone"), token("tablet"))
    await notify(office, "ada")
    await office.delete("ada")
    await edit(office, "ada", token("phone"))
    fcm.refusals.clear()
    await office.work_after(timedelta(seconds=13))
    assert fcm.devices == []
    assert [status for _, _, status, _ in await sends(office)] in ([], ["not_sent", "not_sent"])


async def test_a_worker_that_dies_in_the_middle_leaves_what_it_had_not_recorded(
    office: Office, fcm: FcmServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await edit(office, "ada", *(token(f"t{number:02}") for number in range(30)))
    job = await send_job(office)
    with monkeypatch.context() as patched:
        # The last five are sent after the first 25 are recorded, and nobody is there any more to record them.
        recorded = asyncio.Event()
        send = FcmSender.send

        async def send_in_portions(sender: FcmSender, push: Push) -> Sent | Failed:
            if push.token >= "t25":
                await recorded.wait()
            return await send(sender, push)

        async def die_at_the_second(*arguments: Any) -> None:
            if recorded.is_set():
                raise ConnectionError
            recorded.set()

        patched.setattr(FcmSender, "send", send_in_portions)
        patched.setattr("addressee.messaging.delivery.outcomes.insert_delivery_logs", die_at_the_second)
        with pytest.raises(ConnectionError):
            await office.run(job)
    assert len(fcm.devices) == 30
    await office.work()
    assert len(fcm.devices) == 30  # what was not recorded is claimed until it may be tried again
    await office.work_after(CLAIM)
    assert len(fcm.devices) == 30 + 5
    assert {(tries, status, done) for _, tries, status, done in await sends(office)} == {(1, "sent", True)}
    message = await message_of(office, "ada")
    assert [event for event, _ in await office.events(message)] == ["created", "queued", "sent"]


async def test_what_a_sender_cannot_cope_with_has_no_other_sent_again(
    office: Office, fcm: FcmServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await edit(office, "ada", *(token(f"t{number}") for number in range(5)))
    job = await send_job(office)
    send = FcmSender.send

    async def fail_at_one(sender: FcmSender, push: Push) -> Sent | Failed:
        if push.token == "t2":
            raise ZeroDivisionError
        return await send(sender, push)

    monkeypatch.setattr(FcmSender, "send", fail_at_one)
    await office.run(job)
    await office.work_after(CLAIM)
    assert sorted(fcm.devices) == ["t0", "t1", "t3", "t4"]
    assert [each for each in await sends(office) if each[0] == "t2"] == [("t2", 2, "delivery_attempted", False)]


async def test_a_worker_that_was_too_slow_records_nothing(office: Office, fcm: FcmServer) -> None:
    fcm.refusals["tablet"] = INTERNAL
    await edit(office, "ada", token("phone"), token("tablet"))
    job = await send_job(office)
    fcm.hold = hold = Hold()
    slow = asyncio.create_task(office.run(job))
    await hold.reached.wait()
    office.clock.move(CLAIM)
    await office.run(job)
    recorded = [("phone", 1, "sent", True), ("tablet", 1, "delivery_attempted", False)]
    assert await sends(office) == recorded
    hold.let_go.set()
    await slow
    assert await sends(office) == recorded
    assert await count_logs(office) == 2
    assert [event for event, _ in await office.events(await message_of(office, "ada"))] == ["created", "queued", "sent"]


async def test_email_goes_to_all_addresses_where_the_channel_says_so(office: Office, mail: MailServer) -> None:
    await edit(office, "ada", Identify({"email": ADA}), AddAddress("email", LOVELACE))
    await notify(office, "ada", workflow="mail")
    assert sorted(mail.recipients) == [[ADA], [LOVELACE]]
    assert {str(each["to"]) for each in mail.mails} == {ADA, LOVELACE}  # nobody sees the other address
    message = await message_of(office, "ada")
    assert (message.status, message.email) == (Status.SENT, f"{ADA}, {LOVELACE}")


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([AddAddress("email", ADA), AddAddress("email", LOVELACE), RemoveAddress("email", ADA)], LOVELACE),
        ([AddAddress("email", ADA), AddAddress("email", LOVELACE), Identify({"email": LOVELACE})], LOVELACE),
        (
            [AddAddress("email", ADA), AddAddress("email", LOVELACE), Identify({"email": "new@example.org"})],
            "new@example.org",
        ),
    ],
)
async def test_else_to_the_primary_one_however_it_came_to_be_that(
    office: Office, mail: MailServer, edits: list[Edit], expected: str
) -> None:
    await push_mail(office, mail, "primary")
    await edit(office, "ada", *edits)
    await notify(office, "ada", workflow="mail")
    assert mail.recipients == [[expected]]


async def test_a_mailbox_that_is_not_there_is_not_written_to_again(office: Office, mail: MailServer) -> None:
    await push_mail(office, mail, "primary")
    mail.refused[ADA] = NO_MAILBOX
    await edit(office, "ada", Identify({"email": ADA}))
    await edit(office, "bob", Identify({"email": ADA}), AddAddress("email", LOVELACE))
    await notify(office, "ada", "bob", workflow="mail")
    assert await statuses_stored(office, "ada") == {ADA: "disabled"}
    assert await statuses_stored(office, "bob") == {ADA: "disabled", LOVELACE: "active"}
    mail.refused.clear()
    await notify(office, "ada", "bob", workflow="mail")
    assert mail.recipients == [[LOVELACE]]
    assert (await office.messages("ada"))[0].status is Status.BOUNCED
    assert len(await office.messages("ada")) == 1
    await edit(office, "ada", Identify({"email": ADA}))
    await notify(office, "ada", workflow="mail")
    assert mail.recipients == [[LOVELACE]]
    await edit(office, "ada", AddAddress("email", ADA))
    await notify(office, "ada", workflow="mail")
    assert mail.recipients == [[LOVELACE]]
    assert (await office.messages("ada"))[0].status is Status.NOT_SENT
    await office.messaging.suppressions.lift(office.directory, office.environment_id, [Address("email", ADA)])
    await notify(office, "ada", workflow="mail")
    assert mail.recipients == [[LOVELACE], [ADA]]


async def test_a_relay_that_refuses_us_disables_nobody(office: Office, mail: MailServer) -> None:
    mail.recipient_answer = "550 5.7.1 relaying denied"
    await edit(office, "ada", Identify({"email": ADA}))
    await notify(office, "ada", workflow="mail")
    assert (await message_of(office, "ada")).status is Status.UNDELIVERED
    assert await statuses_stored(office, "ada") == {}
    mail.recipient_answer = OK
    await notify(office, "ada", workflow="mail")
    assert mail.recipients == [[ADA]]


async def test_the_next_person_under_an_id_is_not_touched(office: Office, mail: MailServer) -> None:
    mail.refused[ADA] = GREYLISTED
    await edit(office, "ada", Identify({"email": ADA}))
    await notify(office, "ada", workflow="mail")
    await office.delete("ada")
    await edit(office, "ada", Identify({"email": ADA}))
    mail.refused[ADA] = NO_MAILBOX
    await office.work_after(timedelta(seconds=13))
    assert await statuses_stored(office, "ada") == {}


@pytest.mark.parametrize("naming", [AddAddress("email", LOVELACE), Identify({"email": LOVELACE})])
async def test_an_address_within_a_tenant_is_disabled_there(office: Office, mail: MailServer, naming: Edit) -> None:
    mail.refused[LOVELACE] = NO_MAILBOX
    ada = await edit(office, "ada", Identify({"email": ADA}))
    acme = await office.directory.write(
        Write(Place(office.environment_id, TENANTS, "acme"), (Identify({"name": "Acme"}),))
    )
    assert acme.recipient is not None
    within = place_of(ada, acme.recipient)
    await office.directory.write(Write(within, (naming,)))
    await notify(office, "ada", workflow="mail", tenant="acme")
    assert await statuses_stored(office, "ada") == {}
    found = await office.directory.read(within)
    assert found is not None
    assert [(each["value"], each["status"]) for each in found.addresses] == [(LOVELACE, "disabled")]


async def test_a_message_follows_a_merge_once_none_of_its_sends_is_open(office: Office, fcm: FcmServer) -> None:
    fcm.refusals["tablet"] = INTERNAL
    await edit(office, "ada", token("phone"), token("tablet"))
    await edit(office, "lovelace", Identify({"name": "Lovelace"}))
    await notify(office, "ada")
    await office.merge("lovelace", "ada")
    moved = "SELECT recipient_id FROM addressee.messages WHERE environment_id = $1"
    assert await office.pool.fetchval(moved, office.environment_id) == "ada"
    fcm.refusals.clear()
    await office.work_after(timedelta(seconds=13))
    assert fcm.devices == ["phone", "tablet"]
    for _ in range(3):
        await office.work_after(timedelta(minutes=41))
    assert await office.pool.fetchval(moved, office.environment_id) == "lovelace"
    assert [message.status for message in await office.messages("lovelace")] == [Status.SENT]
    assert fcm.devices == ["phone", "tablet"]
