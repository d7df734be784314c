"""What attributes look like where a caller wants them checked (notiflows.md §5.1). Pure.

The directory itself takes any text: a dialect whose clients expect to be told of a wrong one asks here.
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
    """`rule` says in words what `fits` tells of a text of at most `length` characters."""

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
        host, _ = parts.hostname, parts.port  # a port that is none is refused here
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


# How it is judged whether anything can be sent to what is taken from callers who do not want it checked.
REACHED_BY: Mapping[str, Callable[[str], bool]] = {
    "email": lambda text: emails.is_deliverable(text.strip()),
    "phone_number": lambda text: e164(text) is not None,
}


def unreachable(attributes: Mapping[str, object]) -> list[str]:
    """Says of each address among attributes that is none."""
    return [
        f"{name} is kept as it was given, but nothing can be sent to it: it is not {FORMATS[name].rule}."
        for name, can_be_reached in REACHED_BY.items()
        if isinstance(text := attributes.get(name), str) and not can_be_reached(text)
    ]


def check_format(name: str, value: object, field: str) -> None:
    """Raises RefusedError unless the value is null or what the attribute is to look like; `field` is how to call it."""
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
