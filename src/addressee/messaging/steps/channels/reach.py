"""Decides which of a recipient's addresses a channel step reaches, or what prevents it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from addressee.channels.channel_data import NO_TENANT, TenantData
from addressee.channels.destination import Destination
from addressee.channels.provider import ChannelType
from addressee.directory.addresses import entries
from addressee.directory.addresses.forms import form_of
from addressee.directory.emails import is_deliverable
from addressee.directory.kinds import kinds_named
from addressee.directory.phones import e164
from addressee.directory.recipient import Document, Recipient
from addressee.messaging.environment.channels import Channel
from addressee.messaging.messages.model import Address
from addressee.messaging.recipients.identity import TRANSIENT
from addressee.preferences.decision import Blocked, PreferenceContext, Target, decide

# The number of addresses that one message goes to.
MAX_ADDRESSES = 100

# The destination of messages that go to an address of the channel's own, which their content or the settings name.
OWN_DESTINATION = Destination("", None)


class KnownAddress(NamedTuple):
    destination: Destination
    is_active: bool


class Reach(NamedTuple):
    """The addresses, at most MAX_ADDRESSES, or that of the channel itself; or the obstacle why there are none.

    An obstacle has a `reason`: `preferences`, with the `layer` and the `scope` of the rule, and the `condition` that
    does not hold if there is one; `channel_not_requested`; `addresses_disabled`, when all are; `addresses_invalid`,
    when no active one is valid; or what is missing, like `no_email_address`.
    """

    addresses: tuple[Address, ...] = ()
    obstacle: Document | None = None


def reach(
    recipient: Recipient,
    channel: Channel,
    preferences: PreferenceContext | None,
    kinds: frozenset[str] | None = None,
    tenant: TenantData = NO_TENANT,
    *,
    is_fixed: bool = False,
    named: Sequence[str] | None = None,
    by_email: bool = False,
) -> Reach:
    """Returns the reach of a channel. `kinds` are the kinds of address that the run may use, None for all.

    A message that `is_fixed` goes to an address of the channel's own, whoever the recipient is. The addresses that the
    message has `named` itself stand in for the recipient's; whoever has none may be found `by_email`.
    """
    kind = kind_of(channel)
    obstacle = unwanted(kind, channel, preferences, kinds)
    if obstacle is not None:
        return Reach(obstacle=obstacle)
    if channel.type is ChannelType.IN_APP_FEED:
        if recipient.place.collection == TRANSIENT:
            return Reach(obstacle={"reason": "no_feed"})
        return Reach((own_address(channel),))
    if is_fixed:
        return Reach((own_address(channel),))
    if named is not None:
        return named_reach(channel, named)
    known = known_addresses(recipient, channel, tenant, by_email=by_email)
    active = [address for address, found in known.items() if found.is_active]
    if not active:
        return Reach(obstacle={"reason": "addresses_disabled" if known else channel.served_by.missing})
    valid = [address for address in active if is_reachable(address)]
    if not valid:
        return Reach(obstacle={"reason": "addresses_invalid"})
    return Reach(tuple(channel.served_by.choose(valid, channel.settings)[:MAX_ADDRESSES]))


def named_reach(channel: Channel, named: Sequence[str]) -> Reach:
    """Returns the reach of a message that names its addresses: those of them that something can be sent to."""
    kind = kind_of(channel)
    valid = tuple(address for each in named if is_reachable(address := Address(kind, each)))
    if valid:
        return Reach(valid[:MAX_ADDRESSES])
    return Reach(obstacle={"reason": "addresses_invalid" if named else channel.served_by.missing})


def is_reachable(address: Address) -> bool:
    """Returns whether something can be sent to an address, which was stored as somebody wrote it."""
    if address.kind in entries.NUMBERS:
        return e164(address.value) is not None
    return address.kind != "email" or is_deliverable(address.value)


def resolve(
    address: Address,
    recipient: Recipient,
    channel: Channel,
    preferences: PreferenceContext | None,
    kinds: frozenset[str] | None,
    tenant: TenantData,
    *,
    by_email: bool = False,
) -> Destination | Document:
    """Returns the destination of a message that was made for this address, or the obstacle if it cannot be sent now.

    The reason is one of `reach`, `address_missing` (the recipient does not have the address any more) or
    `address_disabled`.
    """
    obstacle = unwanted(kind_of(channel), channel, preferences, kinds)
    if obstacle is not None:
        return obstacle
    if address == own_address(channel):
        return OWN_DESTINATION
    known = known_addresses(recipient, channel, tenant, by_email=by_email)
    found = known.get(address)
    if found is None:  # the spelling may have changed
        found = {key(each): found for each, found in known.items()}.get(key(address))
    if found is None:
        return {"reason": "address_missing"}
    return found.destination if found.is_active else {"reason": "address_disabled"}


def own_address(channel: Channel) -> Address:
    """Returns the address that stands for the channel's own: a feed, or what its settings or its templates name."""
    return Address(kind_of(channel), str(channel.id))


def key(address: Address) -> tuple[str, str]:
    """Returns the form that all spellings of one address share."""
    return address.kind, form_of(address.kind).key(address.value) or address.value


def kind_of(channel: Channel) -> str:
    return channel.served_by.kind


def unwanted(
    kind: str, channel: Channel, preferences: PreferenceContext | None, kinds: frozenset[str] | None
) -> Document | None:
    """Returns the obstacle for a channel that does not depend on addresses, None without one."""
    if kinds is not None and kinds.isdisjoint(kinds_named(kind)):
        return {"reason": "channel_not_requested"}
    blocked = None if preferences is None else decide(preferences, Target(kind, str(channel.id)))
    return None if blocked is None else {"reason": "preferences", **described(blocked)}


def known_addresses(
    recipient: Recipient, channel: Channel, tenant: TenantData = NO_TENANT, *, by_email: bool = False
) -> dict[Address, KnownAddress]:
    """Returns the addresses that a channel's provider can send to.

    The recipient's own addresses come first, led by the primary one, then those in its data for the channel, which may
    take tokens from the data of the run's tenant. Whoever has neither may be found by the e-mail address.
    """
    provider = channel.served_by
    kind = kind_of(channel)
    known: dict[Address, KnownAddress] = {}
    for entry in entries.of_kind(recipient, kind):
        if entry.get("provider") in {None, provider.name, *provider.aliases}:
            destination = destination_of(kind, entry["value"])
            known[Address(kind, destination.key)] = KnownAddress(destination, entry["status"] == entries.ACTIVE)
    for destination in provider.data.destinations(channel.data_of(recipient), tenant):
        known.setdefault(Address(kind, destination.key), KnownAddress(destination, True))
    email = recipient.attributes.get("email") if by_email and not known else None
    if email is not None and provider.data.of_email is not None:
        found = provider.data.of_email(email, channel.data_of(recipient), tenant)
        if found is not None:
            known[Address(kind, found.key)] = KnownAddress(found, True)
    return known


def destination_of(kind: str, value: Any) -> Destination:
    """Returns the destination of a stored address. The key of an address that is an object names no secret."""
    return Destination.of(value) if isinstance(value, str) else Destination(form_of(kind).key(value) or "", value)


def destination_named(address: Address) -> Destination:
    """Returns the destination of an address of which no more is known than its key."""
    return Destination(address.value, form_of(address.kind).identified(address.value))


def described(blocked: Blocked) -> Document:
    condition = {} if blocked.condition is None else {"condition": blocked.condition}
    return {"layer": blocked.layer, "scope": blocked.scope, **condition}
