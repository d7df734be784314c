"""The commands `environments`. A running server follows changes within a second."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import click

from addressee.cli.asynchronous import asynchronous
from addressee.cli.errors import CommandError, refusals
from addressee.cli.options import InstallationOptions, installation_options

if TYPE_CHECKING:
    from addressee.directory.access.algorithms import Algorithm


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
@click.option(
    "--algorithm",
    type=click.Choice(["RS256", "ES256"]),
    default="RS256",
    show_default=True,
    help="How tokens are signed: ES256 for SuprSend's clients.",
)
@click.option("--base64", "in_base64", is_flag=True, help="Print one line: the base64 of the PEM.")
@installation_options
@asynchronous
async def new_signing_key(
    options: InstallationOptions, environment: str, algorithm: Algorithm, *, in_base64: bool
) -> None:
    """Make a new key pair for user tokens and print the private key, which is not kept."""
    from addressee.directory.access.environments import Environments

    async with options.open() as (pool, _):
        with refusals():
            private = await Environments(pool).new_signing_key(environment, algorithm)
    print(base64.b64encode(private.encode()).decode() if in_base64 else private.rstrip())


@environments.command()
@click.argument("environment")
@installation_options
@asynchronous
async def new_link_key(options: InstallationOptions, environment: str) -> None:
    """Make a new key for links to preference and inbox pages: all links that were made before open nothing any more."""
    from addressee.directory.access.links import Links

    async with options.open() as (pool, sealer):
        with refusals():
            await Links(pool, sealer).new_key(environment)
    print(f"All links of {environment} that were made until now have ended.")


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
