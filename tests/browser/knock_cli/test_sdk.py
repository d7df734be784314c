"""The SDK @knocklabs/mgmt lists, reads, pushes and is refused."""

from __future__ import annotations

import asyncio
import json
import os
from asyncio.subprocess import PIPE
from pathlib import Path

from tests.browser.knock_cli.command_line import Account, node
from tests.browser.prerequisites import PACKAGES

SCRIPT = Path(__file__).with_name("sdk.mjs")


async def test_the_sdk_for_management(account: Account) -> None:
    process = await asyncio.create_subprocess_exec(
        *(node(), str(SCRIPT), account.url),
        stdout=PIPE,
        cwd=PACKAGES.parent,
        env={"PATH": os.environ["PATH"], "KNOCK_SERVICE_TOKEN": account.token},
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    found = json.loads(output)
    assert found["token"] == "laptop"
    assert found["environments"] == ["development", "staging", "production"]
    assert found["channels"] == ["email", "hook", "in-app", "push", "push-old", "slack", "sms"]
    assert (found["groups"], found["email"]) == (["phones"], "email")
    assert {"sdk-a", "sdk-b", "sdk-c"} <= set(found["workflows"])
    assert found["workflows"] == sorted(found["workflows"])
    assert set(found["pages"][:-1]) == {2}
    assert "sdk-frame" in found["layouts"]
    assert (found["guides"], found["commits"]) == ([], 1)
    [step] = found["again"]
    assert step == {
        "ref": "feed",
        "type": "channel",
        "channel_key": "in-app",
        "template": {"markdown_body": "Hello", "action_url": "/"},
    }
    assert found["translation"] == ["sdk", '{"hello":"Bonjour"}']
    assert found["refused"]["status"] == 422
    assert [error["field"] for error in found["refused"]["errors"]] == ["steps[0].type"]
