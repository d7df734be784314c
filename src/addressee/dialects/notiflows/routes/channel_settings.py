"""Settings of a user for one channel, like device tokens (notiflows.md §2, §3.1 A5–A7, §3.3 C6–C8)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from uuid import UUID

from addressee.api.answers import Answer, no_content
from addressee.api.call import Call
from addressee.api.requests.bodies import object_body
from addressee.api.routes import Routes
from addressee.dialects.notiflows.mapping.settings_forms import FORMS
from addressee.dialects.notiflows.shapes import channel_settings as shapes
from addressee.dialects.notiflows.wire.authentication import ADMIN, USER
from addressee.dialects.notiflows.wire.errors import invalid, missing, not_found
from addressee.dialects.notiflows.wire.fields import require_object
from addressee.dialects.notiflows.wire.places import require_channel, require_subject, subject_place, uuid_of
from addressee.directory.edits.recipients import ChangeChannelData
from addressee.directory.recipient import Document, Recipient
from addressee.directory.writing.writes import Written
from addressee.messaging.environment.channels import Channel

OF_USER = "/admin/v1/users/{external_id}/channel-settings/{channel_id}"
OWN = "/user/v1/channels/{channel_id}/settings"

MAX_INLINE = 100

routes = Routes(keys=ADMIN)


@routes.get(OF_USER, "users.channel_settings.retrieve", response=shapes.ChannelSettings)
@routes.get(
    OWN,
    "user.channel_settings.retrieve",
    keys=USER,
    summary="Get one's own settings for a channel",
    response=shapes.ChannelSettings,
)
async def get(call: Call) -> shapes.ChannelSettings:
    """Get a user's settings for a channel."""
    user = await require_subject(call)
    channel = await require_channel(call)
    settings = channel_settings(channel, user)
    if settings is None:
        raise missing("channel_settings", str(channel.id))
    return settings


@routes.put(
    OF_USER,
    "users.channel_settings.update",
    request=shapes.ChannelSettingsInput,
    response=shapes.ChannelSettings,
)
@routes.put(
    OWN,
    "user.channel_settings.update",
    keys=USER,
    summary="Set one's own settings for a channel",
    request=shapes.ChannelSettingsInput,
    response=shapes.ChannelSettings,
)
async def put(call: Call) -> shapes.ChannelSettings | Answer | None:
    """Set a user's settings for a channel."""
    place = subject_place(call)
    body = object_body(call)
    channel = await require_channel(call)
    edit = parse_settings(channel, body.get("settings"), "settings")

    def answer(written: Written) -> shapes.ChannelSettings | Answer | None:
        user = written.living
        if user is None:
            return not_found(call, "user", place.id)
        return channel_settings(channel, user)

    return await call.write(place, edit, answer=answer)


@routes.delete(OF_USER, "users.channel_settings.delete", status=204)
@routes.delete(
    OWN, "user.channel_settings.delete", keys=USER, summary="Forget one's own settings for a channel", status=204
)
async def delete(call: Call) -> Answer:
    """Forget a user's settings for a channel."""
    place = subject_place(call)
    channel = await require_channel(call)
    edit = ChangeChannelData(str(channel.id), partial(without_settings, channel))

    def answer(written: Written) -> Answer:
        before = written.before
        if before is None or not before.lives:
            return not_found(call, "user", place.id)
        if channel_settings(channel, before) is None:
            return not_found(call, "channel_settings", str(channel.id))
        return no_content()

    return await call.write(place, edit, answer=answer)


async def parse_inline_settings(call: Call, given: object) -> list[ChangeChannelData]:
    """The edits that store the channel settings given with a user; none for null. Raises NotiflowsError."""
    if given is None or given == []:
        return []
    if not isinstance(given, list):
        raise invalid("channel_settings", "channel_settings must be a list.", "invalid_type")
    if len(given) > MAX_INLINE:
        raise invalid("channel_settings", f"channel_settings must have at most {MAX_INLINE} entries.", "too_long")
    channels = {channel.id: channel for channel in await call.services.messaging.channels.list(call.environment.id)}
    return [parse_entry(channels, entry, f"channel_settings.{index}") for index, entry in enumerate(given)]


def parse_entry(channels: Mapping[UUID, Channel], given: object, field: str) -> ChangeChannelData:
    entry = require_object(given, field)
    id = entry.get("channel_id")
    if not isinstance(id, str):
        reason = "required" if id is None else "invalid_type"
        raise invalid(f"{field}.channel_id", f"{field}.channel_id must be the id of a channel.", reason)
    uid = uuid_of(id)
    channel = None if uid is None else channels.get(uid)
    if channel is None:
        raise invalid(f"{field}.channel_id", f"{field}.channel_id: there is no such channel.", "not_found")
    return parse_settings(channel, entry.get("settings"), f"{field}.settings")


def parse_settings(channel: Channel, given: object, field: str) -> ChangeChannelData:
    """Raises NotiflowsError for settings that the channel's provider does not have."""
    settings = require_object(given, field)
    form = FORMS.get(channel.provider)
    if form is None:
        raise invalid(field, f"{field}: channels of {channel.provider} have no settings.", "unknown")
    return ChangeChannelData(str(channel.id), form.change(settings, field))


def channel_settings(channel: Channel, user: Recipient) -> shapes.ChannelSettings | None:
    """A user's settings for a channel; None when nothing is stored that this dialect has a form for."""
    entry = user.channel_data.get(str(channel.id))
    form = FORMS.get(channel.provider)
    settings = None if entry is None or form is None else form.shown(entry["data"])
    if entry is None or form is None or settings is None:
        return None
    return shapes.ChannelSettings(
        channel_id=str(channel.id),
        provider=form.provider,
        settings=settings,
        user_id=str(user.uid),
        created_at=entry["created_at"],
        updated_at=entry["updated_at"],
    )


def without_settings(channel: Channel, data: Document) -> Document | None:
    """Returns None, which deletes the data, or the data itself when this dialect has no form to show it in."""
    form = FORMS.get(channel.provider)
    return data if form is None or form.shown(data) is None else None
