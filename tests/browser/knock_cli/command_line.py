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

# A folder in Knock's format that uses everything that the command line knows.
CORPUS = Path(__file__).parents[2] / "corpus/knock/push"


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
        process = await asyncio.create_subprocess_exec(
            *(node(), str(RUN), *arguments, "--api-origin", self.account.url),
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


def node() -> str:
    found = shutil.which("node")
    assert found is not None
    return found


def plain(errors: str) -> str:
    """Returns what an error says, without the frame that the command line draws on its left, in single lines."""
    lines = [re.sub(r"^ *[›»] *(Error: )?", "", line).strip() for line in errors.splitlines()]
    return "\n".join(line for line in lines if line)


async def deploy_channels(installation: Installation) -> None:
    """Deploys the channels, the groups of them and the variables that the corpus uses, in each environment."""
    folder = installation.data_dir / "not-of-the-command-line"
    for kind in ("channels", "channel_groups"):
        shutil.copytree(CORPUS / kind, folder / kind)
    for file in CORPUS.glob("*.yaml"):
        shutil.copy(file, folder)
    variables = {**installation.to_environment(), "KNOCK_CORPUS_TWILIO_TOKEN": "token"}
    for name in ENVIRONMENTS:
        finished = await addressee("push", str(folder), "--environment", name, **variables)
        assert finished.code == 0, finished


def copy_corpus(folder: Path) -> None:
    """Copies the resources of the corpus that the command line knows into a folder.

    Translations in PO stay away, as it pulls all in one format, which is JSON. So does the tag `t`: it checks Liquid
    by itself, and does not know that one.
    """
    for kind in ("workflows", "layouts", "partials", "translations", "audiences"):
        shutil.copytree(CORPUS / kind, folder / kind, ignore=shutil.ignore_patterns("*.po"))
    for file in folder.rglob("*.txt"):
        file.write_text(file.read_text().replace("{% t %}", "").replace("{% endt %}", ""))


def contents(folder: Path) -> dict[str, bytes]:
    """Returns the bytes of all files below a folder, by their paths."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()
    }
