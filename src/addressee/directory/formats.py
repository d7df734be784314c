"""Formats of attributes, for dialects that validate them (notiflows.md §5.1). Pure.

The directory itself accepts any text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from addressee.directory import emails
from addressee.directory.documents import check_text
from addressee.directory.errors import RefusedError
from addressee.directory.locales import is_locale
from addressee.directory.phones import e164, is_e164
from addressee.directory.timezones import is_timezone


class Format(NamedTuple):
    """A format: at most `length` characters that pass `fits`. `rule` describes it in messages."""

    length: int
    fits: Callable[[str], bool]
    rule: str


def is_anything(text: str) -> bool:
    return True


def is_web_address(text: str) -> bool:
    if " " in text or not text.isprintable():
        return False
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port  # reading an invalid port raises ValueError
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host)


NAME = Format(255, is_anything, "a name")

FORMATS: Mapping[str, Format] = {
    "name": NAME,
    "first_name": NAME,
    "last_name": NAME,
    "email": Format(emails.MAX_LENGTH, emails.is_email, "an e-mail address"),
    "phone_number": Format(16, is_e164, "a phone number in the form of E.164, like +491701234567"),
    "timezone": Format(255, is_timezone, "a name of the IANA time zone database, like Europe/Berlin"),
    "locale": Format(255, is_locale, "a language tag, like en-US"),
    "avatar": Format(2048, is_web_address, "an http or https URL"),
}


# Whether anything can be sent to an address that was accepted unchecked.
DELIVERABILITY_CHECKS: Mapping[str, Callable[[str], bool]] = {
    "email": lambda text: emails.is_deliverable(text.strip()),
    "phone_number": lambda text: e164(text) is not None,
}


def unreachable(attributes: Mapping[str, object]) -> list[str]:
    """Returns a warning for each of these attributes that is an address to which nothing can be sent."""
    return [
        f"{name} is kept as it was given, but nothing can be sent to it: it is not {FORMATS[name].rule}."
        for name, is_deliverable in DELIVERABILITY_CHECKS.items()
        if isinstance(text := attributes.get(name), str) and not is_deliverable(text)
    ]


def check_format(name: str, value: object, field: str) -> None:
    """Raises RefusedError unless a value is null or has the attribute's format. `field` is its name in messages."""
    if value is None:
        return
    format = FORMATS[name]
    if not isinstance(value, str):
        raise RefusedError("type", field, f"{field} must be a string or null.")
    check_text(value, field)
    if len(value) > format.length:
        raise RefusedError("length", field, f"{field} must have at most {format.length:,} characters.")
    if not format.fits(value):
        raise RefusedError("format", field, f"{field} must be {format.rule}.")
