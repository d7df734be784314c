"""Contents of all types can be stored."""

from __future__ import annotations

import pytest

from addressee.messaging.messages.status import Status
from tests.messaging.office import FILES, Office

MAIL = """
steps:
  - ref: mail
    channel: email
    template:
      subject: Hi
      {part}: "x{{{{ data.value | url_decode }}}}y"
"""


@pytest.mark.parametrize("part", ["text", "html"])
async def test_a_filter_that_makes_a_nul_fails_its_message_and_no_other(office: Office, part: str) -> None:
    """PostgreSQL stores no such text: the whole page of the run would fail, whoever gives the value."""
    await office.push({**FILES, "workflows/mail.yaml": MAIL.format(part=part)})
    await office.identify("ada", email="ada@example.org")
    await office.trigger("ada", workflow="mail", data={"value": "%00"})
    await office.trigger("ada", workflow="mail", data={"value": "%41 \\u0000"})
    await office.work()
    failed, sent = sorted(await office.messages("ada"), key=lambda message: message.status, reverse=True)
    assert (failed.status, sent.status) == (Status.UNDELIVERED, Status.SENT)
    reason = "template: this has the character NUL, which no message can have"
    assert (await office.events(failed))[-1] == (
        "undelivered",
        {"failure_reason": "fatal_error", "failure_details": reason},
    )
