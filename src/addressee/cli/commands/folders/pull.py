"""The command `pull`: writes what an environment has as files."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from addressee.cli.commands.folders.push import shown_problems
from addressee.cli.errors import CommandError, refusals
from addressee.cli.options import InstallationOptions
from addressee.database.sealing import WrongMasterKeyError
from addressee.directory.access.environments import Environments
from addressee.messaging.workflows.configuration_sources import ConfigurationSources, folder_sources
from addressee.messaging.workflows.folders.channels import variables_in
from addressee.messaging.workflows.folders.environment import Stored, read_stored, things_of
from addressee.messaging.workflows.folders.local import named_sources, things_in
from addressee.messaging.workflows.folders.project import definitions_folder
from addressee.messaging.workflows.folders.pulling import Pull, UnsafePathError, carry_out
from addressee.messaging.workflows.folders.pulling import pull as planned

CHANNEL = "channel "


async def stored_in(options: InstallationOptions, environment: str) -> Stored:
    """Returns what an environment has. Raises CommandError."""
    async with options.open() as (pool, sealer):
        with refusals():
            known = await Environments(pool).named(environment)
        try:
            return await read_stored(pool, sealer, known.id)
        except WrongMasterKeyError as error:
            raise CommandError(str(error)) from None


def sources_in(root: Path) -> ConfigurationSources:
    return folder_sources(root) if root.is_dir() else ConfigurationSources()


async def pull(options: InstallationOptions, folder: Path, environment: str, *, force: bool) -> None:
    """Raises CommandError when files would be overwritten that nobody agreed to."""
    with shown_problems("; nothing was written"):
        root = definitions_folder(folder)
    stored = await stored_in(options, environment)
    here = named_sources(sources_in(root))
    there = {
        name: files
        for name, files in things_of(stored, here).items()
        if not name.startswith(CHANNEL) or name not in here
    }
    try:
        plan = planned(root, things_in(here), there)
    except UnsafePathError as error:
        raise CommandError(f"{error}. Nothing was written.") from None
    if plan.destroys and not force:
        agree(plan)
    carry_out(root, plan)
    show(plan)
    tell_of_channels(stored, {name.removeprefix(CHANNEL) for name in there if name.startswith(CHANNEL)})
    tell_of_unknown(stored)


def agree(plan: Pull) -> None:
    """Asks whether contents may be lost. Raises CommandError if not, or if nobody can be asked."""
    for path in plan.overwritten:
        print(f"differs    {path}", file=sys.stderr)
    for path in plan.removed:
        print(f"not there  {path}", file=sys.stderr)
    if not sys.stdin.isatty():
        raise CommandError("These files would be overwritten or removed; --force does it. Nothing was written.")
    if not click.confirm("Overwrite or remove these files?", err=True):
        raise CommandError("Nothing was written.")


def show(plan: Pull) -> None:
    for effect, paths in (("new", plan.new), ("changed", plan.overwritten), ("removed", plan.removed)):
        for path in paths:
            print(f"{effect:<9}  {path}")
    if not plan.texts and not plan.removed:
        print("The folder says what the environment has.")


def tell_of_channels(stored: Stored, written: set[str]) -> None:
    """Tells which variables the channels need that were written, as secrets are in no file."""
    needed = sorted(variables_in({key: file for key, file in stored.channels.items() if key in written}))
    if needed:
        print(f"Set these environment variables for a push: {', '.join(needed)}.", file=sys.stderr)


def tell_of_unknown(stored: Stored) -> None:
    for name in stored.unknown:
        print(f"warning: {name} was pushed by an older version, which kept no files; push it again", file=sys.stderr)
