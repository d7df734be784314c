"""The commands `channels`: what an environment sends through, and trying it."""

from __future__ import annotations

import json as json_format
import sys
from typing import TYPE_CHECKING, Any

import click

from addressee.cli.asynchronous import asynchronous
from addressee.cli.errors import CommandError, refusals
from addressee.cli.options import InstallationOptions, as_json, environment_name, installation_options

if TYPE_CHECKING:
    from addressee.messaging.delivery.channels.trials import Trial


@click.group()
def channels() -> None:
    """List and try channels."""


@channels.command("list")
@environment_name
@as_json
@installation_options
@asynchronous
async def list_channels(options: InstallationOptions, environment: str, json: bool) -> None:
    """List the channels, with the URL that the provider of each calls to tell what became of messages.

    The URL begins with ADDRESSEE_PUBLIC_URL, if that is set; without it, only its path is shown. It holds a secret. A
    channel that pauses says why: credentials, unavailable or rate_limited.
    """
    from datetime import UTC, datetime

    from addressee.database.public_url import configured_url
    from addressee.directory.access.environments import Environments
    from addressee.messaging.delivery.channels.channel_states import troubled_channels
    from addressee.messaging.environment.channels import all_channels
    from addressee.messaging.feedback.callbacks import callback_path

    async with options.open() as (pool, sealer):
        with refusals():
            found = await Environments(pool).named(environment)
        troubled = await troubled_channels(pool, datetime.now(UTC))
        paused = {each.channel: each.paused_for for each in troubled if each.environment == environment}
        for channel in await all_channels(pool, found.id):
            called = channel.served_by.callbacks is not None
            path = callback_path(sealer, found.id, channel.id) if called else None
            shown = {
                "key": channel.key,
                "id": str(channel.id),
                "type": channel.type.value,
                "provider": channel.provider,
                "callback_url": None if path is None else (configured_url() or "") + path,
                "paused_for": paused.get(channel.key),
                "failover": channel.failover,
            }
            print(json_format.dumps(shown) if json else line(shown))


def line(shown: dict[str, Any]) -> str:
    """Returns a channel as one line."""
    return "  ".join(
        (
            f"{shown['key']:<20}",
            f"{shown['type']:<11}",
            f"{shown['provider']:<10}",
            str(shown["id"]),
            shown["callback_url"] or "-",
            *(() if shown["paused_for"] is None else (f"paused: {shown['paused_for']}",)),
            *((f"failover: {', '.join(shown['failover'])}",) if shown["failover"] else ()),
        )
    )


@channels.command("test")
@click.argument("key")
@environment_name
@click.option("--to", help='An address: a text, or a JSON object in the provider\'s words, like {"channel_id": "C1"}.')
@click.option("--user", help="The id of a user: the message goes to the user's own addresses.")
@click.option("--body", help="What the message says.")
@installation_options
@asynchronous
async def test(
    options: InstallationOptions, key: str, environment: str, to: str | None, user: str | None, body: str | None
) -> None:
    """Send one message through the channel KEY at once, and show what its provider says.

    Nothing is stored, and no preference is asked. An address may be a JSON object: '{"channel_id": "C1"}' for Slack.
    """
    from datetime import UTC, datetime

    from addressee.channels.requests.exchange import open_client, open_public_client
    from addressee.channels.sender import SenderContext
    from addressee.directory.access.environments import Environments
    from addressee.directory.clock import Clock
    from addressee.directory.errors import RefusedError
    from addressee.directory.reading.reader import Reader
    from addressee.directory.recipient import USERS, Place
    from addressee.messaging.content.templating.liquid import TemplateError
    from addressee.messaging.delivery.channels import trials
    from addressee.messaging.delivery.channels.open_channels import OpenChannels
    from addressee.messaging.environment.channels import by_key

    async with options.open() as (pool, sealer), open_client() as client, open_public_client() as public_client:
        with refusals():
            environment_id = (await Environments(pool).named(environment)).id
            channel = (await by_key(pool, environment_id)).get(key)
            if channel is None or channel.served_by.open is None:
                raise CommandError(f"There is no channel {key!r} that sends in {environment}; see `channels list`.")
            place = None if user is None else Place(environment_id, USERS, user)
            recipient = None if place is None else (await Reader(pool).read_all([place])).get(place)
            if user is not None and recipient is None:
                raise CommandError(f"There is no user {user!r} in {environment}.")
            destinations = [] if recipient is None else trials.destinations_of(channel, recipient)
            if to is not None:
                destinations = trials.destinations_named(channel, to)
        context = SenderContext(options.installation.data_dir / "outbox", client, Clock(), public_client)
        opened = OpenChannels(pool, sealer, context)
        try:
            done = await trials.try_channel(
                opened, environment_id, channel, destinations, recipient, body or trials.BODY, datetime.now(UTC)
            )
        except TemplateError as error:
            raise CommandError(f"The message cannot be made: {error}") from None
        except RefusedError as refused:
            raise CommandError(f"The channel {key!r} cannot be opened. {refused.message}") from None
    if not done:
        raise CommandError("There is no address to send to: say --to ADDRESS, or --user ID of somebody who has one.")
    for trial in done:
        show(trial)
    if any(trial.failure for trial in done):
        sys.exit(1)


def show(trial: Trial) -> None:
    """Prints what was asked, what the provider said, and what that means."""
    call = trial.result.call
    if trial.address:
        print(f"to        {trial.address}")
    if call is not None:
        print(f"request   {call.method} {call.host}{call.path}")
        print(f"answer    {call.status or '-'} {call.response}".rstrip())
    print(f"verdict   {trial.verdict}")
