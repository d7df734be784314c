"""Channel data: how a user or an object is reached on one channel (knock.md §2.1, §2.2, §3.8)."""

from __future__ import annotations

from uuid import UUID

from addressee.api.answers import Answer, json_answer, no_content
from addressee.api.bodies import typed_body
from addressee.api.call import Call
from addressee.api.operation import ANY_KEY, Operation
from addressee.channels.providers import PROVIDERS
from addressee.dialects.knock.wire import shapes
from addressee.dialects.knock.wire.authentication import WRITE_CHANNEL_DATA
from addressee.dialects.knock.wire.errors import missing
from addressee.dialects.knock.wire.places import object_place, user_place
from addressee.directory.edits.recipients import SetChannelData, UnsetChannelData
from addressee.directory.recipient import Document, Place
from addressee.directory.writing.writes import Write, Written
from addressee.messaging.environment.channels import Channel

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


async def get(call: Call) -> Answer:
    channel = await asked_channel(call)
    recipient = await call.services.directory.read(asked_place(call))
    entry = None if recipient is None else recipient.channel_data.get(str(channel.id))
    if entry is None:
        raise missing("Channel data for this channel")
    return channel_data(channel, entry["data"])


async def put(call: Call) -> Answer:
    place = asked_place(call)
    given = typed_body(call, shapes.ChannelDataInput).data
    channel = await asked_channel(call)
    edit = SetChannelData(str(channel.id), PROVIDERS[channel.provider].data.checked(given, "data"))

    def answer(written: Written) -> Answer:
        assert written.recipient is not None
        return channel_data(channel, written.recipient.channel_data[edit.channel_id]["data"])

    return answer(await call.services.directory.write(Write(place, (edit,), call.origin, request=call.receipt(answer))))


async def unset(call: Call) -> Answer:
    place = asked_place(call)
    edit = UnsetChannelData(str((await asked_channel(call)).id))
    await call.services.directory.write(Write(place, (edit,), call.origin, request=call.receipt(no_content)))
    return no_content()


async def asked_channel(call: Call) -> Channel:
    try:
        id = UUID(call.path["channel_id"])
    except ValueError:
        raise missing("The channel") from None
    channel = await call.services.messaging.channel(call.environment.id, id)
    if channel is None:
        raise missing("The channel")
    return channel


def asked_place(call: Call) -> Place:
    return object_place(call, "object_id") if "collection" in call.path else user_place(call)


def channel_data(channel: Channel, data: Document) -> Answer:
    return json_answer(
        {
            "__typename": "ChannelData",
            "channel_id": str(channel.id),
            "provider": NAMES.get(channel.provider),
            "data": PROVIDERS[channel.provider].data.complete(data),
        }
    )


def operations(path: str, name: str, of: str) -> tuple[Operation, ...]:
    return (
        Operation(
            method="GET",
            path=path,
            name=f"{name}.get_channel_data",
            summary=f"Get how {of} is reached on a channel",
            handler=get,
            keys=ANY_KEY,
            permission="channel_data/read",
            response=shapes.ChannelData,
        ),
        Operation(
            method="PUT",
            path=path,
            name=f"{name}.set_channel_data",
            summary=f"Set how {of} is reached on a channel",
            handler=put,
            keys=ANY_KEY,
            permission=WRITE_CHANNEL_DATA,
            request=shapes.ChannelDataInput,
            response=shapes.ChannelData,
        ),
        Operation(
            method="DELETE",
            path=path,
            name=f"{name}.unset_channel_data",
            summary=f"Forget how {of} is reached on a channel",
            handler=unset,
            keys=ANY_KEY,
            permission=WRITE_CHANNEL_DATA,
            status=204,
        ),
    )


OPERATIONS = (
    *operations("/v1/users/{user_id}/channel_data/{channel_id}", "users", "a user"),
    *operations("/v1/objects/{collection}/{object_id}/channel_data/{channel_id}", "objects", "an object"),
)
