"""Options that many commands share: of the installation they work on, and of their output."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

import click

from addressee.cli.errors import CommandError
from addressee.database.environment_variables import (
    ALLOW_PRIVATE_WEBHOOKS,
    AUTHOR,
    DATA_DIR,
    DATABASE_URL,
    DEFAULT_DATA_DIR,
)

if TYPE_CHECKING:
    from addressee.database.installation import Installation
    from addressee.database.pool import Pool
    from addressee.database.sealing import Sealer

Given = ParamSpec("Given")
Done = TypeVar("Done")

as_json = click.option("--json", is_flag=True, help="Print one JSON object a line.")
environment_name = click.option("--environment", required=True, help="The environment's name.")


def authorship_options(command: Callable[Given, Done]) -> Callable[Given, Done]:
    """Decorates a command with `--message` and `--author`."""
    message = click.option("-m", "--message", default="", help="Why: what the commits of this change say.")
    author = click.option(
        "--author",
        envvar=AUTHOR,
        show_envvar=True,
        help="Who, like 'Ada <ada@example.com>'. Git's author, or your login, if it is left out.",
    )
    return author(message(command))


def allow_private_webhooks(_context: click.Context, _parameter: click.Parameter, hosts: str | None) -> None:
    """Allows hosts for this process and those that it starts."""
    if hosts is not None:
        os.environ[ALLOW_PRIVATE_WEBHOOKS] = hosts


private_webhooks = click.option(
    "--allow-private-webhooks",
    metavar="HOSTS",
    envvar=ALLOW_PRIVATE_WEBHOOKS,
    show_envvar=True,
    expose_value=False,
    callback=allow_private_webhooks,
    help="Hosts and networks of your own that webhooks may go to, also by http: hooks.internal, 10.0.0.0/8.",
)


@dataclass(frozen=True, slots=True)
class InstallationOptions:
    """The installation that a command works on, as its options name it."""

    data_dir: Path
    database_url: str | None

    @property
    def installation(self) -> Installation:
        from addressee.database.installation import Installation

        return Installation(self.data_dir.absolute(), self.database_url or None)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[tuple[Pool, Sealer]]:
        """Opens the database for one command, whether a server runs or not.

        Raises SetupError, ProcessError or CommandError when it cannot be used.
        """
        import asyncpg

        from addressee.database.opening import open_database
        from addressee.database.sealing import Sealer

        async with open_database(self.installation, connections=2) as pool:
            try:
                yield pool, Sealer(self.installation.master_key())
            except (
                asyncpg.PostgresConnectionError,
                asyncpg.OperatorInterventionError,
                asyncpg.InterfaceError,
                asyncpg.InternalClientError,
            ):
                raise CommandError("The database ended the connection; try again.") from None


def installation_options(command: Callable[Concatenate[InstallationOptions, Given], Done]) -> Callable[Given, Done]:
    """Decorates a command with `--data-dir` and `--database-url`, which it gets as its first argument."""

    @click.option(
        "--data-dir",
        type=click.Path(path_type=Path),
        default=DEFAULT_DATA_DIR,
        envvar=DATA_DIR,
        show_default=True,
        show_envvar=True,
        help="The folder of the embedded database and the master key; created when it is missing.",
    )
    @click.option(
        "--database-url",
        envvar=DATABASE_URL,
        show_envvar=True,
        help="Your own PostgreSQL, 15 or newer, instead of the embedded one.",
    )
    @wraps(command)
    def run(*arguments: Given.args, **options: Given.kwargs) -> Done:
        installation = InstallationOptions(options.pop("data_dir"), options.pop("database_url"))  # type: ignore[arg-type]
        return command(installation, *arguments, **options)

    return run
