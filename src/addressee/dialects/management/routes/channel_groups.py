"""Channel groups, by their keys. They are pushed with a folder, as channels are."""

from __future__ import annotations

from collections.abc import Mapping

from addressee.api.call import Call
from addressee.api.routes import Routes
from addressee.dialects.management.routes.channels import channels_of
from addressee.dialects.management.shapes import channel_groups as shapes
from addressee.dialects.management.shapes.channels import Channel
from addressee.dialects.management.wire.errors import missing
from addressee.dialects.management.wire.keys import SERVICE
from addressee.dialects.management.wire.pages import page_info, page_of
from addressee.dialects.management.wire.query import PAGING, Query
from addressee.messaging.environment.channel_groups import ListedChannelGroup

routes = Routes(keys=SERVICE)


@routes.get("/v1/channel_groups", "channel_groups.list", query=PAGING, response=shapes.ChannelGroups)
async def list_all(call: Call) -> shapes.ChannelGroups:
    """List the channel groups of all environments that the key opens, by key."""
    page = page_of(await groups_of(call), Query(call.query_string).page(str), lambda group: group.key)
    return shapes.ChannelGroups(entries=list(page.entries), page_info=page_info(page))


@routes.get("/v1/channel_groups/{channel_group_key}", "channel_groups.get", response=shapes.ChannelGroup)
async def get(call: Call) -> shapes.ChannelGroup:
    """Get a channel group."""
    key = call.path["channel_group_key"]
    for group in await groups_of(call):
        if group.key == key:
            return group
    raise missing(f"The channel group {key!r}")


async def groups_of(call: Call) -> list[shapes.ChannelGroup]:
    """Returns the channel groups of all environments that the caller's key opens, by key."""
    channels = {channel.key: channel for channel in await channels_of(call)}
    found: dict[str, shapes.ChannelGroup] = {}
    for environment in call.caller.environments.values():
        for group in await call.services.messaging.channel_groups.list(environment.id):
            found.setdefault(group.key, rendered(group, channels))
    return [found[key] for key in sorted(found)]


def rendered(listed: ListedChannelGroup, channels: Mapping[str, Channel]) -> shapes.ChannelGroup:
    group = listed.group
    return shapes.ChannelGroup(
        key=listed.key,
        name=group.name,
        channel_type=group.channel_type,
        operator=group.operator,
        source="user",
        channel_rules=[
            shapes.Rule(
                channel=channels.get(rule.channel_key),
                index=index,
                rule_type=rule.rule_type,
                variable=rule.variable,
                operator=rule.operator,
                argument=rule.argument,
                created_at=listed.created_at,
                updated_at=listed.updated_at,
            )
            for index, rule in enumerate(group.channel_rules)
        ],
        created_at=listed.created_at,
        updated_at=listed.updated_at,
    )
