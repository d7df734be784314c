"""Whether a channel step reaches a recipient, on which addresses, and what stops it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from addressee.channels.providers import ChannelType
from addressee.directory.recipient import Document, Recipient
from addressee.messaging.workflow import Channel
from addressee.preferences.deciding import Blocked, Target, Wishes, decide

# What preferences call the channels that there are senders for.
KINDS: Mapping[ChannelType, str] = {
    ChannelType.EMAIL: "email",
    ChannelType.IN_APP_FEED: "in_app",
}


@dataclass(frozen=True, slots=True)
class Reach:
    """`addresses` are e-mail addresses, or the id of the feed. `obstacle` says why there are none.

    An obstacle has a `reason`: `preferences`, then with the `layer` and the `scope` that say so, and the `condition`
    that does not hold where there is one; or what is missing, like `no_email_address`.
    """

    addresses: tuple[str, ...] = ()
    obstacle: Document | None = None


def reach(recipient: Recipient, channel: Channel, wishes: Wishes | None) -> Reach:
    blocked = None if wishes is None else decide(wishes, Target(KINDS[channel.type], str(channel.id)))
    if blocked is not None:
        return Reach(obstacle={"reason": "preferences", **described(blocked)})
    if channel.type is ChannelType.IN_APP_FEED:
        return Reach((str(channel.id),))
    address = recipient.attributes.get("email")
    return Reach((address,)) if address else Reach(obstacle={"reason": "no_email_address"})


def described(blocked: Blocked) -> Document:
    condition = {} if blocked.condition is None else {"condition": blocked.condition}
    return {"layer": blocked.layer, "scope": blocked.scope, **condition}
