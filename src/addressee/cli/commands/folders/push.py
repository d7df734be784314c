"""The command `push`: deploys channels, templates, workflows, variables and preferences from files."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from addressee.cli.errors import CommandError, refusals
from addressee.cli.options import InstallationOptions
from addressee.database.pool import Connection
from addressee.directory.access.environments import Environments
from addressee.messaging.definitions.sources import Problem
from addressee.messaging.workflows.available import read_available
from addressee.messaging.workflows.commits.model import NOBODY, Authorship
from addressee.messaging.workflows.configuration import ConfigurationError, read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy_within, lock_environment, undone
from addressee.messaging.workflows.deploying.effects import Deployed, Effect
from addressee.messaging.workflows.folders.project import definitions_folder

# The exit codes of a check: something would change, or there are problems.
WOULD_CHANGE = 1
PROBLEMS = 2


@contextmanager
def shown_problems(consequence: str = "", shown: Callable[[Problem], str] = str) -> Iterator[None]:
    """Prints each problem of a configuration, and turns them into a CommandError."""
    try:
        yield
    except ConfigurationError as error:
        for problem in error.problems:
            print(shown(problem), file=sys.stderr)
        raise CommandError(f"{len(error.problems)} to correct{consequence}.") from None


async def push(options: InstallationOptions, folder: Path, environment: str, authorship: Authorship) -> None:
    """Raises CommandError when anything is wrong, after it has printed each problem."""
    show(await deployed(options, folder, environment, authorship))


async def check(options: InstallationOptions, folder: Path, environment: str) -> None:
    """Shows what a push would change. Exits with 1 when that is something, with 2 when anything is wrong."""
    try:
        effects = await deployed(options, folder, environment, None)
    except CommandError as error:
        print(f"addressee: {error}", file=sys.stderr)
        sys.exit(PROBLEMS)
    show(effects)
    if any(each.effect is not Effect.UNCHANGED for each in effects):
        sys.exit(WOULD_CHANGE)


async def deployed(
    options: InstallationOptions, folder: Path, environment: str, authorship: Authorship | None
) -> list[Deployed]:
    """Deploys a folder, and returns the effects; without an author, these alone."""
    with shown_problems("; nothing was changed"):
        async with options.open() as (pool, sealer):
            with refusals():
                known = await Environments(pool).named(environment)
            async with pool.acquire() as connection, transaction_for(connection, authorship):
                await lock_environment(connection, known.id)
                available = await read_available(connection, known.id)
                configuration = read_configuration(definitions_folder(folder), os.environ, available)
                done = await deploy_within(
                    connection, sealer, known.id, configuration, datetime.now(UTC), authorship or NOBODY
                )
    for warning in configuration.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    return done


def transaction_for(connection: Connection, authorship: Authorship | None) -> AbstractAsyncContextManager[object]:
    return undone(connection) if authorship is None else connection.transaction()


def show(effects: Iterable[Deployed]) -> None:
    for each in effects:
        print(f"{each.effect:<9}  {each.what}")
