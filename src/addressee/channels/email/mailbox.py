"""One address of e-mail, with the name of whose it is: as people write it down, and as it goes over the wire."""

from __future__ import annotations

import re
from dataclasses import dataclass

from addressee.channels.sender import Failure
from addressee.directory.domains import DomainError, ascii_domain

# No quoted or literal forms: nobody has such an address, and they are what injections are made of.
PART = r"[^\s\x00-\x20\x7f-\x9f\ud800-\udfff@<>()\[\],;:\\\"]+"
QUOTED = r'\s*"(?:[^"\\]|\\.)*"\s*'
WRITTEN = re.compile(rf"(?:(?P<name>{QUOTED}|[^<>]*)<)?(?P<local>{PART})@(?P<domain>{PART})(?(name)>)")
ONE_QUOTED = re.compile(QUOTED)
QUOTED_PAIR = re.compile(r"\\(.)")


class AddressError(ValueError):
    """Not an address that an e-mail can go to or come from. `failure` is what a send becomes that has it."""

    def __init__(self, message: str, failure: Failure = Failure.BOUNCED) -> None:
        super().__init__(message)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Mailbox:
    """`name` is empty where there is none; `domain` is in ASCII."""

    name: str
    local: str
    domain: str

    @property
    def address(self) -> str:
        """As an SMTP server is told it: a local part with dots where none may be stands in quotes."""
        local = self.local if all(self.local.split(".")) else f'"{self.local}"'
        return f"{local}@{self.domain}"

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


def read_mailbox(written: str) -> Mailbox:
    """Reads `name@example.com` or `Name <name@example.com>`, exactly one. Raises AddressError.

    The name is meant as it is written, unless all of it stands in quotes: then a backslash has the next character
    stand for itself.
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
