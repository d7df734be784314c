"""A recipient's addresses as the profile shows them: whether they are sent to, and when they last were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from addressee.dashboard.visits import EnvironmentVisit
from addressee.directory.addresses.entries import PUSH, attribute_address, of_kind
from addressee.directory.addresses.forms import FORMS, OWN_NAMES, mask, masked, masked_key
from addressee.directory.recipient import Document, Recipient
from addressee.messaging.messages.last_uses import LastUse, UsedAddress, used_address
from addressee.messaging.messages.model import Address
from addressee.messaging.suppressions.model import Suppression, is_suppressible


class ShownAddress(NamedTuple):
    """An address. `reference` names it in forms, and `text` is the value: neither has its secrets."""

    kind: str
    reference: str
    text: str
    provider: str | None
    status: str
    is_primary: bool
    details: Mapping[str, Any]
    suppression: Suppression | None
    use: LastUse | None


def addresses_of(recipient: Recipient) -> Sequence[Document]:
    """Returns all addresses, by kinds, the primary one first; those in channel data alone are not among them."""
    return [address for kind in FORMS for address in of_kind(recipient, kind)]


def reference_of(address: Document) -> str:
    """Returns a name for an address in forms: its key may be the token of a device, or the URL of a webhook."""
    return sha256(f"{address['kind']} {address['key']}".encode()).hexdigest()


async def read_addresses(visit: EnvironmentVisit, recipient: Recipient) -> Sequence[ShownAddress]:
    found = addresses_of(recipient)
    if not found:
        return []
    messaging = visit.services.messaging
    suppressible = {suppressible_of(address) for address in found if is_suppressible(address["kind"])}
    suppressed = await messaging.suppressions.find(visit.environment.id, suppressible)
    uses = await messaging.messages.last_uses(recipient)
    return [shown_address(recipient, address, suppressed, uses) for address in found]


def suppressible_of(address: Document) -> Address:
    return Address(address["kind"], address["value"])


def shown_address(
    recipient: Recipient,
    address: Document,
    suppressed: Mapping[Address, Suppression],
    uses: Mapping[UsedAddress, LastUse],
) -> ShownAddress:
    kind, key = address["kind"], address["key"]
    primary = attribute_address(recipient.attributes, kind)
    return ShownAddress(
        kind,
        reference_of(address),
        text_of(address),
        address.get("provider"),
        address["status"],
        primary is not None and primary["key"] == key,
        {name: masked(part) for name, part in address.items() if name not in OWN_NAMES},
        suppressed.get(suppressible_of(address)) if is_suppressible(kind) else None,
        uses.get(used_address(kind, address["value"])),
    )


def text_of(address: Document) -> str:
    """Returns the value of an address in one line; of devices and webhooks only the end is shown to anybody."""
    value = address["value"]
    if isinstance(value, str):
        return mask(value) if address["kind"] in PUSH else value
    key = str(address["key"])
    return mask(key) if address["kind"] in PUSH else masked_key(key)
