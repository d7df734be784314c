"""Sending messages again: what the page says before, and that each page that was shown does it once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest

from addressee.database.paging import PageRequest
from addressee.messaging.messages.model import Address, Message
from addressee.messaging.suppressions.model import Reason, Suppression, position_of
from addressee.operators.operators import Operators
from tests.channels.mail_server import OK, MailServer
from tests.conftest import Environment
from tests.dashboard.messages.conftest import message_in
from tests.messaging.office import Office
from tests.support.browsing import load, submit
from tests.support.html import Element


@pytest.fixture
async def refused(office: Office, mail: MailServer) -> Message:
    """Ada's e-mail was refused for good; the server takes further ones."""
    mail.data_answer = "554 5.7.1 looks like spam"
    await office.identify("ada", email="ada@example.org")
    await office.trigger("ada", data={"code": "A-1"})
    message = await message_in(office, "ada", "mail", "undelivered")
    mail.data_answer = OK
    return message


def form_of(page: Element, action: str) -> Element:
    return page.one("form", action=action)


async def test_it_says_what_it_does_and_does_it_once(
    refused: Message,
    office: Office,
    mail: MailServer,
    editor: httpx.AsyncClient,
    at: Callable[..., str],
    operators: Operators,
    environment: Environment,
) -> None:
    page = await load(editor, at("messages", refused.id))
    assert "The same message is tried anew to ada@example.org , with as many attempts as a new one." in page.text
    form = form_of(page, at("messages", refused.id, "send-again"))
    answers = await asyncio.gather(*(submit(editor, form) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    await message_in(office, "ada", "mail", "sent")
    assert mail.recipients == [["ada@example.org"]]
    late = await submit(editor, form)
    assert late.status_code == 409
    assert "The message has been sent again meanwhile; look at it once more." in late.text
    acts = await operators.acts.list(environment.id, PageRequest(10))
    assert {(act.name, act.subject) for act in acts.entries} == {("messages.send_again", "ada")}
    after = await editor.get(at("messages", refused.id))
    assert "An operator had it sent again." in after.text
    assert "send-again" not in after.text


async def test_a_suppressed_address_is_not_written_to(
    refused: Message, office: Office, mail: MailServer, editor: httpx.AsyncClient, at: Callable[..., str]
) -> None:
    page = await load(editor, at("messages", refused.id))
    kind, key = position_of(Address("email", "ada@example.org"))
    await office.messaging.suppressions.add(
        office.environment_id, [Suppression(kind, key, Reason.MANUAL, office.clock.now())]
    )
    answer = await submit(editor, form_of(page, at("messages", refused.id, "send-again")))
    assert answer.status_code == 409
    assert "It was not sent again. The address is on the suppression list." in answer.text
    shown = await load(editor, at("messages", refused.id))
    assert "It cannot be sent again. The address is on the suppression list." in shown.text
    assert mail.mails == []


@pytest.mark.parametrize("times", ["", "-1", "x", "9" * 400, "٣"])
async def test_a_form_that_was_changed_sends_nothing(
    refused: Message, mail: MailServer, editor: httpx.AsyncClient, at: Callable[..., str], times: str
) -> None:
    page = await load(editor, at("messages", refused.id))
    answer = await submit(editor, form_of(page, at("messages", refused.id, "send-again")), times=times)
    assert answer.status_code == 409
    assert mail.mails == []


async def test_a_viewer_is_not_offered_it(refused: Message, viewer: httpx.AsyncClient, at: Callable[..., str]) -> None:
    assert "send-again" not in (await viewer.get(at("messages", refused.id))).text
