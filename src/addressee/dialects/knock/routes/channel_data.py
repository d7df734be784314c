"""Channel data: how a user or an object is reached on one channel (knock.md §2.1, §2.2, §3.8)."""

from __future__ import annotations

from uuid import UUID

from addressee.api.answers import no_content
from addressee.api.call import Call
from addressee.api.operation import ANY_KEY
from addressee.api.requests.bodies import typed_body
from addressee.api.routes import Routes
from addressee.dialects.knock.shapes.channel_data import ChannelData, ChannelDataInput
from addressee.dialects.knock.wire.authentication import WRITE_CHANNEL_DATA as WRITE
from addressee.dialects.knock.wire.errors import missing
from addressee.dialects.knock.wire.places import recipient_place
from addressee.directory.edits.recipients import SetChannelData, UnsetChannelData
from addressee.directory.recipient import Document
from addressee.directory.writing.writes import Written
from addressee.messaging.environment.channels import Channel

routes = Routes(keys=ANY_KEY)

USER = "/v1/users/{user_id}/channel_data/{channel_id}"
OBJECT = "/v1/objects/{collection}/{object_id}/channel_data/{channel_id}"

READ = "channel_data/read"

# What Knock calls the providers whose channels need data.
NAMES = {
    "fcm": "push_fcm",
    "apns": "push_apns",
    "expo": "push_expo",
    "aws_sns": "push_aws_sns",
    "one_signal": "push_one_signal",
    "slack": "chat_slack",
    "ms_teams": "chat_ms_teams",
    "discord": "chat_discord",
    "webhook": "http_knock_webhook",
}


@routes.get(USER, "users.get_channel_data", permission=READ, response=ChannelData)
@routes.get(OBJECT, "objects.get_channel_data", permission=READ, response=ChannelData)
async def get(call: Call) -> ChannelData:
    """Get how a recipient is reached on a channel."""
    channel = await require_channel(call)
    recipient = await call.services.directory.read(recipient_place(call))
    entry = None if recipient is None else recipient.channel_data.get(str(channel.id))
    if entry is None:
        raise missing("Channel data for this channel")
    return channel_data(channel, entry["data"])


@routes.put(USER, "users.set_channel_data", permission=WRITE, request=ChannelDataInput, response=ChannelData)
@routes.put(OBJECT, "objects.set_channel_data", permission=WRITE, request=ChannelDataInput, response=ChannelData)
async def put(call: Call) -> ChannelData:
    """Set how a recipient is reached on a channel."""
    place = recipient_place(call)
    given = typed_body(call, ChannelDataInput).data
    channel = await require_channel(call)
    edit = SetChannelData(str(channel.id), channel.served_by.data.checked(given, "data"))

    def answer(written: Written) -> ChannelData:
        assert written.recipient is not None
        return channel_data(channel, written.recipient.channel_data[edit.channel_id]["data"])

    return await call.write(place, edit, answer=answer)


@routes.delete(USER, "users.unset_channel_data", permission=WRITE, status=204)
@routes.delete(OBJECT, "objects.unset_channel_data", permission=WRITE, status=204)
async def unset(call: Call) -> None:
    """Forget how a recipient is reached on a channel."""
    place = recipient_place(call)
    edit = UnsetChannelData(str((await require_channel(call)).id))
    await call.write(place, edit, answer=no_content)


async def require_channel(call: Call) -> Channel:
    """Returns the channel that the path names. Raises KnockError when there is none."""
    try:
        id = UUID(call.path["channel_id"])
    except ValueError:
        raise missing("The channel") from None
    channel = await call.services.messaging.channels.get(call.environment.id, id)
    if channel is None:
        raise missing("The channel")
    return channel


def channel_data(channel: Channel, data: Document) -> ChannelData:
    return ChannelData(
        channel_id=str(channel.id),
        provider=NAMES.get(channel.provider),
        data=channel.served_by.data.complete(data),
    )
