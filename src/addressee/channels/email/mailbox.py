"""Mailboxes: an e-mail address with an optional display name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from addressee.channels.sender import Failure
from addressee.directory.domains import DomainError, ascii_domain

# Quoted local parts and literal domains are refused: they are hardly used, and help injections.
PART = r"[^\s\x00-\x20\x7f-\x9f\ud800-\udfff@<>()\[\],;:\\\"]+"
QUOTED = r'\s*"(?:[^"\\]|\\.)*"\s*'
WRITTEN = re.compile(rf"(?:(?P<name>{QUOTED}|[^<>]*)<)?(?P<local>{PART})@(?P<domain>{PART})(?(name)>)")
ONE_QUOTED = re.compile(QUOTED)
QUOTED_PAIR = re.compile(r"\\(.)")


class AddressError(ValueError):
    """The text is no usable e-mail address. `failure` is the outcome of a send to or from it."""

    def __init__(self, message: str, failure: Failure = Failure.BOUNCED) -> None:
        super().__init__(message)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An e-mail address with a display name, empty if there is none. `domain` is in ASCII."""

    name: str
    local: str
    domain: str

    @property
    def address(self) -> str:
        """Returns the address for SMTP: the local part is quoted when its dots are not allowed otherwise."""
        local = self.local if all(self.local.split(".")) else f'"{self.local}"'
        return f"{local}@{self.domain}"

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


def read_mailbox(written: str) -> Mailbox:
    """Reads `name@example.com` or `Name <name@example.com>`, exactly one. Raises AddressError.

    The name is taken literally. If it is quoted as a whole, a backslash escapes the next character.
    """
    match = WRITTEN.fullmatch(written)
    if match is None or len(written.splitlines()) > 1:
        raise AddressError("not an e-mail address")
    name = (match["name"] or "").strip()
    if ONE_QUOTED.fullmatch(name):
        name = QUOTED_PAIR.sub(r"\1", name[1:-1])
    try:
        return Mailbox(name, match["local"], ascii_domain(match["domain"]))
    except DomainError as error:
        raise AddressError(f"not an e-mail address: {error}") from None
