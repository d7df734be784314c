"""Trials of channels: one message is sent at once, without a run, and what the provider says is returned.

Nothing is stored: a trial makes no message, and neither pauses a channel nor disables an address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec

from addressee.channels.channel_data import NO_TENANT
from addressee.channels.destination import Destination
from addressee.channels.provider import ChannelType
from addressee.channels.requests.exchange import open_client, open_public_client
from addressee.channels.sender import Delivered, Failed, Failure, SenderContext, Sent
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.addresses.forms import form_of
from addressee.directory.clock import Clock
from addressee.directory.documents import check_text
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import Recipient
from addressee.messaging.content.channel_types import TEMPLATES, AnyTemplate
from addressee.messaging.content.scope import Scope, exposed
from addressee.messaging.delivery.attempts import send_within
from addressee.messaging.delivery.channels.open_channels import OpenChannels
from addressee.messaging.environment.channels import Channel
from addressee.messaging.messages.model import Address
from addressee.messaging.recipients.identifiers import derived_ksuid
from addressee.messaging.steps.channels.reach import OWN_DESTINATION, is_reachable, kind_of, known_addresses
from addressee.messaging.suppressions.suppressions import find_suppressed

BODY = "This is a test message of Addressee."

# The template of a trial, by type of channel.
SAMPLES: dict[ChannelType, dict[str, Any]] = {
    ChannelType.EMAIL: {"subject": "A test message", "text": "{{ data.body }}"},
    ChannelType.PUSH: {"title": "A test message", "body": "{{ data.body }}"},
    ChannelType.SMS: {"body": "{{ data.body }}"},
    ChannelType.WHATSAPP: {"body": "{{ data.body }}"},
    ChannelType.CHAT: {"text": "{{ data.body }}"},
    ChannelType.HTTP: {},
}


VERDICTS = {
    Failure.TEMPORARY: "not taken now; it would be tried again",
    Failure.UNAVAILABLE: "the provider cannot be reached or is out of order; check endpoint and network",
    Failure.RATE_LIMITED: "too many requests; the channel would pause; see the setting rate",
    Failure.CREDENTIALS: "the credentials are refused; check the channel's secrets and push it again",
    Failure.UNCONFIRMED: "the answer was lost; the message may have been sent",
    Failure.PERMANENT: "the message is refused",
    Failure.BOUNCED: "the address is dead; it would be disabled",
    Failure.MISMATCHED: "the address is of another app or environment than the channel",
    Failure.OPTED_OUT: "its owner has opted out at the provider",
}


@dataclass(frozen=True, slots=True)
class Trial:
    """One message of a trial: the address as operators see it, and what became of the message."""

    address: str
    result: Sent | Failed

    @property
    def failure(self) -> Failure | None:
        return self.result.failure if isinstance(self.result, Failed) else None

    @property
    def verdict(self) -> str:
        """The outcome in words, with the reason, and what to do."""
        match self.result:
            case Delivered():
                return "delivered"
            case Sent(provider_id=id):
                return "sent" if id is None else f"sent; the provider calls it {id}"
            case Failed(failure, reason):
                return f"{VERDICTS[failure]} ({reason})"


def destinations_named(channel: Channel, text: str) -> list[Destination]:
    """Returns the destinations that an operator names: an address, or a JSON object, which may be channel data.

    Raises RefusedError.
    """
    try:
        value = msgspec.json.decode(text) if text.lstrip().startswith("{") else text
    except msgspec.DecodeError as error:
        raise RefusedError("form", "to", f"This is no JSON object: {error}") from None
    form = form_of(kind_of(channel))
    if isinstance(value, str):
        known = form.key(value)
        value = value if known is not None else form.identified(text)
    key = form.key(value) or (value if isinstance(value, str) else None)
    if key is not None:
        return [Destination(key, value)]
    data = channel.served_by.data
    found = data.destinations(data.checked(value, "to"), NO_TENANT) if isinstance(value, dict) else []
    if not found:
        raise RefusedError("form", "to", f"This does not say which address of {kind_of(channel)} is meant.")
    return found


def destinations_of(channel: Channel, recipient: Recipient) -> list[Destination]:
    """Returns the destinations that a message to a recipient would have, whatever the recipient prefers."""
    known = known_addresses(recipient, channel)
    active = [address for address, found in known.items() if found.is_active and is_reachable(address)]
    return [known[address].destination for address in channel.served_by.choose(active, channel.settings)]


async def try_channel(
    channels: OpenChannels,
    environment_id: int,
    channel: Channel,
    destinations: Sequence[Destination],
    recipient: Recipient | None,
    body: str,
    now: datetime,
) -> list[Trial]:
    """Sends a message to each destination, or to the channel's own, one after the other.

    Raises TemplateError when the channel's URL cannot be made, and RefusedError when the channel cannot be opened.
    """
    template = sample_of(channel)
    if template.is_fixed(channel):
        destinations = [OWN_DESTINATION]
    content, _ = template.render(scope_of(recipient, body), channel, [to.key for to in destinations])
    trials = []
    async with channels.using(environment_id, {channel.id}) as opened:
        if channel.id not in opened:
            raise RefusedError("form", "channel", "Its settings or secrets cannot be used: push the channel again.")
        sender = opened[channel.id].sender
        for to in destinations:
            id = derived_ksuid(now, str(uuid4()))
            result = await send_within(sender, partial(content.to_payload, id, to, now))
            trials.append(Trial(Address(kind_of(channel), to.key).shown, result))
    return trials


class Trials:
    """Tries channels for operators, one message at a time, to an address that they name.

    `outbox` is the folder of e-mails that channels write instead of sending them.
    """

    def __init__(self, pool: Pool, sealer: Sealer, outbox: Path, clock: Clock) -> None:
        self._pool = pool
        self._sealer = sealer
        self._outbox = outbox
        self._clock = clock

    async def send(self, environment_id: int, channel: Channel, to: str, body: str = BODY) -> Trial:
        """Sends a message through a channel once, and returns what became of it within SENDING_SECONDS.

        Raises RefusedError when the channel does not send, what is named is not one address of its kind, the address is
        suppressed, or the channel cannot be opened; and TemplateError when the channel's URL cannot be made.
        """
        if channel.served_by.open is None:
            raise RefusedError("form", "channel", "This channel stores messages and sends none.")
        check_text(to, "to")
        destinations = [] if has_own_address(channel) else destinations_named(channel, to)
        addresses = [Address(kind_of(channel), destination.key) for destination in destinations]
        if len(addresses) > 1:
            raise RefusedError("form", "to", "This names several addresses: name one of them.")
        if not all(address.value and is_reachable(address) for address in addresses):
            raise RefusedError("form", "to", "Nothing can be sent to this: check how the address is written.")
        for address, entry in (await find_suppressed(self._pool, environment_id, addresses)).items():
            because = entry.reason.replace("_", " ")
            message = f"{address.shown} is suppressed ({because}): lift that first, if its owner agrees."
            raise RefusedError("suppressed", "to", message)
        async with open_client() as client, open_public_client() as public_client:
            context = SenderContext(self._outbox, client, self._clock, public_client)
            opened = OpenChannels(self._pool, self._sealer, context)
            (trial,) = await try_channel(opened, environment_id, channel, destinations, None, body, self._clock.now())
        return trial


def has_own_address(channel: Channel) -> bool:
    """Returns whether messages of a trial go to an address of the channel's own, so that none is to be named."""
    return sample_of(channel).is_fixed(channel)


def sample_of(channel: Channel) -> AnyTemplate:
    """Returns the template of a trial."""
    sample: AnyTemplate = msgspec.convert(SAMPLES[channel.type], TEMPLATES[channel.type])
    return sample


def scope_of(recipient: Recipient | None, body: str) -> Scope:
    return {
        "recipient": {} if recipient is None else exposed(recipient),
        "actor": None,
        "tenant": None,
        "data": {"body": body},
        "vars": {},
        "workflow": {"id": "test", "key": "test", "name": "Test", "categories": ()},
    }
