"""Workspaces of Slack that customers have connected (knock.md §2.3, realtime-knock.md §4.5)."""

from __future__ import annotations

from addressee.api.answers import Answer
from addressee.api.call import Call
from addressee.api.operation import ANY_KEY
from addressee.api.routes import Routes
from addressee.channels.chat.accounts.errors import AccountRefusedError
from addressee.channels.chat.accounts.slack import MAX_LISTED, ChannelFilter, ListedChannel, SlackAccount
from addressee.channels.chat.slack_data import without_token
from addressee.dialects.knock.routes.kits.accounts import OPTIONS, Options, chat_channel, forget, named_object, refusals
from addressee.dialects.knock.shapes import kits as shapes
from addressee.dialects.knock.wire.authentication import SLACK as PERMISSION

routes = Routes(keys=ANY_KEY)

PATH = "/v1/providers/slack/{channel_id}"
OBJECT = "access_token_object"

# The components compare this text.
NOT_CONNECTED = "Access token not set."


async def account(call: Call) -> SlackAccount:
    """Returns the workspace of the object that the query names. Raises KnockError."""
    place = named_object(call, OBJECT, PERMISSION)
    with refusals(NOT_CONNECTED):
        return await call.services.chat_accounts.slack(await chat_channel(call, "slack"), place)


@routes.get(
    f"{PATH}/auth_check",
    "providers.slack.check_auth",
    permission=PERMISSION,
    query=(OBJECT,),
    response=shapes.Checked,
)
async def check_auth(call: Call) -> shapes.Checked:
    """Ask Slack whether an object's access token works."""
    found = await account(call)
    try:
        await found.check()
    except AccountRefusedError as refused:
        return shapes.Checked(connection=shapes.Connection(ok=False, reason=str(refused)))
    return shapes.Checked(connection=shapes.Connection(ok=True))


@routes.get(
    f"{PATH}/channels",
    "providers.slack.list_channels",
    permission=PERMISSION,
    query=(
        OBJECT,
        f"{OPTIONS}.cursor",
        f"{OPTIONS}.limit",
        f"{OPTIONS}.exclude_archived",
        f"{OPTIONS}.types",
        f"{OPTIONS}.team_id",
    ),
    response=shapes.SlackChannels,
)
async def list_channels(call: Call) -> shapes.SlackChannels:
    """List the Slack channels that an object's access token sees, up to 200 a page."""
    options = Options(call.query_string)
    exclude_archived = options.boolean(f"{OPTIONS}.exclude_archived")
    asked = ChannelFilter(
        limit=options.number(f"{OPTIONS}.limit", MAX_LISTED, MAX_LISTED),
        cursor=options.text(f"{OPTIONS}.cursor"),
        exclude_archived=exclude_archived is not False,
        types=options.text(f"{OPTIONS}.types"),
        team_id=options.text(f"{OPTIONS}.team_id"),
    )
    found = await account(call)
    with refusals(NOT_CONNECTED):
        page = await found.channels(asked)
    return shapes.SlackChannels(slack_channels=[shown(each) for each in page.channels], next_cursor=page.next_cursor)


def shown(channel: ListedChannel) -> shapes.SlackChannel:
    return shapes.SlackChannel(
        id=channel.id,
        name=channel.name or channel.user or "",
        is_private=channel.is_private,
        is_im=channel.is_im,
        context_team_id=channel.context_team_id,
    )


@routes.put(
    f"{PATH}/revoke_access",
    "providers.slack.revoke_access",
    permission=PERMISSION,
    query=(OBJECT,),
    response=shapes.Revoked,
)
async def revoke_access(call: Call) -> Answer:
    """Have Slack forget an object's access token, and forget it too."""
    place = named_object(call, OBJECT, PERMISSION)
    channel = await chat_channel(call, "slack")
    with refusals(NOT_CONNECTED):
        found = await call.services.chat_accounts.slack(channel, place)
        await found.revoke()
    return await forget(call, channel, place, lambda data: without_token(data, found.token))
