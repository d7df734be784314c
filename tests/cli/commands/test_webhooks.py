"""`addressee webhooks`."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

import pytest
from click.testing import CliRunner

from addressee.cli.app import app
from addressee.cli.errors import CommandError
from addressee.database.environment_variables import ALLOW_PRIVATE_WEBHOOKS
from addressee.database.errors import SetupError
from addressee.database.installation import Installation
from tests.conftest import Environment
from tests.support.command import Finished
from tests.support.webhook_receiver import Reply, receiving

URL = "https://example.com/hook"
NOBODY = str(UUID(int=7))


Webhooks: TypeAlias = Callable[..., Awaitable[Finished]]


@pytest.fixture
def webhooks(installation: Installation, environment: Environment, monkeypatch: pytest.MonkeyPatch) -> Webhooks:
    """Runs commands `webhooks` in this process, and in a new environment of the tests' database."""
    # What the flag sets for the processes that a command starts ends with the test.
    monkeypatch.setenv(ALLOW_PRIVATE_WEBHOOKS, "")

    async def run(command: str, *arguments: str | Path, **variables: str) -> Finished:
        os.environ[ALLOW_PRIVATE_WEBHOOKS] = ""
        words = ["webhooks", command, *map(str, arguments), "--environment", environment.name]
        given = {**installation.to_environment(), **variables}
        done = await asyncio.to_thread(CliRunner().invoke, app, words, env=given)
        if isinstance(done.exception, CommandError | SetupError):
            return Finished(1, done.stdout, f"addressee: {done.exception}\n")
        assert done.exception is None, done.output
        return Finished(done.exit_code, done.stdout, "")

    return run


async def added(webhooks: Webhooks, *arguments: str | Path) -> dict[str, Any]:
    finished = await webhooks("add", URL, "--json", *arguments)
    assert finished.errors == ""
    webhook: dict[str, Any] = json.loads(finished.output)
    return webhook


async def test_a_webhook_is_added_changed_disabled_and_removed(webhooks: Webhooks, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a secret of ours, by hand\n")
    webhook = await added(webhooks, "--form", "knock", "--secret-file", tmp_path / "secret", "--type", "message.*")
    id = webhook["id"]
    assert (webhook["url"], webhook["types"], webhook["form"]) == (URL, ["message.*"], "knock")
    assert webhook["secret"] == "a secret of ours, by hand"

    changed = await webhooks("change", id, "--type", "recipient.merged", "--description", "The CRM")
    assert changed.output == f"{id}  ok        {URL}  recipient.merged\n"
    disabled = await webhooks("disable", id)
    assert disabled.output == f"{id}  disabled  {URL}  recipient.merged\n"
    assert (await webhooks("list")).output == disabled.output
    [listed] = map(json.loads, (await webhooks("list", "--json")).output.splitlines())
    assert (listed["disabled_for"], listed["description"], "secret" in listed) == ("by_hand", "The CRM", False)
    assert (await webhooks("enable", id)).output == changed.output

    assert (await webhooks("remove", id)).output == f"Removed {id}.\n"
    assert (await webhooks("list")).output == ""


async def test_secrets_are_shown_when_they_are_made_and_when_they_are_asked_for(webhooks: Webhooks) -> None:
    webhook = await added(webhooks)
    id, first = webhook["id"], webhook["secret"]
    rotated = json.loads((await webhooks("rotate-secret", id, "--json")).output)
    assert rotated["secret"] != first
    hidden = await webhooks("show", id)
    assert first not in hidden.output
    assert rotated["secret"] not in hidden.output
    assert f"url            {URL}\n" in hidden.output
    shown = json.loads((await webhooks("show", id, "--secret", "--json")).output)
    assert shown["secrets"] == [rotated["secret"], first]


async def test_hosts_of_the_own_network_are_told_if_they_are_allowed(webhooks: Webhooks) -> None:
    inside = "http://10.1.2.3/hook"
    refused = await webhooks("add", inside)
    assert (refused.code, refused.errors) == (
        1,
        "addressee: url must lead to a public host: 10.1.2.3 is not a public host; if it is one of yours, name it in "
        "--allow-private-webhooks (ADDRESSEE_ALLOW_PRIVATE_WEBHOOKS).\n",
    )
    assert (await webhooks("add", inside, "--allow-private-webhooks", "10.0.0.0/8")).code == 0
    assert (await webhooks("add", inside, ADDRESSEE_ALLOW_PRIVATE_WEBHOOKS="10.1.2.3")).code == 0
    unknown = await webhooks("add", inside, "--allow-private-webhooks", "10.0.0.0/99")
    assert (unknown.code, unknown.errors) == (
        1,
        "addressee: --allow-private-webhooks must list hosts and networks, like hooks.example.com, 10.0.0.0/8; "
        "not 10.0.0.0/99.\n",
    )


async def test_what_is_not_there_is_named_in_one_line(webhooks: Webhooks) -> None:
    message = "addressee: There is no such webhook in this environment; it may have been deleted.\n"
    for command in ("show", "change", "enable", "rotate-secret", "remove"):
        assert await webhooks(command, NOBODY) == Finished(1, "", message)


async def test_a_type_that_does_not_exist_is_refused_with_the_one_that_was_meant(webhooks: Webhooks) -> None:
    refused = await webhooks("add", URL, "--type", "message.snt")
    assert refused.errors == "addressee: types: there is no type 'message.snt'; did you mean 'message.sent'?\n"


async def test_a_test_says_what_was_answered(webhooks: Webhooks) -> None:
    async with receiving() as receiver:
        receiver.reply = Reply(200, body="Thanks\n a lot")
        allowed = ("--allow-private-webhooks", "127.0.0.1")
        add = await webhooks("add", receiver.url, "--json", *allowed)
        id = json.loads(add.output)["id"]
        tested = await webhooks("test", id, *allowed)
        assert re.fullmatch(r"200 after \d+ ms  Thanks a lot\n", tested.output)
        assert [request.type for request in receiver.received] == ["endpoint.test"]
        refused = await webhooks("test", id)
        assert refused.code == 1
        assert "127.0.0.1 is not a public host; if it is one of yours, name it in --allow-private-webhooks" in (
            refused.errors
        )
    assert (await webhooks("deliveries", id)).output == ""
    assert (await webhooks("resend", id)).output == "0 are sent again.\n"
    for command, arguments, message in (
        ("deliveries", ("--type", "message.snt"), "there is no type 'message.snt'; did you mean 'message.sent'?"),
        ("resend", ("--since", "yesterday"), "--since must be a date and time like 2026-03-01T12:00Z."),
    ):
        assert message in (await webhooks(command, id, *arguments)).errors
