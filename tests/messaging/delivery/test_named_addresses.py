"""Messages to addresses that their steps name, and copies: from a trigger to a mail server, and what comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import chain
from typing import Any, cast

import pytest

from addressee.channels.sender import Failure
from addressee.directory.edits.recipients import ChangePreferenceSets
from addressee.directory.writing.writes import Write
from addressee.messaging.delivery.channels.channel_states import lock_states, store_states
from addressee.messaging.delivery.channels.pacing import ChannelState
from addressee.messaging.messages.model import Address
from addressee.messaging.messages.status import Status
from addressee.messaging.suppressions.model import Reason, Suppression, manual_suppression
from tests.channels.mail_server import MailServer, mail_server
from tests.channels.provider_server import ProviderServer
from tests.messaging.delivery.test_send_job import SMTP
from tests.messaging.feedback.told import bounce, message_of, postmark, sent_to, tell
from tests.messaging.office import Office

MAIL = """
steps:
  - ref: mail
    type: channel
    channel_key: email
    template: {subject: Hello, text_body: "Hello {{ recipient.name }}"}
    channel_overrides:
      to_address: "{{ data.to }}"
      cc_address: "{{ data.cc }}"
      from_name: "{{ data.from }}"
"""
COPIED = """
steps:
  - ref: mail
    type: channel
    channel_key: email
    template: {subject: Hello, text_body: Hello}
    channel_overrides: {bcc_address: eve@example.org}
