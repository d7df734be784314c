"""The command `knock` of npm's package @knocklabs/cli, run in a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
from asyncio.subprocess import DEVNULL, PIPE
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.directory.access.keys import Keys
from tests.browser.prerequisites import PACKAGES
from tests.support.command import Finished, addressee

RUN = PACKAGES / "@knocklabs/cli/bin/run.js"
ENVIRONMENTS = ("development", "staging", "production")

CHANNELS = {
    "in-app-feed": "type: in_app_feed\n",
    "sendgrid": "type: email\nprovider: outbox\nsettings: {from: Acme <hello@example.com>}\n",
    "twilio": "type: sms\nprovider: twilio\nsettings: {account_sid: AC0, auth_token: token, from: '+15005550006'}\n",
    "apns": "type: push\nprovider: expo\n",
}


@dataclass(frozen=True)
class Account:
    """An installation, as its clients reach it."""

    url: str
    token: str
    pool: Pool
    keys: Keys


@dataclass(frozen=True)
class KnockCommand:
    account: Account
    folder: Path
    home: Path

    def in_folder(self, folder: Path) -> KnockCommand:
        return replace(self, folder=folder)

    async def __call__(self, *arguments: str, token: str | None = None) -> Finished:
        """Runs the command to its end, in the folder of the project."""
        node = shutil.which("node")
        assert node is not None
        process = await asyncio.create_subprocess_exec(
            *(node, str(RUN), *arguments, "--api-origin", self.account.url),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
            cwd=self.folder,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.home),
                "KNOCK_SERVICE_TOKEN": token or self.account.token,
                "NO_COLOR": "1",
                "OCLIF_COLUMNS": "1000",
            },
        )
        output, errors = await process.communicate()
        return Finished(process.returncode, output.decode(), plain(errors.decode()))

    async def ok(self, *arguments: str) -> str:
        """Returns what a command says that succeeds."""
        finished = await self(*arguments)
        assert finished.code == 0, finished
        return finished.output

    async def json(self, *arguments: str) -> Any:
        return json.loads(await self.ok(*arguments, "--json"))

    async def refused(self, *arguments: str) -> str:
        """Returns what a command says that fails."""
        finished = await self(*arguments)
        assert finished.code not in (0, None), finished
        return finished.errors


def plain(errors: str) -> str:
    """Returns what an error says, without the frame that the command line draws on its left, in single lines."""
    lines = [re.sub(r"^ *[›»] *(Error: )?", "", line).strip() for line in errors.splitlines()]
    return "\n".join(line for line in lines if line)


async def deploy_channels(installation: Installation) -> None:
    """Deploys the channels that the workflows of these tests name, in each environment."""
    folder = installation.data_dir / "channels-of-the-tests"
    (folder / "channels").mkdir(parents=True)
    for key, text in CHANNELS.items():
        (folder / "channels" / f"{key}.yaml").write_text(text)
    for name in ENVIRONMENTS:
        finished = await addressee("push", str(folder), "--environment", name, **installation.to_environment())
        assert finished.code == 0, finished
