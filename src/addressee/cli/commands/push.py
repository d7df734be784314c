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
from addressee.messaging.environment import channels
from addressee.messaging.environment.secrets import all_secrets
from addressee.messaging.steps.compiler import UsableChannel
from addressee.messaging.workflows import deployment
from addressee.messaging.workflows.configuration import ConfigurationError, read_configuration
from addressee.messaging.workflows.shared_templates.store import read_shared_templates


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
            stored = await channels.by_key(pool, known.id)
            usable = {key: UsableChannel(channel.served_by, lacks=channel.lacks) for key, channel in stored.items()}
            secrets = frozenset(secret.name for secret in await all_secrets(pool, known.id))
            shared = await read_shared_templates(pool, known.id)
            configuration = read_configuration(folder, os.environ, usable, secrets, shared)
            done = await deployment.deploy(pool, sealer, known.id, configuration, datetime.now(UTC))
    for warning in configuration.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    for each in done:
        print(f"{each.effect:<9}  {each.what}")
