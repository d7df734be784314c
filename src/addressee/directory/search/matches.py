"""The address by which a search has found a recipient. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from addressee.directory.addresses.entries import ATTRIBUTES, PUSH, of_kind
from addressee.directory.addresses.push_tokens import token_of
from addressee.directory.recipient import Document, Recipient
from addressee.directory.search.terms import address_terms, prefixes_of


def matched_address(recipient: Recipient, text: str) -> Document | None:
    """Returns the recipient's first address that a search for a text finds; None when there is none."""
    text = text.strip()
    prefixes = tuple(prefixes_of(text))
    for address in searched(recipient):
        if address["kind"] in PUSH:
            if token_of(address) == text:
                return address
        elif any(term.startswith(prefixes) for term, _ in address_terms(address)):
            return address
    return None


def searched(recipient: Recipient) -> Iterator[Document]:
    """Yields the recipient's addresses, those in its attributes first."""
    for kind in ATTRIBUTES:
        yield from of_kind(recipient, kind)
    for address in recipient.addresses:
        if address["kind"] not in ATTRIBUTES:
            yield address
