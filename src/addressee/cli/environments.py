"""Environments and their settings. A running server takes up changes within a second."""

import json
from typing import Any

from cyclopts import App

from addressee.cli.errors import CommandError, refusals
from addressee.cli.options import HERE, Place

app = App(name="environments")


@app.command
async def show(*, place: Place = HERE) -> None:
    """Show every environment with its settings, as one JSON object a line."""
    from addressee.directory.environments import Environments

    async with place.open() as (pool, _):
        environments = await Environments(pool).all()
    for environment in environments:
        print_environment(environment.name, environment.settings)


@app.command(name="set")
async def change(environment: str, /, *settings: str, place: Place = HERE) -> None:
    """Change settings of an environment.

    Parameters
    ----------
    environment
        Its name.
    settings
        As NAME=VALUE, with VALUE in JSON or plain text: property_merge=deep enhanced_security=true
    """
    from addressee.directory.environments import Environments

    changes = dict(parse(setting) for setting in settings)
    async with place.open() as (pool, _):
        with refusals():
            changed = await Environments(pool).change(environment, changes)
    print_environment(changed.name, changed.settings)


@app.command
async def new_signing_key(environment: str, /, *, place: Place = HERE) -> None:
    """Make a new key pair for user tokens and print the private key, which is not kept.

    Parameters
    ----------
    environment
        Its name.
    """
    from addressee.directory.environments import Environments

    async with place.open() as (pool, _):
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
