"""Web push subscriptions: the browsers that receive a user's push messages of a channel (notiflows.md §3.3 C9–C11).

They have nothing to do with subscriptions to topics.
"""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from uuid_utils.compat import uuid7

from addressee.api.answers import Answer, json_answer, no_content
from addressee.api.call import Call
from addressee.api.requests.bodies import object_body
from addressee.api.routes import Routes
from addressee.channels.channel_data import MAX_TEXT_LENGTH
from addressee.channels.push import subscriptions as browsers
from addressee.dialects.notiflows.mapping.channel_types import WEB_PUSH
from addressee.dialects.notiflows.shapes import channel_settings as shapes
from addressee.dialects.notiflows.wire.authentication import USER
from addressee.dialects.notiflows.wire.errors import invalid, missing, not_found
from addressee.dialects.notiflows.wire.fields import require_object, require_text
from addressee.dialects.notiflows.wire.places import require_channel, require_subject, subject_place
from addressee.directory.attributes import render_instant
from addressee.directory.documents import check_text
from addressee.directory.edits.recipients import ChangeChannelData
from addressee.directory.recipient import Document, Recipient
from addressee.directory.writing.writes import Written
from addressee.messaging.environment.channels import Channel

routes = Routes(keys=USER)

PATH = "/user/v1/channels/{channel_id}/subscriptions"

KEYS = ("endpoint", "p256dh", "auth")


@routes.get(PATH, "user.push_subscriptions.list", response=shapes.PushSubscriptions)
async def list_all(call: Call) -> shapes.PushSubscriptions:
    """List one's own web push subscriptions."""
    channel = await web_push_channel(call)
    found = subscriptions(await require_subject(call), channel)
    return shapes.PushSubscriptions([rendered(channel, each) for each in found.values()])


@routes.post(
    PATH,
    "user.push_subscriptions.subscribe",
    request=shapes.PushSubscriptionInput,
    response=shapes.PushSubscription,
    status=201,
    other_responses={200: shapes.PushSubscription},
)
async def subscribe(call: Call) -> Answer:
    """Subscribe a browser to web push, or renew its subscription."""
    place = subject_place(call)
    body = object_body(call)
    identifier = checked_text(body.get("identifier"), "identifier")
    keys = checked_keys(body.get("settings"))
    channel = await require_channel(call)
    if channel.provider != WEB_PUSH:
        message = f"settings: channels of {channel.provider} have no browsers that subscribe."
        raise invalid("settings", message, "unknown")
    now = render_instant(call.services.directory.clock.now())
    change = partial(browsers.subscribed, identifier=identifier, keys=keys, new_id=str(uuid7()), now=now)

    def answer(written: Written) -> Answer:
        user = written.living
        if user is None:
            return not_found(call, "user", place.id)
        found = subscriptions(user, channel)[identifier]
        is_new = identifier not in subscriptions(written.before, channel)
        return json_answer(rendered(channel, found), HTTPStatus.CREATED if is_new else HTTPStatus.OK)

    edit = ChangeChannelData(str(channel.id), change)
    return await call.write(place, edit, answer=answer)


@routes.delete(PATH, "user.push_subscriptions.unsubscribe", request=shapes.PushSubscriptionKey, status=204)
async def unsubscribe(call: Call) -> Answer:
    """End a browser's web push subscription."""
    place = subject_place(call)
    identifier = checked_text(object_body(call).get("identifier"), "identifier")
    channel = await web_push_channel(call)

    def answer(written: Written) -> Answer:
        if identifier not in subscriptions(written.before, channel):
            return not_found(call, "channel_subscription", identifier)
        return no_content()

    edit = ChangeChannelData(str(channel.id), partial(browsers.unsubscribed, identifier=identifier))
    return await call.write(place, edit, answer=answer)


async def web_push_channel(call: Call) -> Channel:
    """The channel that the path names. Raises NotiflowsError when there is none with subscriptions."""
    channel = await require_channel(call)
    if channel.provider != WEB_PUSH:
        raise missing("channel", str(channel.id))
    return channel


def checked_keys(given: Any) -> dict[str, str]:
    settings = require_object(given, "settings")
    keys = {name: checked_text(settings.get(name), f"settings.{name}") for name in KEYS}
    if not is_https(keys["endpoint"]):
        raise invalid("settings.endpoint", "settings.endpoint must be an https URL, as the browser gives it.")
    return keys


def checked_text(given: Any, field: str) -> str:
    text = require_text(given, field, MAX_TEXT_LENGTH)
    check_text(text, field)
    return text


def is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname)


def subscriptions(user: Recipient | None, channel: Channel) -> dict[str, Document]:
    """The user's web push subscriptions by identifier, the oldest first."""
    entry = None if user is None else user.channel_data.get(str(channel.id))
    return {} if entry is None else browsers.subscriptions(entry["data"])


def rendered(channel: Channel, subscription: Document) -> shapes.PushSubscription:
    return shapes.PushSubscription(
        id=subscription["id"],
        channel_id=str(channel.id),
        identifier=subscription["identifier"],
        settings=shapes.PushKeys(**{name: subscription[name] for name in KEYS}),
        created_at=subscription["created_at"],
        updated_at=subscription["updated_at"],
    )
