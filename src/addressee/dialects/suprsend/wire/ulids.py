"""How SuprSend writes identities: as ULIDs, 26 characters of Crockford's base 32. Pure."""

from __future__ import annotations

import re
from uuid import UUID

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
VALUES = {character: value for value, character in enumerate(ALPHABET)}
LENGTH = 26
BITS = 5

# 26 characters hold two bits more than an identity has.
WRITTEN = re.compile(f"[0-7][{ALPHABET}]{{{LENGTH - 1}}}")


def ulid(uid: UUID) -> str:
    return "".join(ALPHABET[uid.int >> BITS * place & 31] for place in reversed(range(LENGTH)))


def parse(text: str) -> UUID | None:
    """The identity, whatever the case of its letters; None for what is no ULID."""
    written = text.strip().upper()
    if not WRITTEN.fullmatch(written):
        return None
    number = 0
    for character in written:
        number = number << BITS | VALUES[character]
    return UUID(int=number)
