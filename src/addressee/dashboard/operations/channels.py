"""Channels: how each does, where it is used, and a message that tries it."""

from __future__ import annotations

from http import HTTPStatus

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.channels.provider import ChannelType
from addressee.dashboard.errors import PageMissingError
from addressee.dashboard.operations.channel_states import FAILURES, state_of
from addressee.dashboard.rendering import page
from addressee.dashboard.routes import EDITOR, VIEWER, Routes
from addressee.dashboard.urls import ENVIRONMENT
from addressee.dashboard.visits import EnvironmentVisit
from addressee.directory.errors import RefusedError
from addressee.messaging.content.templating.liquid import TemplateError
from addressee.messaging.delivery.channels.trials import BODY, Trial, has_own_address
from addressee.messaging.environment.channels import Channel
from addressee.operators.model import Role

routes = Routes("channels")

PATH = f"{ENVIRONMENT}/channels"

MAX_BODY_LENGTH = 500
MAX_ADDRESS_LENGTH = 10_000

TYPE_NAMES = {
    ChannelType.EMAIL: "E-mail",
    ChannelType.IN_APP_FEED: "In-app feed",
    ChannelType.SMS: "SMS",
    ChannelType.PUSH: "Push",
    ChannelType.CHAT: "Chat",
    ChannelType.WHATSAPP: "WhatsApp",
    ChannelType.HTTP: "HTTP",
}

# By type of channel, what a message of it is sent to, and how that is written.
ADDRESS_NAMES = {
    ChannelType.EMAIL: ("E-mail address", "Like ada@example.com."),
    ChannelType.SMS: ("Number", "With its country, like +4915112345678."),
    ChannelType.WHATSAPP: ("Number", "With its country, like +4915112345678."),
    ChannelType.PUSH: ("Token", "The token of a device, or a JSON object: a browser’s subscription."),
    ChannelType.CHAT: ("Address", 'A JSON object in the provider’s words, like {"channel_id": "C024BE91L"}.'),
    ChannelType.HTTP: ("URL", 'A JSON object like {"url": "https://example.com/hook"}.'),
}


@routes.get(PATH, VIEWER)
async def show_channels(visit: EnvironmentVisit) -> Answer:
    messaging, now = visit.services.messaging, visit.services.directory.clock.now()
    channels = await messaging.channels.list(visit.environment.id)
    healths = await messaging.channel_healths.of(visit.environment.id, [channel.id for channel in channels])
    return page(
        visit,
        "operations/channels.html",
        channels=[
            (channel, healths[channel.id], state_of(channel, healths[channel.id].state, now)) for channel in channels
        ],
        types=TYPE_NAMES,
        failures=FAILURES,
    )


@routes.get(f"{PATH}/{{key}}", VIEWER)
async def show_channel(visit: EnvironmentVisit) -> Answer:
    """Raises PageMissingError."""
    return await channel_page(visit, await channel_of(visit))


@routes.post(f"{PATH}/{{key}}/test", EDITOR)
async def try_channel(visit: EnvironmentVisit, form: Form) -> Answer:
    """Sends one message, and answers with the page that says what became of it. Raises PageMissingError."""
    channel = await channel_of(visit)
    to, body = form.text("to").strip(), form.text("body").strip() or BODY
    if len(to) > MAX_ADDRESS_LENGTH or len(body) > MAX_BODY_LENGTH:
        message = f"The address has {MAX_ADDRESS_LENGTH:,} characters at most, the text {MAX_BODY_LENGTH}."
        return await channel_page(visit, channel, to, body, error=message)
    await visit.record("channels.test", "channels", channel.key, provider=channel.provider)
    try:
        trial = await visit.services.trials.send(visit.environment.id, channel, to, body)
    except RefusedError as error:
        return await channel_page(visit, channel, to, body, error=error.message)
    except TemplateError as error:
        return await channel_page(visit, channel, to, body, error=f"The message cannot be made: {error}")
    return await channel_page(visit, channel, to, body, trial=trial)


async def channel_page(
    visit: EnvironmentVisit,
    channel: Channel,
    to: str = "",
    body: str = BODY,
    error: str = "",
    trial: Trial | None = None,
) -> Answer:
    messaging, now = visit.services.messaging, visit.services.directory.clock.now()
    health = (await messaging.channel_healths.of(visit.environment.id, [channel.id]))[channel.id]
    others = await messaging.channels.list(visit.environment.id)
    sends = channel.served_by.open is not None
    tries = sends and visit.may(Role.EDITOR)
    return page(
        visit,
        "operations/channel.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        channel=channel,
        health=health,
        state=state_of(channel, health.state, now),
        keeps_addresses=health.state.keeps_addresses(now),
        types=TYPE_NAMES,
        failures=FAILURES,
        workflows=await messaging.workflows.using(visit.environment.id, channel.key),
        secrets=sorted(channel.served_by.secrets),
        stands_in_for=[other.key for other in others if channel.key in other.failover],
        tries=tries,
        address=None if not tries or has_own_address(channel) else ADDRESS_NAMES[channel.type],
        to=to,
        body=body,
        error=error,
        trial=trial,
    )


async def channel_of(visit: EnvironmentVisit) -> Channel:
    """Returns the channel that the path names. Raises PageMissingError."""
    for channel in await visit.services.messaging.channels.list(visit.environment.id):
        if channel.key == visit.path["key"]:
            return channel
    raise PageMissingError("There is no such channel. Channels come from files: `addressee push` adds them.")
