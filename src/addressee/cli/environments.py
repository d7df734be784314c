"""The commands `environments`. A running server follows changes within a second."""

import json
from typing import Any

import click

from addressee.cli.asynchronous import asynchronous
from addressee.cli.errors import CommandError, refusals
from addressee.cli.options import InstallationOptions, installation_options


@click.group()
def environments() -> None:
    """Show and change environments."""


@environments.command()
@installation_options
@asynchronous
async def show(options: InstallationOptions) -> None:
    """Show every environment with its settings, as one JSON object a line."""
    from addressee.directory.access.environments import Environments

    async with options.open() as (pool, _):
        found = await Environments(pool).all()
    for environment in found:
        print_environment(environment.name, environment.settings)


@environments.command("set")
@click.argument("environment")
@click.argument("settings", nargs=-1, required=True, metavar="NAME=VALUE...")
@installation_options
@asynchronous
async def change(options: InstallationOptions, environment: str, settings: tuple[str, ...]) -> None:
    """Change settings of an environment.

    VALUE is JSON or plain text: property_merge=deep enhanced_security=true
    """
    from addressee.directory.access.environments import Environments

    changes = dict(parse(setting) for setting in settings)
    async with options.open() as (pool, _):
        with refusals():
            changed = await Environments(pool).change(environment, changes)
    print_environment(changed.name, changed.settings)


@environments.command()
@click.argument("environment")
@installation_options
@asynchronous
async def new_signing_key(options: InstallationOptions, environment: str) -> None:
    """Make a new key pair for user tokens and print the private key, which is not kept."""
    from addressee.directory.access.environments import Environments

    async with options.open() as (pool, _):
        with refusals():
            private = await Environments(pool).new_signing_key(environment)
    print(private, end="")


def parse(setting: str) -> tuple[str, Any]:
    name, equals, value = setting.partition("=")
    if not equals:
        raise CommandError(f"A setting is given as NAME=VALUE, not {setting!r}.")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def print_environment(name: str, settings: object) -> None:
    import msgspec

    print(json.dumps({"environment": name, **msgspec.to_builtins(settings)}))