"""
EVE = "eve@example.org"


@pytest.fixture
async def mail(office: Office) -> AsyncIterator[MailServer]:
    async with mail_server() as mail:
        await office.push({"channels/email.yaml": SMTP.format(port=mail.port), "workflows/mail.yaml": MAIL})
        yield mail


async def send(office: Office, **data: Any) -> Status | None:
    await office.identify("ada", email="ada@example.org")
    await office.trigger("ada", workflow="mail", data=data)
    await office.work()
    messages = await office.messages("ada")
    return messages[0].status if messages else None


async def suppress(office: Office, address: str) -> None:
    entry = manual_suppression("email", address, None, office.clock.now())
    await office.messaging.suppressions.add(office.environment_id, [entry])


async def suppressed(office: Office, address: str) -> Suppression | None:
    found = await office.messaging.suppressions.find(office.environment_id, [Address("email", address)])
    return found.get(Address("email", address))


async def skipped_for(office: Office) -> list[str]:
    return [each["data"]["reason"] for each in await office.journal("ada") if each["event"] == "step_skipped"]


async def test_it_goes_where_the_step_says(office: Office, mail: MailServer) -> None:
    assert (
        await send(office, **{"to": "a@example.com, b@example.com", "cc": "c@example.com", "from": "Ada"})
        is Status.SENT
    )
    assert sorted(chain.from_iterable(mail.recipients)) == ["a@example.com", "b@example.com", "c@example.com"]
    assert ["c@example.com"] not in mail.recipients
    assert {each["from"] for each in mail.mails} == {"Ada <hello@example.com>"}


async def test_without_an_address_the_step_is_skipped(office: Office, mail: MailServer) -> None:
    assert await send(office, to="") is None
    assert await skipped_for(office) == ["no_email_address"]


async def test_what_is_no_address_skips_the_step_and_is_not_told(office: Office, mail: MailServer) -> None:
    assert await send(office, to="somebody-12345") is None
    assert await skipped_for(office) == ["addresses_invalid"]
    assert "12345" not in repr(await office.journal("ada"))


async def test_a_suppressed_address_gets_neither_the_message_nor_a_copy(office: Office, mail: MailServer) -> None:
    await suppress(office, EVE)
    assert await send(office, to=EVE) is Status.NOT_SENT
    assert mail.recipients == []
    assert await send(office, to="a@example.com", cc=f"{EVE}, c@example.com") is Status.SENT
    assert mail.recipients == [["a@example.com", "c@example.com"]]
    assert mail.mails[0]["cc"] == "c@example.com"


async def test_copies_go_with_another_address_if_the_first_one_is_suppressed(office: Office, mail: MailServer) -> None:
    await suppress(office, EVE)
    assert await send(office, to=f"{EVE}, a@example.com, b@example.com", cc="c@example.com") is Status.SENT
    assert sorted(chain.from_iterable(mail.recipients)) == ["a@example.com", "b@example.com", "c@example.com"]
    assert ["c@example.com"] not in mail.recipients


A, B, C = "a@example.com", "b@example.com", "c@example.com"
NO_MAILBOX = "550 5.1.1 no such user"
GREYLISTED = "450 4.2.1 greylisted"


async def test_copies_go_with_another_address_if_the_first_one_bounces(office: Office, mail: MailServer) -> None:
    mail.refused[A] = NO_MAILBOX
    assert await send(office, to=f"{A}, {B}", cc=C) is Status.SENT
    assert mail.recipients == [[B, C]]


async def test_copies_do_not_wait_for_an_address_that_is_tried_again(office: Office, mail: MailServer) -> None:
    mail.refused[A] = GREYLISTED
    assert await send(office, to=f"{A}, {B}", cc=C) is Status.SENT
    assert mail.recipients == [[B, C]]
    mail.refused.clear()
    await office.work_after(timedelta(minutes=1))
    assert mail.recipients == [[B, C], [A]]


@pytest.mark.parametrize("answer", [NO_MAILBOX, GREYLISTED])
async def test_copies_go_with_an_address_that_is_taken_later(office: Office, mail: MailServer, answer: str) -> None:
    mail.refused = {A: answer, B: GREYLISTED}
    await send(office, to=f"{A}, {B}", cc=C)
    assert mail.recipients == []
    mail.refused = {A: NO_MAILBOX}
    await office.work_after(timedelta(minutes=1))
    assert mail.recipients == [[B, C]]


@pytest.mark.parametrize(("draws", "first", "second"), [((0.0, 1.0), A, B), ((1.0, 0.0), B, A)])
async def test_copies_go_with_the_address_that_is_tried_again_first(
    office: Office,
    mail: MailServer,
    monkeypatch: pytest.MonkeyPatch,
    draws: tuple[float, float],
    first: str,
    second: str,
) -> None:
    """Retries are spread by chance, so each has a batch of its own."""
    chances = iter(draws)
    monkeypatch.setattr(cast(Any, office.handlers["send"].handle).__self__, "_chance", lambda: next(chances))
    mail.refused = {A: GREYLISTED, B: GREYLISTED}
    await send(office, to=f"{A}, {B}", cc=C)
    mail.refused = {second: NO_MAILBOX}
    for _ in range(2):
        await office.work_after(timedelta(seconds=8, milliseconds=1))
    assert mail.recipients == [[first, C]]


async def test_copies_go_with_the_last_that_waits_when_the_others_are_given_up(
    office: Office, mail: MailServer
) -> None:
    await suppress(office, EVE)
    mail.refused = {A: GREYLISTED, B: NO_MAILBOX}
    await send(office, to=f"{EVE}, {B}, {A}", cc=C)
    mail.refused = {}
    await office.work_after(timedelta(minutes=1))
    assert mail.recipients == [[A, C]]


NO_RELAYING = "550 5.7.1 relaying denied"
EIGHT = [f"user-{number}" for number in range(8)]


async def push_channel(office: Office, mail: MailServer, settings: str) -> None:
    await office.push({"channels/email.yaml": SMTP.format(port=mail.port) + settings})


async def test_a_slow_channel_begins_with_the_address_that_copies_wait_for(office: Office, mail: MailServer) -> None:
    """Else the other one, which is taken, would go without them, and they would be left with the one that is not."""
    await push_channel(office, mail, "  rate: 1\n")
    mail.refused = {A: NO_RELAYING}
    for id in EIGHT:
        await office.identify(id, email=f"{id}@example.org")
    await office.trigger(*EIGHT, workflow="mail", data={"to": f"{A}, {B}", "cc": C})
    await office.work()
    while await office.jobs():
        await office.work_after(timedelta(seconds=1))
    assert mail.recipients == [[B, C]] * len(EIGHT)


async def test_after_a_pause_the_address_that_copies_wait_for_is_tried_first(
    office: Office, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cast(Any, office.handlers["send"].handle).__self__, "_chance", lambda: 0.999)
    await push_channel(office, mail, "")
    mail.refused = {A: NO_RELAYING}
    for number, id in enumerate(EIGHT, 1):
        await pause(office)
        await office.identify(id, email=f"{id}@example.org")
        await office.trigger(id, workflow="mail", data={"to": f"{A}, {B}", "cc": C})
        await office.work()
        while await office.jobs():
            await office.work_after(timedelta(minutes=2))
        assert mail.recipients == [[B, C]] * number


async def pause(office: Office) -> None:
    """Has the channel pause, so that one message is tried before the others."""
    now = office.clock.now()
    state = ChannelState(
        office.environment_id,
        await office.channel_id("email"),
        paused_for=Failure.UNAVAILABLE,
        paused_at=now,
        paused_until=now + timedelta(minutes=1),
        pauses=1,
    )
    async with office.pool.acquire() as connection, connection.transaction():
        await lock_states(connection, office.environment_id, [state.channel_id])
        await store_states(connection, [state])


async def test_the_recipients_preferences_count(office: Office, mail: MailServer) -> None:
    await office.identify("ada", email="ada@example.org")
    refusal = ChangePreferenceSets(lambda own: {**own, "default": {"kinds": {"email": False}}})
    await office.directory.write(Write(office.user("ada"), (refusal,)))
    assert await send(office, to="a@example.com") is None
    assert await skipped_for(office) == ["preferences"]


@pytest.fixture
async def provider(office: Office) -> AsyncIterator[ProviderServer]:
    async with postmark(office) as server:
        await office.push({"workflows/mail.yaml": COPIED})
        yield server


async def test_a_copy_that_bounces_says_nothing_about_the_message(office: Office, provider: ProviderServer) -> None:
    await sent_to(office, "ada")
    await tell(office, {**bounce(EVE), "MessageID": "pm-ada@example.org", "Email": EVE})
    assert (await message_of(office, "ada")).status is Status.SENT
    entry = await suppressed(office, EVE)
    assert entry is not None
    assert entry.reason is Reason.BOUNCED
    assert await suppressed(office, "ada@example.org") is None
