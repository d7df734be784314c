"""Edits of addresses (docs/decisions/0013, suprsend.md §4)."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from msgspec import Struct

from addressee.directory.addresses.entries import (
    ACTIVE,
    ATTRIBUTES,
    DISABLED,
    MAX_ADDRESSES,
    PUSH,
    attribute_address,
    check_number,
    of_kind,
)
from addressee.directory.addresses.forms import (
    checked_details,
    form_of,
    holds_masked,
    key_of,
    named,
    provider_named,
    provider_of,
    warning_for,
    without_masked,
)
from addressee.directory.addresses.registrations import written_at
from addressee.directory.attributes import render_instant
from addressee.directory.documents import Merge, overlay
from addressee.directory.edits.context import EditContext, changed, living_or_new, without
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import Document, Place, Recipient


class AddAddress(Struct, frozen=True):
    """Adds an address, or updates a stored one and makes it active again; creates a missing recipient.

    `details` are texts; null counts as not given. An e-mail address or phone number becomes primary when none is. A
    masked secret keeps the stored value. `added_at` is the time of the last change by this edit; a device is registered
    each time that it is added. Refused are values without the kind's form, masked secrets that are not
    stored, and more than 1,000 addresses.
    """

    name: ClassVar[str] = "add_address"
    kind: str
    value: Any
    provider: str | None = None
    details: Mapping[str, Any] = {}

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient:
        provider = provider_of(self.kind, self.provider)
        value = form_of(self.kind).checked(self.value, f"addresses.{self.kind}")
        details = checked_details(self.kind, self.details)
        recipient = living_or_new(found, place, context)
        known = named(self.kind, value, provider, recipient.addresses)
        if known:
            renewed = {**known[0], "value": renewed_value(known[0]["value"], value), "status": ACTIVE, **details}
            if self.kind in PUSH or renewed != known[0]:
                renewed["added_at"] = render_instant(context.now)
            addresses = [renewed if address is known[0] else address for address in recipient.addresses]
        else:
            added = new_address(self.kind, value, provider, details) | {"added_at": render_instant(context.now)}
            primary = attribute_address(recipient.attributes, self.kind)
            if primary is None or primary["key"] != added["key"]:
                addresses = [*recipient.addresses, added]
            elif details:
                addresses = [added, *recipient.addresses]
            else:  # the attribute is the address
                addresses = recipient.addresses
        check_number(addresses)
        if (warning := warning_for(self.kind, value)) is not None:
            context.warn(warning)
        attributes = recipient.attributes
        if self.kind in ATTRIBUTES and attribute_address(attributes, self.kind) is None:
            attributes = {**attributes, ATTRIBUTES[self.kind]: known[0]["value"] if known else value}
        return changed(recipient, context, addresses=addresses, attributes=attributes)


class RemoveAddress(Struct, frozen=True):
    """Removes the address that a value identifies, which may be a part of the stored value; a missing one is no error.

    Without a `provider`, a device's token is removed for every provider. When the primary address is removed, the next
    active one becomes primary; if there is none, the attribute is removed. Refused are values that cannot identify an
    address.
    """

    name: ClassVar[str] = "remove_address"
    kind: str
    value: Any
    provider: str | None = None

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient | None:
        ending = keys_named(found, self.kind, self.value, self.provider)
        return found if found is None else without_addresses(found, context, self.kind, ending)


class RemoveAddresses(Struct, frozen=True):
    """Removes all addresses of a kind, and the attribute that names one of them."""

    name: ClassVar[str] = "remove_addresses"
    kind: str

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient | None:
        form_of(self.kind)
        if found is None:
            return None
        return without_addresses(found, context, self.kind, {address["key"] for address in of_kind(found, self.kind)})


class DisableAddress(Struct, frozen=True):
    """Stops sending to an address until it is added again; it is identified as in `RemoveAddress`, or by its key.

    A primary address stays primary. One that is not stored is added as disabled, as channel data may contain it too,
    unless the recipient has 1,000 already. With a `uid`, the edit applies to that identity only.

    `unless_added_since` is a time at which the address was dead: one that was added later stays active, also one that
    was added to channel data. Of other addresses there than devices, the time of the last change to the data counts.
    """

    name: ClassVar[str] = "disable_address"
    kind: str
    value: Any
    provider: str | None = None
    uid: UUID | None = None
    unless_added_since: datetime | None = None

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient | None:
        value = form_of(self.kind).identified(self.value) if isinstance(self.value, str) else self.value
        ending = keys_named(found, self.kind, value, self.provider)
        if found is None or not found.lives or self.uid not in {None, found.uid}:
            return found
        since = self.unless_added_since
        if since is not None and was_added_since(found, self.kind, value, ending, render_instant(since)):
            return found
        if not ending and len(found.addresses) < MAX_ADDRESSES:
            unknown = new_address(self.kind, value, provider_of(self.kind, self.provider), {})
            return changed(found, context, addresses=[*found.addresses, {**unknown, "status": DISABLED}])
        stored = {address["key"] for address in found.addresses if address["kind"] == self.kind}
        implied = [address for address in of_kind(found, self.kind) if address["key"] not in stored]
        addresses = [
            {**address, "status": DISABLED} if is_among(address, self.kind, ending) else address
            for address in [*(address for address in implied if address["key"] in ending), *found.addresses]
        ]
        return changed(found, context, addresses=addresses)


class EnableAddress(Struct, frozen=True):
    """Makes a disabled address active again; it is identified as in `RemoveAddress`. Nothing is added.

    With a `uid`, the edit applies to that identity only.
    """

    name: ClassVar[str] = "enable_address"
    kind: str
    value: Any
    provider: str | None = None
    uid: UUID | None = None

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient | None:
        enabled = keys_named(found, self.kind, self.value, self.provider)
        if found is None or not found.lives or self.uid not in {None, found.uid}:
            return found
        addresses = [
            {**address, "status": ACTIVE} if is_among(address, self.kind, enabled) else address
            for address in found.addresses
        ]
        return changed(found, context, addresses=addresses)


def new_address(kind: str, value: Any, provider: str | None, details: Document) -> Document:
    """Returns an active address. Raises RefusedError for a masked secret, whose value is not known."""
    if holds_masked(value):
        message = f"This address of {kind} is not known, and its secret is masked; send it in full."
        raise RefusedError("masked", f"addresses.{kind}", message)
    own = {"kind": kind, "key": key_of(kind, value, provider), "value": value, "status": ACTIVE}
    return {**own, **({} if provider is None else {"provider": provider}), **details}


def renewed_value(stored: Any, given: Any) -> Any:
    """Returns an object updated with the given parts that are not masked; any other stored value is unchanged."""
    return overlay(stored, without_masked(given), Merge.DEEP) if isinstance(stored, dict) else stored


def keys_named(found: Recipient | None, kind: str, value: Any, provider: str | None) -> Set[str]:
    """Returns the keys of the addresses that a value identifies. Raises RefusedError when it cannot identify any."""
    among = [] if found is None else of_kind(found, kind)
    return {address["key"] for address in named(kind, value, provider_named(kind, provider), among)}


def without_addresses(recipient: Recipient, context: EditContext, kind: str, ending: Set[str]) -> Recipient:
    left = [address for address in recipient.addresses if not is_among(address, kind, ending)]
    attributes = recipient.attributes
    primary = attribute_address(attributes, kind)
    if primary is not None and primary["key"] in ending:
        name = ATTRIBUTES[kind]
        promoted = next((each for each in left if each["kind"] == kind and each["status"] == ACTIVE), None)
        attributes = {**attributes, name: promoted["value"]} if promoted else without(attributes, name)
    return changed(recipient, context, addresses=left, attributes=attributes)


def was_added_since(found: Recipient, kind: str, value: Any, keys: Set[str], since: str) -> bool:
    """Returns whether one of the addresses with these keys was added, or is in channel data written, after a time."""
    times = [address.get("added_at", "") for address in found.addresses if is_among(address, kind, keys)]
    return max((*times, *written_at(found.channel_data, kind, value)), default="") > since


def is_among(address: Document, kind: str, keys: Set[str]) -> bool:
    return address["kind"] == kind and address["key"] in keys
