"""Terms by which recipients are found: addresses, numbers and names, normalized. Pure.

A search finds the terms that start with what is searched for. Addresses that may hold secrets, like the URLs of
webhooks, are digests, so that only those who know the whole of one find it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Set
from hashlib import sha256
from typing import Literal, TypeAlias

from addressee.directory.addresses.entries import NUMBERS, PUSH
from addressee.directory.emails import email_key
from addressee.directory.names import words
from addressee.directory.phones import phone_key
from addressee.directory.recipient import Document, Recipient, is_membership

# What a search found a recipient by.
Match: TypeAlias = Literal["id", "name", "email", "phone_number", "address"]

# The characters of a term that are stored; the words of a name from which it is found.
MAX_LENGTH = 128
MAX_WORDS = 8

# No folded text holds this character, as it counts as a space.
DIGEST = "\x1f"

# A number as people write it, in groups.
NUMBER = re.compile(r"[+(]?[0-9][0-9 ()./-]*")


def terms_of(recipient: Recipient) -> Mapping[str, Match]:
    """Returns the terms of a recipient, and what each of them is. Tombstones and memberships have none.

    Tokens of devices are not among them: `push_tokens` has their digests.
    """
    if not recipient.lives or is_membership(recipient.place):
        return {}
    return dict(named_terms(recipient))


def terms_may_differ(before: Recipient, after: Recipient) -> bool:
    """Returns whether a write may have changed a recipient's terms. Documents without a change are the same objects."""
    return (
        before.attributes is not after.attributes
        or before.addresses is not after.addresses
        or before.lives is not after.lives
    )


def named_terms(recipient: Recipient) -> Iterator[tuple[str, Match]]:
    attributes = recipient.attributes
    for address in recipient.addresses:
        yield from address_terms(address)
    for term in name_terms(attributes):
        yield term, "name"
    if number := phone_key(attributes.get("phone_number")):
        yield fold(number), "phone_number"
    if email := email_key(attributes.get("email")):
        yield fold(email), "email"


def name_terms(attributes: Document) -> Iterator[str]:
    """Yields a name once from each of its words on, followed by the words before it."""
    given = words(attributes.get("name")) or [*words(attributes.get("first_name")), *words(attributes.get("last_name"))]
    folded = fold(" ".join(given[:MAX_WORDS])).split()
    for start in range(len(folded)):
        yield " ".join((*folded[start:], *folded[:start]))


def address_terms(address: Document) -> Iterator[tuple[str, Match]]:
    kind, key = address["kind"], address["key"]
    if kind == "email":
        yield fold(key), "email"
    elif kind in NUMBERS:
        yield fold(key), "phone_number"
    elif kind not in PUSH:
        for part in key.split(" "):
            name, _, value = part.partition(":")
            yield fold(value) if name == "email" else digest(value), "address"


def fold(text: str) -> str:
    """Returns a text as searches compare it: without accents, cases and repeated spaces, up to 128 characters."""
    if text.isascii():
        plain = text.lower()
    else:
        plain = "".join(each for each in decomposed(decomposed(text).casefold()) if not unicodedata.combining(each))
    return " ".join(plain.split())[:MAX_LENGTH].rstrip()


def decomposed(text: str) -> str:
    """Returns a text with its accents as characters of their own, and other forms of letters as plain ones."""
    return unicodedata.normalize("NFKD", text)


def digest(value: str) -> str:
    return DIGEST + sha256(value.encode()).hexdigest()


def prefixes_of(text: str) -> Set[str]:
    """Returns the beginnings of the terms that a search for a text finds.

    A number may be written in groups. A whole address of the other kinds is found by its digest.
    """
    found = {fold(text), digest(text)}
    if NUMBER.fullmatch(text):
        found.add("".join(filter(str.isdigit, text)).removeprefix("00"))
    return found - {""}
