"""The commands `secrets`: values that fetch steps of workflows use, and that nothing shows."""

from __future__ import annotations

import json as json_format
import sys
from pathlib import Path

import click

from addressee.cli.asynchronous import asynchronous
from addressee.cli.errors import CommandError, read_file, refusals
from addressee.cli.options import InstallationOptions, as_json, environment_name, installation_options

STANDARD_INPUT = Path("-")


@click.group()
def secrets() -> None:
    """Set, list and remove the secrets of fetch steps."""


@secrets.command("set")
@click.argument("name")
@environment_name
@click.option(
    "--value-file",
    type=click.Path(path_type=Path),
    default=STANDARD_INPUT,
    help="The file in which the value stands, instead of standard input.",
)
@installation_options
@asynchronous
async def set_secret(options: InstallationOptions, name: str, environment: str, value_file: Path) -> None:
    """Set the secret NAME, which workflows use as {{ secrets.NAME }}, in place of its value before.

    The value is read from standard input, without the end of its last line.
    """
    from datetime import UTC, datetime

    from addressee.directory.access.environments import Environments
    from addressee.messaging.environment.secrets import Secrets

    value = read_value(value_file)
    async with options.open() as (pool, sealer):
        with refusals():
            found = await Environments(pool).named(environment)
            await Secrets(pool, sealer).set(found.id, name, value, datetime.now(UTC))
    print(f"Set {name}.")


@secrets.command("list")
@environment_name
@as_json
@installation_options
@asynchronous
async def list_secrets(options: InstallationOptions, environment: str, json: bool) -> None:
    """List the secrets, without their values."""
    from addressee.directory.access.environments import Environments
    from addressee.messaging.environment.secrets import all_secrets

    async with options.open() as (pool, _):
        with refusals():
            found = await Environments(pool).named(environment)
        for secret in await all_secrets(pool, found.id):
            shown = {"name": secret.name, "updated_at": secret.updated_at.isoformat()}
            print(json_format.dumps(shown) if json else f"{secret.name:<30}  {secret.updated_at:%Y-%m-%d %H:%M}")


@secrets.command()
@click.argument("name")
@environment_name
@installation_options
@asynchronous
async def remove(options: InstallationOptions, name: str, environment: str) -> None:
    """Remove the secret NAME. Fetch steps that use it fail from now on."""
    from addressee.directory.access.environments import Environments
    from addressee.messaging.environment.secrets import Secrets

    async with options.open() as (pool, sealer):
        with refusals():
            found = await Environments(pool).named(environment)
        if not await Secrets(pool, sealer).remove(found.id, name):
            raise CommandError(f"There is no secret {name!r} in {environment}.")
    print(f"Removed {name}.")


def read_value(file: Path) -> str:
    """Returns the value of a secret. Raises CommandError when the file cannot be read."""
    if file == STANDARD_INPUT and sys.stdin.isatty():
        return str(click.prompt("Value", hide_input=True))
    text = sys.stdin.read() if file == STANDARD_INPUT else read_file(file)
    return text.removesuffix("\n").removesuffix("\r")
