"""docs/webhooks.md tells the truth: its examples are carried out, and its tables compared with what there is."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
import socket
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec
import pytest

from addressee.channels.requests import signatures
from addressee.cli.app import app
from addressee.dialects.native.wire.webhook_examples import EXAMPLES
from addressee.dialects.native.wire.webhook_shapes import NewWebhook, Period, WebhookChange
from addressee.messaging.webhooks.event_types import DESCRIPTIONS
from tests.messaging.office import Office
from tests.messaging.webhooks.told import SECRET, deliver, open_endpoint, statuses
from tests.support.waiting import until

PAGE = Path("docs/webhooks.md").read_text(encoding="utf-8")
RECEIVER, GENUINE, KNOCK = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
SHELL = "".join(re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL))

BODY = b'{"type": "recipient.updated"}'


def function(code: str, name: str) -> Callable[..., bool]:
    names: dict[str, Any] = {}
    exec(code, names)
    found: Callable[..., bool] = names[name]
    return found


async def test_the_receiver_takes_what_is_signed_and_nothing_else(office: Office) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code = RECEIVER.replace("9000", str(port)).replace("print(", "print(flush=True, *(")
    code = code.replace('event["data"])', 'event["data"]))')
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=PIPE, stderr=PIPE)

    async def listens() -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return False
        writer.close()
        return True

    try:
        await until(listens)
        office.clock.now = lambda: datetime.now(UTC)  # type: ignore[method-assign]  # the library looks at its clock
        signed = await open_endpoint(office, url=f"http://127.0.0.1:{port}/", secrets=(SECRET,))
        other = f"{SECRET[:-4]}AAAA"
        unsigned = await open_endpoint(office, url=f"http://127.0.0.1:{port}/", secrets=(other,))
        await office.identify("ada")
        await deliver(office)
        assert (await statuses(office, signed), await statuses(office, unsigned)) == (["delivered"], ["pending"])
        assert process.stdout is not None
        assert b" recipient.created {'recipient': {" in await process.stdout.readline()
    finally:
        process.kill()
        await process.communicate()


def test_signatures_are_verified_without_a_library() -> None:
    is_genuine = function(GENUINE, "is_genuine")
    headers = signatures.standard(SECRET, "id", datetime.now(UTC), BODY)
    assert is_genuine(SECRET, headers, BODY)
    assert not is_genuine(SECRET, headers, BODY + b" ")
    assert not is_genuine(f"{SECRET[:-4]}AAAA", headers, BODY)
    old = signatures.standard(SECRET, "id", datetime(2026, 3, 1, tzinfo=UTC), BODY)
    assert not is_genuine(SECRET, old, BODY)
    both = signatures.standard(f"{SECRET[:-4]}AAAA {SECRET}", "id", datetime.now(UTC), BODY)
    assert is_genuine(SECRET, both, BODY)


def test_signatures_in_knocks_form_are_verified() -> None:
    is_from_knock = function(KNOCK, "is_from_knock")
    headers = signatures.knock("a secret of ours", datetime.now(UTC), BODY)
    assert is_from_knock("a secret of ours", headers, BODY)
    assert not is_from_knock("a secret of ours", headers, BODY + b" ")
    assert not is_from_knock("another secret of ours", headers, BODY)


def test_the_examples_are_those_that_the_api_shows() -> None:
    shown = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
    assert [each["type"] for each in shown] == [
        "message.sent",
        "workflow_recipient_run.completed",
        "recipient.updated",
        "recipient.merged",
    ]
    assert shown == [EXAMPLES[each["type"]] for each in shown]


def test_each_type_is_described() -> None:
    rows = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \| (.*) \|$", PAGE, re.MULTILINE)
    assert dict(rows) == DESCRIPTIONS


@pytest.mark.parametrize(
    ("body", "type"), [(r"'(\{\s+\"url\".*?\})'", NewWebhook), (r"'(\{\"enabled.*?\})'", WebhookChange)]
)
def test_bodies_are_taken(body: str, type: type[msgspec.Struct]) -> None:
    (text,) = re.findall(body, SHELL, re.DOTALL)
    msgspec.json.decode(text, type=type)


def test_a_period_is_taken() -> None:
    (text,) = re.findall(r"`(\{\"since\".*?\})`", PAGE)
    assert msgspec.json.decode(text, type=Period).since == datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize("line", [line for line in SHELL.splitlines() if line.startswith("addressee ")])
def test_commands_are_as_they_are(line: str) -> None:
    command: click.Command = app
    arguments = shlex.split(line)[1:]
    while isinstance(command, click.Group):
        command = command.commands[arguments.pop(0)]
    command.make_parser(click.Context(command)).parse_args(arguments)
