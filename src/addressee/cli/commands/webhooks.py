"""The commands `webhooks`: the URLs of a product that are told of events."""

from __future__ import annotations

import json as json_format
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from addressee.cli.asynchronous import asynchronous
from addressee.cli.commands.keys import read_secret
from addressee.cli.errors import CommandError, refusals
from addressee.cli.options import (
    InstallationOptions,
    as_json,
    environment_name,
    installation_options,
    private_webhooks,
)

if TYPE_CHECKING:
    from uuid import UUID

    from addressee.directory.directory import Directory
    from addressee.messaging.messaging import Messaging
    from addressee.messaging.webhooks.delivering.events import Forms
    from addressee.messaging.webhooks.delivering.trials import Trials
    from addressee.messaging.webhooks.endpoints.endpoints import SignedEndpoint
    from addressee.messaging.webhooks.model import Endpoint

webhook_id = click.argument("id", type=click.UUID, metavar="WEBHOOK")
types_option = click.option(
    "--type",
    "types",
    multiple=True,
    help="A type of events, like message.sent, or a pattern like message.*; give it again for another one.",
)
secret_file_option = click.option(
    "--secret-file",
    type=click.Path(path_type=Path),
    help="Where the secret stands that is to sign, instead of one that is made; - for standard input.",
)


class OpenEnvironment(NamedTuple):
    id: int
    directory: Directory
    messaging: Messaging

    def trials(self, forms: Forms) -> Trials:
        """Returns what tests webhooks of these forms."""
        from addressee.messaging.webhooks.delivering.trials import Trials
        from addressee.messaging.webhooks.endpoints.hosts import webhook_hosts

        return Trials(self.directory.pool, self.directory.sealer, self.directory.clock, webhook_hosts(), forms)


@asynccontextmanager
async def opened(options: InstallationOptions, environment: str) -> AsyncIterator[OpenEnvironment]:
    """Opens the environment of a command. What is refused there becomes a CommandError."""
    from addressee.directory.directory import Directory
    from addressee.messaging.errors import MessagingError
    from addressee.messaging.messaging import Messaging

    async with options.open() as (pool, sealer):
        directory = Directory(pool, sealer=lambda: sealer)
        with refusals():
            found = await directory.environments.named(environment)
            try:
                yield OpenEnvironment(found.id, directory, Messaging.from_directory(directory))
            except MessagingError as error:
                raise CommandError(str(error)) from None


@click.group()
def webhooks() -> None:
    """Add, list and change the URLs that are told of events, and send again what they missed."""


@webhooks.command()
@click.argument("url")
@environment_name
@types_option
@click.option("--description", default="", help="What it is for, in your words.")
@click.option(
    "--form",
    type=click.Choice(["standard", "knock"]),
    default="standard",
    show_default=True,
    help="standard: signed as Standard Webhooks say. knock: bodies and signatures of Knock's outgoing webhooks.",
)
@secret_file_option
@private_webhooks
@as_json
@installation_options
@asynchronous
async def add(
    options: InstallationOptions,
    url: str,
    environment: str,
    types: tuple[str, ...],
    description: str,
    form: str,
    secret_file: Path | None,
    json: bool,
) -> None:
    """Have URL told of events: of all, unless --type names some. The secret that signs is shown."""
    from addressee.messaging.webhooks.endpoints.endpoints import NewEndpoint
    from addressee.messaging.webhooks.endpoints.types import ALL
    from addressee.messaging.webhooks.model import Form

    async with opened(options, environment) as there:
        secret = None if secret_file is None else read_secret(secret_file)
        new = NewEndpoint(url, types or (ALL,), description, Form(form), secret)
        show_signed(await there.messaging.webhook_endpoints.create(there.id, new), json=json)


@webhooks.command("list")
@environment_name
@as_json
@installation_options
@asynchronous
async def list_webhooks(options: InstallationOptions, environment: str, json: bool) -> None:
    """List the webhooks with their state, oldest first."""
    async with opened(options, environment) as there:
        for endpoint in await there.messaging.webhook_endpoints.list(there.id):
            print(json_format.dumps(shown(endpoint)) if json else line(endpoint))


