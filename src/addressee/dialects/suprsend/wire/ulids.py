"""Identities as ULIDs, which are 26 characters of Crockford's base 32. Pure."""

from __future__ import annotations

import re
from uuid import UUID

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
VALUES = {character: value for value, character in enumerate(ALPHABET)}
LENGTH = 26
BITS = 5

# 26 characters hold 130 bits, two more than an identity has.
WRITTEN = re.compile(f"[0-7][{ALPHABET}]{{{LENGTH - 1}}}")


def ulid(uid: UUID) -> str:
    return "".join(ALPHABET[uid.int >> BITS * place & 31] for place in reversed(range(LENGTH)))


def parse(text: str) -> UUID | None:
    """Returns the identity of a ULID, in upper or lower case; None for what is no ULID."""
    written = text.strip().upper()
    if not WRITTEN.fullmatch(written):
        return None
    number = 0
    for character in written:
        number = number << BITS | VALUES[character]
    return UUID(int=number)
