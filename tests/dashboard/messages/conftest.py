"""Messages and runs of the environment, which the real worker carries out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.messaging.messages.model import Message
from tests.channels.mail_server import MailServer, mail_server
from tests.conftest import Environment
from tests.messaging.office import Office
from tests.support.clock import MovedClock
from tests.support.waiting import until

SMTP = """
name: Mail
type: email
provider: smtp
settings:
  host: 127.0.0.1
  port: {port}
  security: none
  from: Example <hello@example.com>
"""

IN_APP = "name: Inbox\ntype: in_app_feed"

WELCOME = """
name: Welcome
categories: [onboarding]
steps:
  - ref: in-app
    channel: in-app
    template: {body: "**Hello, {{ recipient.name }}!**"}
  - ref: mail
    channel: email
    template:
      subject: "Hello, {{ recipient.name }}"
      html: "<p>Your code is {{ data.code }}</p>"
      text: "Your code is {{ data.code }}"
"""

LATER = """
name: Later
steps:
  - ref: pause
    delay: 2h
  - ref: mail
    channel: email
    template: {subject: Later, text: Later}
"""


@pytest.fixture
async def office(
    pool: Pool, environment: Environment, installation: Installation, worker: None, tmp_path: Path
) -> Office:
    sealer = Sealer(installation.master_key())
    return Office(pool, environment.id, tmp_path, MovedClock(datetime.now(UTC)), sealer)


@pytest.fixture
async def mail(office: Office) -> AsyncIterator[MailServer]:
    """A mail server behind the channel `email`; the workflows `welcome` and `later` are there, too."""
    async with mail_server() as mail:
        await office.push(
            {
                "channels/in-app.yaml": IN_APP,
                "channels/email.yaml": SMTP.format(port=mail.port),
                "workflows/welcome.yaml": WELCOME,
                "workflows/later.yaml": LATER,
            }
        )
        yield mail


async def message_in(office: Office, id: str, step: str, *statuses: str) -> Message:
    """Returns somebody's message of a step once it has one of these statuses."""

    found: list[Message] = []

    async def is_there() -> bool:
        found[:] = [each for each in await office.messages(id) if each.step_ref == step and each.status in statuses]
        return bool(found)

    await until(is_there)
    return found[0]
