"""Redaction of messages that others change between its look at them and what it stores: neither undoes the other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from itertools import chain, repeat
from typing import Any, cast

import pytest

from addressee.messaging.lifecycle import redaction
from addressee.messaging.lifecycle.redacted_contents import redacted_contents
from tests.channels.mail_server import MailServer, mail_server
from tests.messaging.delivery.test_named_addresses import GREYLISTED, NO_MAILBOX, A, B, C
from tests.messaging.delivery.test_send_job import SMTP
from tests.messaging.lifecycle.test_redacted_addresses import ADA, TABLES, purge, tell
from tests.messaging.lifecycle.test_redaction import everything
from tests.messaging.office import Office

COPIED = f"""
steps:
  - ref: email
    type: channel
    channel_key: email
    template: {{subject: Hello, text_body: "{{{{ actor.email }}}} says hello"}}
    channel_overrides: {{to_address: "{A}, {B}", cc_address: {C}}}
"""
AFTER_A_MINUTE = timedelta(minutes=1)


@pytest.fixture
async def mail(office: Office) -> AsyncIterator[MailServer]:
    async with mail_server() as mail:
        await office.push({"channels/email.yaml": SMTP.format(port=mail.port)})
        await office.identify("ada", email=ADA)
        await office.identify("bob", email="bob@example.org")
        await office.identify("carl", email="carl@example.org")
        yield mail


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], Awaitable[Any]]) -> None:
    """Has something happen once, after a redaction has rendered messages and before it stores them."""
    render, waiting = redacted_contents, [happens]

    async def render_and_wait(*arguments: Any) -> Any:
        contents = await render(*arguments)
        while waiting:
            await waiting.pop()()
        return contents

    monkeypatch.setattr(redaction, "redacted_contents", render_and_wait)


@pytest.mark.parametrize(
    ("refused_meanwhile", "expected"),
    [
        ({A: NO_MAILBOX, B: GREYLISTED}, [[B, C]]),  # the copies wait with another address
        ({A: GREYLISTED}, [[B, C], [A]]),  # they went with another address
    ],
)
async def test_copies_that_pass_to_another_address_stay_there(
    office: Office,
    mail: MailServer,
    monkeypatch: pytest.MonkeyPatch,
    refused_meanwhile: dict[str, str],
    expected: list[list[str]],
) -> None:
    chances = chain((0.0, 1.0), repeat(0.5))  # of the two, A is due first
    monkeypatch.setattr(cast(Any, office.handlers["send"].handle).__self__, "_chance", lambda: next(chances))
    mail.refused = {A: GREYLISTED, B: GREYLISTED}
    await tell(office, COPIED)

    async def try_again() -> None:
        mail.refused = refused_meanwhile
        await office.work_after(AFTER_A_MINUTE)
        mail.refused = {}

    meanwhile(monkeypatch, try_again)
    await purge(office)
    await office.work_after(AFTER_A_MINUTE)
    assert mail.recipients == expected
    assert ADA not in await everything(office, *TABLES)


async def test_a_message_that_follows_a_merge_is_redacted_where_it_is(
    office: Office, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tell(office, COPIED)
    meanwhile(monkeypatch, lambda: office.merge("carl", "bob"))
    await purge(office)
    assert len(await office.messages("carl")) == 1
    assert ADA not in await everything(office, "messages")


async def test_a_message_that_is_erased_is_not_waited_for(
    office: Office, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tell(office, COPIED)
    meanwhile(monkeypatch, lambda: office.messaging.lifecycle.purge(office.directory, office.user("bob")))
    await purge(office)
    assert ADA not in await everything(office, *TABLES)
