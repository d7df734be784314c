"""Channel groups, by their keys. As at Knock they belong to no environment: here, to all that a key opens."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from addressee.api.answers import no_content
from addressee.api.call import Call
from addressee.api.requests.bodies import object_body, typed
from addressee.api.routes import Routes
from addressee.dialects.management.routes.channels import channels_of
from addressee.dialects.management.shapes import channel_groups as shapes
from addressee.dialects.management.shapes.channels import Channel
from addressee.dialects.management.wire.errors import missing, problems_refused
from addressee.dialects.management.wire.keys import SERVICE
from addressee.dialects.management.wire.pages import page_info, page_of
from addressee.dialects.management.wire.query import PAGING, Query
from addressee.directory.documents import check_value
from addressee.messaging.definitions.model import KEY
from addressee.messaging.environment.channel_groups import ListedChannelGroup
from addressee.messaging.workflows.deploying.archiving import archive_channel_group

routes = Routes(keys=SERVICE)


@routes.get("/v1/channel_groups", "channel_groups.list", query=PAGING, response=shapes.ChannelGroups)
async def list_all(call: Call) -> shapes.ChannelGroups:
    """List the channel groups of all environments that the key opens, by key."""
    page = page_of(await groups_of(call), Query(call.query_string).page(str), lambda group: group.key)
    return shapes.ChannelGroups(entries=list(page.entries), page_info=page_info(page))


@routes.get("/v1/channel_groups/{channel_group_key}", "channel_groups.get", response=shapes.ChannelGroup)
async def get(call: Call) -> shapes.ChannelGroup:
    """Get a channel group."""
    return await require_group(call, call.path["channel_group_key"])


@routes.put(
    "/v1/channel_groups/{channel_group_key}",
    "channel_groups.put",
    request=shapes.PushedChannelGroup,
    response=shapes.OneChannelGroup,
)
async def put(call: Call) -> shapes.OneChannelGroup:
    """Create or change a channel group, in all environments that the key opens.

    It is live at once. Workflows that name it get a new version; where one cannot have it, nothing is changed.
    """
    key = call.path["channel_group_key"]
    if not KEY.fullmatch(key):
        raise missing(f"A channel group with the key {key!r}, which may have letters, digits, - and _ only,")
    group = typed(object_body(call), shapes.PushedChannelGroup).channel_group
    check_value(group, "channel_group")
    text = msgspec.json.encode(group).decode()
    with problems_refused(f"channel group {key}", f"The channel group {key!r}"):
        await call.services.publishing.put_channel_group(environments_of(call), key, text)
    answer = shapes.OneChannelGroup(channel_group=await require_group(call, key))
    await call.services.directory.keep(call.receipt(lambda _: answer), None)
    return answer


@routes.delete("/v1/channel_groups/{channel_group_key}", "channel_groups.archive", status=204)
async def archive(call: Call) -> None:
    """Delete a channel group, in all environments that the key opens.

    Workflows keep the channels that they took from it until they are pushed again.
    """
    key = call.path["channel_group_key"]
    archived = await archive_channel_group(
        call.services.publishing, call.services.directory, environments_of(call), key, receipt=call.receipt(no_content)
    )
    if not archived:
        raise missing(f"The channel group {key!r}")


def environments_of(call: Call) -> list[int]:
    """Returns the ids of all environments that the caller's key opens."""
    return sorted(environment.id for environment in call.caller.environments.values())


async def require_group(call: Call, key: str) -> shapes.ChannelGroup:
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
