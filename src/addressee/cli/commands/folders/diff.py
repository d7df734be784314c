"""The command `diff`: how a folder differs from what an environment has."""

from __future__ import annotations

import sys
from pathlib import Path

from addressee.cli.commands.folders.pull import sources_in, stored_in, tell_of_unknown
from addressee.cli.commands.folders.push import shown_problems
from addressee.cli.options import InstallationOptions
from addressee.messaging.workflows.folders.differences import differences
from addressee.messaging.workflows.folders.environment import things_of
from addressee.messaging.workflows.folders.local import named_sources, things_in
from addressee.messaging.workflows.folders.project import definitions_folder

DIFFERENT = 1


async def diff(options: InstallationOptions, folder: Path, environment: str) -> None:
    """Exits with 1 when there are differences."""
    with shown_problems():
        root = definitions_folder(folder)
    stored = await stored_in(options, environment)
    here = named_sources(sources_in(root))
    found = differences(things_in(here), things_of(stored, here))
    for name in found.only_there:
        print(f"only in {environment}: {name}")
    for name in found.only_here:
        print(f"only in the folder: {name}")
    for each in found.files:
        for line in each.lines(environment):
            print(line)
    tell_of_unknown(stored)
    if found:
        sys.exit(DIFFERENT)