@webhooks.command()
@webhook_id
@environment_name
@click.option("--secret", "shows_secret", is_flag=True, help="Also show the secrets that sign.")
@as_json
@installation_options
@asynchronous
async def show(options: InstallationOptions, id: UUID, environment: str, shows_secret: bool, json: bool) -> None:
    """Show a webhook."""
    async with opened(options, environment) as there:
        endpoints = there.messaging.webhook_endpoints
        fields = shown(await endpoints.get(there.id, id))
        if shows_secret:
            fields["secrets"] = [each.value for each in await endpoints.secrets(there.id, id)]
    print_fields(fields, json=json)


@webhooks.command()
@webhook_id
@environment_name
@click.option("--url", help="Another URL.")
@types_option
@click.option("--description", help="Other words.")
@private_webhooks
@installation_options
@asynchronous
async def change(
    options: InstallationOptions,
    id: UUID,
    environment: str,
    url: str | None,
    types: tuple[str, ...],
    description: str | None,
) -> None:
    """Change a webhook: its URL, its types, its description. What is not given stays."""
    from addressee.messaging.webhooks.endpoints.endpoints import EndpointChange

    async with opened(options, environment) as there:
        wanted = EndpointChange(url, types or None, description)
        print(line(await there.messaging.webhook_endpoints.change(there.id, id, wanted)))


@webhooks.command("rotate-secret")
@webhook_id
@environment_name
@secret_file_option
@as_json
@installation_options
@asynchronous
async def rotate_secret(
    options: InstallationOptions, id: UUID, environment: str, secret_file: Path | None, json: bool
) -> None:
    """Replace the secret of a webhook. The one before signs beside it for 24 hours."""
    async with opened(options, environment) as there:
        given = None if secret_file is None else read_secret(secret_file)
        show_signed(await there.messaging.webhook_endpoints.rotate(there.id, id, given), json=json)


@webhooks.command()
@webhook_id
@environment_name
@installation_options
@asynchronous
async def enable(options: InstallationOptions, id: UUID, environment: str) -> None:
    """Have a webhook told of events again, from now on. `webhooks resend` sends what failed before."""
    await switch(options, id, environment, is_enabled=True)


@webhooks.command()
@webhook_id
@environment_name
@installation_options
@asynchronous
async def disable(options: InstallationOptions, id: UUID, environment: str) -> None:
    """Tell a webhook nothing until it is enabled."""
    await switch(options, id, environment, is_enabled=False)


async def switch(options: InstallationOptions, id: UUID, environment: str, *, is_enabled: bool) -> None:
    from addressee.messaging.webhooks.endpoints.endpoints import EndpointChange

    async with opened(options, environment) as there:
        wanted = EndpointChange(is_enabled=is_enabled)
        print(line(await there.messaging.webhook_endpoints.change(there.id, id, wanted)))


@webhooks.command()
@webhook_id
@environment_name
@installation_options
@asynchronous
async def remove(options: InstallationOptions, id: UUID, environment: str) -> None:
    """Delete a webhook, with what it was still to be told."""
    async with opened(options, environment) as there:
        await there.messaging.webhook_endpoints.delete(there.id, id)
    print(f"Removed {id}.")


def shown(endpoint: Endpoint) -> dict[str, object]:
    """Returns an endpoint as the native API shows it."""
    from datetime import UTC, datetime

    import msgspec

    from addressee.dialects.native.wire.webhook_shapes import webhook

    fields: dict[str, object] = msgspec.to_builtins(webhook(endpoint, datetime.now(UTC)))
    return fields


def show_signed(signed: SignedEndpoint, *, json: bool) -> None:
    print_fields({**shown(signed.endpoint), "secret": signed.secret}, json=json)


def print_fields(fields: dict[str, object], *, json: bool) -> None:
    if json:
        print(json_format.dumps(fields))
        return
    for name, value in fields.items():
        text = ", ".join(map(str, value)) if isinstance(value, list) else value
        if text not in {None, ""}:
            print(f"{name:14} {text}")


def line(endpoint: Endpoint) -> str:
    fields = shown(endpoint)
    return f"{endpoint.id}  {fields['state']:8}  {endpoint.url}  {', '.join(endpoint.types)}"
