"""What attributes look like where a caller wants them checked (notiflows.md §5.1). Pure.

The directory itself takes any text: a dialect whose clients expect to be told of a wrong one asks here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from addressee.directory.documents import check_text
from addressee.directory.domains import DomainError, ascii_domain
from addressee.directory.errors import RefusedError
from addressee.directory.timezones import is_timezone

PHONE_NUMBER = re.compile(r"\+[1-9][0-9]{1,14}")

LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE | re.ASCII)

# A language tag that is well-formed (RFC 5646, section 2.1), whether or not somebody registered its parts.
LOCALE = re.compile(
    r"""
    ( [a-z]{2,3} (-[a-z]{3}){0,3} | [a-z]{4,8} )           # language
    ( -[a-z]{4} )?                                         # script
    ( -([a-z]{2}|[0-9]{3}) )?                              # region
    ( -([a-z0-9]{5,8}|[0-9][a-z0-9]{3}) )*                 # variants
    ( -[0-9a-wy-z](-[a-z0-9]{2,8})+ )*                     # extensions
    ( -x(-[a-z0-9]{1,8})+ )?                               # for private use
    | x(-[a-z0-9]{1,8})+
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)


class Format(NamedTuple):
    """`rule` says in words what `fits` tells of a text of at most `length` characters."""

    length: int
    fits: Callable[[str], bool]
    rule: str


def is_anything(text: str) -> bool:
    return True


def is_email(text: str) -> bool:
    """One @, and behind it a domain of several labels, which may be an internationalised one."""
    local, at, domain = text.partition("@")
    if not local or not at or "@" in domain or " " in text or not text.isprintable():
        return False
    try:
        labels = ascii_domain(domain).split(".")
    except DomainError:
        return False
    return len(labels) > 1 and all(LABEL.fullmatch(label) for label in labels)


def is_phone_number(text: str) -> bool:
    return PHONE_NUMBER.fullmatch(text) is not None


def is_locale(text: str) -> bool:
    return LOCALE.fullmatch(text) is not None


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
    "email": Format(254, is_email, "an e-mail address"),
    "phone_number": Format(16, is_phone_number, "a phone number in the form of E.164, like +491701234567"),
    "timezone": Format(255, is_timezone, "a name of the IANA time zone database, like Europe/Berlin"),
    "locale": Format(255, is_locale, "a language tag, like en-US"),
    "avatar": Format(2048, is_web_address, "an http or https URL"),
}


# What is taken from callers who do not want it checked, and nothing can be sent to.
REACHED_BY = ("email", "phone_number")


def unreachable(attributes: Mapping[str, object]) -> list[str]:
    """Says of each address among attributes that is none."""
    return [
        f"{name} is kept as it was given, but nothing can be sent to it: it is not {FORMATS[name].rule}."
        for name in REACHED_BY
        if isinstance(text := attributes.get(name), str) and not FORMATS[name].fits("".join(text.split()))
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
