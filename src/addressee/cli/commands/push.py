"""The command `push`: deploys channels, templates, workflows, variables and preferences from files."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from addressee.cli.errors import CommandError, refusals
from addressee.cli.options import InstallationOptions
from addressee.directory.access.environments import Environments
from addressee.messaging.workflows import deployment
from addressee.messaging.workflows.available import read_available
from addressee.messaging.workflows.configuration import ConfigurationError, read_configuration


@contextmanager
def shown_problems(consequence: str = "") -> Iterator[None]:
    """Prints each problem of a folder, and turns them into a CommandError."""
    try:
        yield
    except ConfigurationError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        raise CommandError(f"{len(error.problems)} to correct{consequence}.") from None


async def push(options: InstallationOptions, folder: Path, environment: str) -> None:
    """Raises CommandError when anything is wrong, after it has printed each problem."""
    with shown_problems("; nothing was changed"):
        async with options.open() as (pool, sealer):
            with refusals():
                known = await Environments(pool).named(environment)
            configuration = read_configuration(folder, os.environ, await read_available(pool, known.id))
            done = await deployment.deploy(pool, sealer, known.id, configuration, datetime.now(UTC))
    for warning in configuration.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    for each in done:
        print(f"{each.effect:<9}  {each.what}")
