"""Channel data in the middle of something else: a user, an object or a tenant is given with them (knock.md §3.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from msgspec import structs

from addressee.api.call import Call
from addressee.channels.providers import PROVIDERS
from addressee.directory.edits.recipients import Edit, Identify
from addressee.directory.errors import RefusedError, refused_below
from addressee.directory.recipient import Document
from addressee.directory.writing.bulk import Failure
from addressee.directory.writing.writes import Write
from addressee.messaging.environment.channels import Channel


async def check_channel_data(call: Call, writes: Sequence[Write]) -> list[Write]:
    """The writes with what they say about channels in its stored form. Raises RefusedError."""
    channels = await channels_for(call, writes)
    return await with_keys(call, [checked_write(write, channels) for write in writes])


async def check_rows(call: Call, rows: Sequence[Write | Failure]) -> list[Write | Failure]:
    """The same for the rows of a bulk call: one that is refused is a failure among the others."""
    channels = await channels_for(call, [row for row in rows if isinstance(row, Write)])
    checked = [checked_row(row, channels) for row in rows]
    keyed = iter(await with_keys(call, [row for row in checked if isinstance(row, Write)]))
    return [next(keyed) if isinstance(row, Write) else row for row in checked]


async def with_keys(call: Call, writes: Sequence[Write]) -> list[Write]:
    """The writes with their preference sets under the keys where these are stored."""
    edits = [edit for write in writes for edit in write.edits]
    ids = {set_id for edit in edits if isinstance(edit, Identify) for set_id in edit.preferences}
    keys = await call.services.preferences.keys(call.environment.id, ids)
    if all(keys[set_id] == set_id for set_id in ids):
        return list(writes)

    def keyed(edit: Edit) -> Edit:
        if not isinstance(edit, Identify):
            return edit
        return replace(edit, preferences={keys[set_id]: given for set_id, given in edit.preferences.items()})

    return [structs.replace(write, edits=tuple(map(keyed, write.edits))) for write in writes]


async def channels_for(call: Call, writes: Iterable[Write]) -> Mapping[str, Channel]:
    """The environment's channels by id; none when nothing is said about them."""
    edits = (edit for write in writes for edit in write.edits)
    if not any(isinstance(edit, Identify) and edit.channel_data for edit in edits):
        return {}
    return {str(channel.id): channel for channel in await call.services.messaging.channels(call.environment.id)}


def checked_row(row: Write | Failure, channels: Mapping[str, Channel]) -> Write | Failure:
    if isinstance(row, Failure):
        return row
    try:
        return checked_write(row, channels)
    except RefusedError as refusal:
        return Failure(row.place.collection, row.place.id, refusal.message)


def checked_write(write: Write, channels: Mapping[str, Channel]) -> Write:
    with refused_below(write.path):
        return structs.replace(write, edits=tuple(checked_edit(edit, channels) for edit in write.edits))


def checked_edit(edit: Edit, channels: Mapping[str, Channel]) -> Edit:
    if not isinstance(edit, Identify) or not edit.channel_data:
        return edit
    return replace(edit, channel_data=dict(checked_entry(id, data, channels) for id, data in edit.channel_data.items()))


def checked_entry(id: str, data: Document, channels: Mapping[str, Channel]) -> tuple[str, Document]:
    field = f"channel_data.{id}"
    channel = channels.get(id.lower())
    if channel is None:
        raise RefusedError("channel", field, f"{field}: there is no such channel in this environment.")
    return str(channel.id), PROVIDERS[channel.provider].data.checked(data, field)
