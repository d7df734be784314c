"""The commands `channels`: what an environment sends through."""

from __future__ import annotations

import json as json_format

import click

from addressee.cli.asynchronous import asynchronous
from addressee.cli.errors import refusals
from addressee.cli.options import InstallationOptions, as_json, environment_name, installation_options


@click.group()
def channels() -> None:
    """List channels."""


@channels.command("list")
@environment_name
@as_json
@installation_options
@asynchronous
async def list_channels(options: InstallationOptions, environment: str, json: bool) -> None:
    """List the channels, with the URL that the provider of each calls to tell what became of messages.

    The URL begins with ADDRESSEE_PUBLIC_URL, if that is set; without it, only its path is shown. It holds a secret.
    """
    from addressee.directory.access.environments import Environments
    from addressee.http.public_url import configured_url
    from addressee.messaging.delivery.callbacks import callback_path
    from addressee.messaging.environment.channels import all_channels

    async with options.open() as (pool, sealer):
        with refusals():
            found = await Environments(pool).named(environment)
        for channel in await all_channels(pool, found.id):
            called = channel.served_by.callbacks is not None
            path = callback_path(sealer, found.id, channel.id) if called else None
            shown = {
                "key": channel.key,
                "id": str(channel.id),
                "type": channel.type.value,
                "provider": channel.provider,
                "callback_url": None if path is None else (configured_url() or "") + path,
            }
            print(json_format.dumps(shown) if json else line(shown))


def line(shown: dict[str, str | None]) -> str:
    """Returns a channel as one line."""
    return "  ".join(
        (
            f"{shown['key']:<20}",
            f"{shown['type']:<11}",
            f"{shown['provider']:<10}",
            str(shown["id"]),
            shown["callback_url"] or "-",
        )
    )
