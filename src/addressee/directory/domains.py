"""Domain names in ASCII, as they are sent: IDNA 2008, mapped by UTS 46, non-transitional. Pure."""

from __future__ import annotations

import idna

MAX_LENGTH = 253
LABEL_LENGTHS = range(1, 64)


class DomainError(ValueError):
    """A text is not a valid domain name. The message says why."""


def ascii_domain(domain: str) -> str:
    """Returns a domain in ASCII; one that is ASCII already is returned unchanged. Raises DomainError.

    Unlike Python's own codec, which implements IDNA 2003, this keeps `faß.de` and `fass.de` apart: these are different
    domains.
    """
    if not domain.isascii():
        try:
            return idna.encode(domain, uts46=True, transitional=False).decode()
        except idna.IDNAError as error:
            raise DomainError(f"{domain!r} is not an internet domain: {error}") from None
    if len(domain) > MAX_LENGTH or any(len(label) not in LABEL_LENGTHS for label in domain.split(".")):
        raise DomainError(f"{domain!r} is not an internet domain")
    return domain
