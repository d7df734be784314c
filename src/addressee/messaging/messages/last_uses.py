"""The last message to each address of a recipient: when it was sent, and how that went."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.addresses.forms import FORMS
from addressee.directory.errors import unavailable_when_away
from addressee.directory.recipient import Recipient
from addressee.messaging.messages.status import Status

SQL = load(__package__)

# The number of a recipient's latest messages that are looked at. What was not sent to since counts as not used.
LATEST = 200


class UsedAddress(NamedTuple):
    """An address by its kind and the key that all spellings of it share, whichever provider sent to it."""

    kind: str
    key: str


class LastUse(NamedTuple):
    """The last message to an address, and the status of its send to this one."""

    message_id: str
    at: datetime
    status: Status


def used_address(kind: str, value: Any) -> UsedAddress:
    """Returns the address of a value as it is stored with a recipient, or as it is stored with a send."""
    form = FORMS.get(kind)
    key = None if form is None else form.key(value)
    return UsedAddress(kind, key or str(value))


async def last_uses(pool: Pool, recipient: Recipient) -> Mapping[UsedAddress, LastUse]:
    """Returns the last uses of addresses, as far as the recipient's latest 200 messages tell."""
    with unavailable_when_away():
        rows = await pool.fetch(
            *SQL["last_uses"](
                environment_id=recipient.place.environment_id,
                id=recipient.place.id,
                uid=recipient.uid,
                limit=LATEST,
            )
        )
    found: dict[UsedAddress, LastUse] = {}
    for row in rows:
        address = used_address(row["kind"], row["address"])
        use = LastUse(row["message_id"], row["inserted_at"], Status(row["status"]))
        if address not in found or found[address].at < use.at:
            found[address] = use
    return found
