"""Taking channels, workflows and variables from files."""

import os
import sys
from pathlib import Path

from addressee.cli.errors import CommandError, refusals
from addressee.cli.options import HERE, Place


async def push(folder: Path, /, *, environment: str, place: Place = HERE) -> None:
    """Take channels and workflows from the files of a folder.

    Everything is checked first. When anything is wrong, every mistake is shown with its file and line, and nothing is
    changed. What no file of the folder defines stays as it is.

    Parameters
    ----------
    folder
        Holds channels/<key>.yaml, workflows/<key>.yaml, variables.yaml, public_variables.yaml, categories.yaml and
        preferences.yaml; each may be missing.
    environment
        The environment's name.
    """
    from datetime import UTC, datetime

    from addressee.directory.environments import Environments
    from addressee.messaging import channels
    from addressee.messaging.configuration import MistakesError, read_configuration
    from addressee.messaging.pushing import push

    try:
        async with place.open() as (pool, sealer):
            with refusals():
                known = await Environments(pool).named(environment)
            stored = await channels.by_key(pool, known.id)
            providers = {key: channel.provider for key, channel in stored.items()}
            configuration = read_configuration(folder, os.environ, providers)
            done = await push(pool, sealer, known.id, configuration, datetime.now(UTC))
    except MistakesError as error:
        for mistake in error.mistakes:
            print(mistake, file=sys.stderr)
        raise CommandError(f"{len(error.mistakes)} to correct; nothing was changed.") from None
    for warning in configuration.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    for each in done:
        print(f"{each.effect:<9}  {each.what}")
