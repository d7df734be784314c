"""Decides which of a recipient's addresses a channel step reaches, or what prevents it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from addressee.channels.providers import PROVIDERS, ChannelType
from addressee.directory.addresses import entries
from addressee.directory.addresses.forms import form_of
from addressee.directory.emails import is_deliverable
from addressee.directory.recipient import Document, Recipient
from addressee.messaging.environment.channels import Channel
from addressee.messaging.messages.model import Address
from addressee.messaging.recipients.identity import TRANSIENT
from addressee.preferences.decision import Blocked, PreferenceContext, Target, decide

# The number of addresses that one message goes to.
MAX_ADDRESSES = 100


@dataclass(frozen=True, slots=True)
class Reach:
    """The addresses, at most MAX_ADDRESSES, or the feed's id alone; or the obstacle why there are none.

    An obstacle has a `reason`: `preferences`, with the `layer` and the `scope` of the rule, and the `condition` that
    does not hold if there is one; `channel_not_requested`; `addresses_disabled`, when all are; `addresses_invalid`,
    when no active one is valid; or what is missing, like `no_email_address`.
    """

    addresses: tuple[Address, ...] = ()
    obstacle: Document | None = None


def reach(
    recipient: Recipient, channel: Channel, preferences: PreferenceContext | None, kinds: frozenset[str] | None = None
) -> Reach:
    """Returns the reach of a channel. `kinds` are the kinds of address that the run may use, None for all."""
    kind = kind_of(channel)
    obstacle = unwanted(kind, channel, preferences, kinds)
    if obstacle is not None:
        return Reach(obstacle=obstacle)
    if channel.type is ChannelType.IN_APP_FEED:
        if recipient.place.collection == TRANSIENT:
            return Reach(obstacle={"reason": "no_feed"})
        return Reach((Address(kind, str(channel.id)),))
    known = known_addresses(recipient, channel.id, channel.provider)
    active = [address for address, is_active in known.items() if is_active]
    if not active:
        return Reach(obstacle={"reason": "addresses_disabled" if known else PROVIDERS[channel.provider].missing})
    valid = [address for address in active if address.kind != "email" or is_deliverable(address.value)]
    if not valid:
        return Reach(obstacle={"reason": "addresses_invalid"})
    return Reach(tuple(PROVIDERS[channel.provider].choose(valid, channel.settings)[:MAX_ADDRESSES]))


def unreachable(
    address: Address,
    recipient: Recipient,
    channel: Channel,
    preferences: PreferenceContext | None,
    kinds: frozenset[str] | None,
) -> Document | None:
    """Returns the obstacle for a message that was made for this address, None if it can still be sent.

    The reason is one of `reach`, `address_missing` (the recipient does not have the address any more) or
    `address_disabled`.
    """
    obstacle = unwanted(kind_of(channel), channel, preferences, kinds)
    if obstacle is not None:
        return obstacle
    known = known_addresses(recipient, channel.id, channel.provider)
    is_active = known.get(address)
    if is_active is None:  # the spelling may have changed
        is_active = {key(each): is_active for each, is_active in known.items()}.get(key(address))
    if is_active is None:
        return {"reason": "address_missing"}
    return None if is_active else {"reason": "address_disabled"}


def key(address: Address) -> tuple[str, str]:
    """Returns the form that all spellings of one address share."""
    return address.kind, form_of(address.kind).key(address.value) or address.value


def kind_of(channel: Channel) -> str:
    kind = PROVIDERS[channel.provider].kind
    assert kind is not None
    return kind


def unwanted(
    kind: str, channel: Channel, preferences: PreferenceContext | None, kinds: frozenset[str] | None
) -> Document | None:
    """Returns the obstacle for a channel that does not depend on addresses, None without one."""
    if kinds is not None and kind not in kinds:
        return {"reason": "channel_not_requested"}
    blocked = None if preferences is None else decide(preferences, Target(kind, str(channel.id)))
    return None if blocked is None else {"reason": "preferences", **described(blocked)}


def known_addresses(recipient: Recipient, channel_id: UUID, provider: str) -> dict[Address, bool]:
    """Returns the addresses that a channel's provider can send to, and whether each is active.

    The recipient's own addresses come first, led by the primary one, then those in its data for the channel.
    """
    kind = PROVIDERS[provider].kind
    assert kind is not None
    stored = {
        Address(kind, entry["value"]): entry["status"] == entries.ACTIVE
        for entry in entries.of_kind(recipient, kind)
        if entry.get("provider") in {None, provider}
    }
    data = recipient.channel_data.get(str(channel_id), {}).get("data", {})
    named = [Address(kind, value) for value in PROVIDERS[provider].data.addresses(data)]
    return {**stored, **{address: True for address in named if address not in stored}}


def described(blocked: Blocked) -> Document:
    condition = {} if blocked.condition is None else {"condition": blocked.condition}
    return {"layer": blocked.layer, "scope": blocked.scope, **condition}
