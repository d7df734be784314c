"""Channels, by their keys: one that several environments have is listed once, with its settings in each."""

from __future__ import annotations

from addressee.api.call import Call
from addressee.api.routes import Routes
from addressee.dialects.management.shapes import channels as shapes
from addressee.dialects.management.wire.errors import missing
from addressee.dialects.management.wire.keys import SERVICE
from addressee.dialects.management.wire.pages import page_info, page_of
from addressee.dialects.management.wire.query import PAGING, Query
from addressee.messaging.environment.channels import Channel

routes = Routes(keys=SERVICE)


@routes.get("/v1/channels", "channels.list", query=PAGING, response=shapes.Channels)
async def list_all(call: Call) -> shapes.Channels:
    """List the channels of all environments that the key opens, by key."""
    page = page_of(await channels_of(call), Query(call.query_string).page(str), lambda channel: channel.key)
    return shapes.Channels(entries=list(page.entries), page_info=page_info(page))


@routes.get("/v1/channels/{channel_id}", "channels.get", response=shapes.Channel)
async def get(call: Call) -> shapes.Channel:
    """Get a channel by its key."""
    key = call.path["channel_id"]
    for channel in await channels_of(call):
        if key == channel.key:
            return channel
    raise missing(f"The channel {key!r}")


async def channels_of(call: Call) -> list[shapes.Channel]:
    """Returns the channels of all environments that the caller's key opens, by key."""
    found: dict[str, shapes.Channel] = {}
    for environment in call.caller.environments.values():
        for channel in await call.services.messaging.channels.list(environment.id):
            entry = found.setdefault(channel.key, rendered(channel))
            entry.environment_settings[environment.name] = settings_of(channel)
    return [found[key] for key in sorted(found)]


def rendered(channel: Channel) -> shapes.Channel:
    return shapes.Channel(
        id=str(channel.id),
        key=channel.key,
        name=channel.name,
        type=channel.type,
        provider=channel.provider,
        created_at=channel.created_at,
        updated_at=channel.updated_at,
        environment_settings={},
    )


def settings_of(channel: Channel) -> shapes.EnvironmentSettings:
    return shapes.EnvironmentSettings(
        id=str(channel.id),
        is_sandbox=False,
        is_valid=not channel.lacks,
        channel_settings={},
        provider_settings=dict(channel.settings),
    )
