"""Channel settings: how a user is reached on one channel (notiflows.md §2, §3.1 A5–A7, §3.3 C6–C8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from addressee.api.answers import Answer, json_answer, no_content
from addressee.api.bodies import object_body
from addressee.api.call import Call
from addressee.api.operation import Operation
from addressee.dialects.notiflows.mapping.settings_forms import FORMS, Change
from addressee.dialects.notiflows.shapes import channel_settings as shapes
from addressee.dialects.notiflows.wire.authentication import ADMIN, USER
from addressee.dialects.notiflows.wire.errors import invalid, missing, not_found
from addressee.dialects.notiflows.wire.places import asked_channel, asked_place, asked_user, uuid_of
from addressee.directory.access.keys import Kind
from addressee.directory.edits.recipients import ChangeChannelData, Edit
from addressee.directory.recipient import Document, Recipient
from addressee.directory.writing.writes import Written
from addressee.messaging.environment.channels import Channel

MAX_INLINE = 100


async def get(call: Call) -> Answer:
    user = await asked_user(call)
    channel = await asked_channel(call)
    settings = channel_settings(channel, user)
    if settings is None:
        raise missing("channel_settings", str(channel.id))
    return json_answer(settings)


async def put(call: Call) -> Answer:
    place = asked_place(call)
    body = object_body(call)
    channel = await asked_channel(call)
    edit = ChangeChannelData(str(channel.id), asked_change(channel, body.get("settings"), "settings"))

    def answer(written: Written) -> Answer:
        if written.recipient is None or not written.recipient.lives:
            return not_found(call, "user", place.id)
        return json_answer(channel_settings(channel, written.recipient))

    return await call.write(place, edit, answer=answer)


async def delete(call: Call) -> Answer:
    place = asked_place(call)
    channel = await asked_channel(call)
    edit = ChangeChannelData(str(channel.id), partial(without_settings, channel))

    def answer(written: Written) -> Answer:
        before = written.before
        if before is None or not before.lives:
            return not_found(call, "user", place.id)
        if channel_settings(channel, before) is None:
            return not_found(call, "channel_settings", str(channel.id))
        return no_content()

    return await call.write(place, edit, answer=answer)


async def inline_channel_settings(call: Call, given: object, field: str = "channel_settings") -> tuple[Edit, ...]:
    """The edits that store these settings of a user who is there by then; none for null. Raises NotiflowsError."""
    if given is None or given == []:
        return ()
    if not isinstance(given, list):
        raise invalid(field, f"{field} must be a list.", "invalid_type")
    if len(given) > MAX_INLINE:
        raise invalid(field, f"{field} must have at most {MAX_INLINE} entries.", "too_long")
    channels = {channel.id: channel for channel in await call.services.messaging.channels(call.environment.id)}
    edits = []
    for index, entry in enumerate(given):
        at = f"{field}.{index}"
        settings = checked_object(entry, at)
        id = settings.get("channel_id")
        if not isinstance(id, str):
            reason = "required" if id is None else "invalid_type"
            raise invalid(f"{at}.channel_id", f"{at}.channel_id must be the id of a channel.", reason)
        uid = uuid_of(id)
        channel = None if uid is None else channels.get(uid)
        if channel is None:
            raise invalid(f"{at}.channel_id", f"{at}.channel_id: there is no such channel.", "not_found")
        change = asked_change(channel, settings.get("settings"), f"{at}.settings")
        edits.append(ChangeChannelData(str(channel.id), change))
    return tuple(edits)


def asked_change(channel: Channel, given: object, field: str) -> Change:
    """Raises NotiflowsError for settings that the channel's provider does not have."""
    settings = checked_object(given, field)
    form = FORMS.get(channel.provider)
    if form is None:
        raise invalid(field, f"{field}: channels of {channel.provider} have no settings.", "unknown")
    return form.change(settings, field)


def checked_object(given: object, field: str) -> Mapping[str, Any]:
    if given is None:
        raise invalid(field, f"{field} can't be blank.", "required")
    if not isinstance(given, dict):
        raise invalid(field, f"{field} must be an object.", "invalid_type")
    return given


def channel_settings(channel: Channel, user: Recipient) -> Document | None:
    """What is stored of a user for a channel; None when that is nothing which these clients know."""
    entry = user.channel_data.get(str(channel.id))
    settings = None if entry is None else shown(channel, entry["data"])
    if entry is None or settings is None:
        return None
    return {
        "channel_id": str(channel.id),
        "provider": channel.provider,
        "settings": settings,
        "user_id": str(user.uid),
        "created_at": entry["created_at"],
        "updated_at": entry["updated_at"],
    }


def shown(channel: Channel, data: Document) -> Document | None:
    form = FORMS.get(channel.provider)
    return None if form is None else form.shown(data)


def without_settings(channel: Channel, data: Document) -> Document | None:
    """Nothing any more, unless it is nothing which these clients know: what they cannot see, they do not take away."""
    return data if shown(channel, data) is None else None


def operations(name: str, path: str, kinds: frozenset[Kind], whose: str) -> Iterator[Operation]:
    yield Operation(
        method="GET",
        path=path,
        name=f"{name}.retrieve",
        summary=f"Get {whose} settings for a channel",
        handler=get,
        keys=kinds,
        response=shapes.ChannelSettings,
    )
    yield Operation(
        method="PUT",
        path=path,
        name=f"{name}.update",
        summary=f"Set {whose} settings for a channel",
        handler=put,
        keys=kinds,
        request=shapes.ChannelSettingsInput,
        response=shapes.ChannelSettings,
    )
    yield Operation(
        method="DELETE",
        path=path,
        name=f"{name}.delete",
        summary=f"Forget {whose} settings for a channel",
        handler=delete,
        keys=kinds,
        status=204,
    )


OPERATIONS = (
    *operations(
        "users.channel_settings", "/admin/v1/users/{external_id}/channel-settings/{channel_id}", ADMIN, "a user's"
    ),
    *operations("user.channel_settings", "/user/v1/channels/{channel_id}/settings", USER, "one's own"),
)
