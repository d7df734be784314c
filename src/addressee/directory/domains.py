"""Names of internet domains as they go over the wire: IDNA 2008, mapped by UTS 46, non-transitional. Pure."""

from __future__ import annotations

import idna

MAX_LENGTH = 253
LABEL_LENGTHS = range(1, 64)


class DomainError(ValueError):
    """Not a domain that anything can be sent to. The message says why."""


def ascii_domain(domain: str) -> str:
    """Returns the domain in ASCII; one that is in ASCII already as it is. Raises DomainError.

    Unlike IDNA 2003, which Python's own codec speaks, this keeps `faß.de` and `fass.de` apart: they have two owners.
    """
    if not domain.isascii():
        try:
            return idna.encode(domain, uts46=True, transitional=False).decode()
        except idna.IDNAError as error:
            raise DomainError(f"{domain!r} is not an internet domain: {error}") from None
    if len(domain) > MAX_LENGTH or any(len(label) not in LABEL_LENGTHS for label in domain.split(".")):
        raise DomainError(f"{domain!r} is not an internet domain")
    return domain
