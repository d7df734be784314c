"""E-mail addresses: what has the form of one, whether mail can go there, and when two are the same. Pure.

email-validator judges the syntax, without asking the DNS. Two things are judged less strictly, since such mailboxes
exist: dots may stand anywhere in a local part, and mail goes to domains for special use (`.test`, `.localhost`).
"""

from __future__ import annotations

import re
from typing import Any

from addressee.directory.domains import DomainError, ascii_domain

MAX_LENGTH = 254

# Characters that stand only within quotes in a local part. Nothing is sent to mailboxes that need them.
SPECIALS = frozenset('()<>[],;:\\"')
AS_LETTERS = str.maketrans(dict.fromkeys((*SPECIALS, "."), "x"))

# What most addresses look like. email-validator takes them too, in ten times as long, but for labels like `ab--c`: IDNA
# reserves them, and names with them are in use.
PLAIN = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.ASCII | re.IGNORECASE
)


def is_email(text: str) -> bool:
    """Whether the text has one @, with a local part before it and a domain of several labels behind it."""
    return len(text) <= MAX_LENGTH and text.count("@") == 1 and (is_plain(text) or is_valid(text))


def is_deliverable(text: str) -> bool:
    """Whether mail can be sent to the address; whether anybody reads it there is not asked."""
    return SPECIALS.isdisjoint(text) and is_email(text)


def is_plain(text: str) -> bool:
    return PLAIN.fullmatch(text) is not None and "xn--" not in text.lower()


def is_valid(text: str) -> bool:
    from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

    local, _, domain = text.partition("@")
    parent, dot, top = domain.rpartition(".")
    usual = "com" if top.lower() in SPECIAL_USE_DOMAIN_NAMES else top
    judged = f"{local.translate(AS_LETTERS)}@{parent}{dot}{usual}"
    try:
        found = validate_email(judged, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return False
    return "." in found.ascii_domain


def email_key(value: Any) -> str | None:
    """In lower case, and with the domain as it goes over the wire where it can."""
    text = value.strip().lower() if isinstance(value, str) else ""
    local, at, domain = text.rpartition("@")
    try:
        return f"{local}@{ascii_domain(domain)}" if at else text or None
    except DomainError:
        return text
