"""Masks of a recipient's contact data: secrets are shown to nobody, the rest to viewers once they ask for it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from addressee.dashboard.masking import DOTS, masked_address
from addressee.directory.addresses.device_tokens import devices_in
from addressee.directory.addresses.entries import ATTRIBUTES
from addressee.directory.addresses.forms import EMAIL, mask, masked
from addressee.directory.edits import contact_properties
from addressee.directory.recipient import Document

# Names of attributes and properties that contact data have, in whatever they are nested.
CONTACT_NAMES = frozenset({*ATTRIBUTES.values(), *contact_properties.NAMES}) - {"created_at"}

# The parts of a browser's subscription that are keys.
BROWSER_KEYS = frozenset({"p256dh", "auth"})


def without_contacts(document: Mapping[str, Any]) -> Document:
    """Returns attributes or properties with contact data masked: by their names, and whatever is an e-mail address."""
    return {name: hidden(part, is_contact=name in CONTACT_NAMES) for name, part in document.items()}


def hidden(value: Any, *, is_contact: bool) -> Any:
    if isinstance(value, str):
        return masked_address(value) if is_contact or EMAIL.fullmatch(value) else value
    if isinstance(value, dict):
        return {name: hidden(part, is_contact=is_contact or name in CONTACT_NAMES) for name, part in value.items()}
    if isinstance(value, list):
        return [hidden(part, is_contact=is_contact) for part in value]
    return DOTS if is_contact and value is not None and not isinstance(value, bool) else value


def without_secrets(data: Any) -> Any:
    """Returns channel data with access tokens, webhooks, devices and keys masked."""
    return with_texts(masked(data), devices_in(data), mask)


def without_texts(data: Any) -> Any:
    """Returns channel data with all texts masked."""
    return with_texts(data, None, lambda _: DOTS)


def with_texts(value: Any, secrets: Collection[str] | None, change: Callable[[str], str]) -> Any:
    """Returns a value in which the texts that are `secrets`, and keys of browsers, are changed; None: all texts."""
    if isinstance(value, str):
        return change(value) if secrets is None or value in secrets else value
    if isinstance(value, dict):
        return {
            name: with_texts(part, None if name in BROWSER_KEYS else secrets, change) for name, part in value.items()
        }
    return [with_texts(part, secrets, change) for part in value] if isinstance(value, list) else value
