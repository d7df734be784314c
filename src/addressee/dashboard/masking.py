"""Addresses and contents as viewers see them until they ask for more. Pure."""

from __future__ import annotations

DOTS = "••••"

# The last characters of a number or token that are left readable, if it is longer than twice as many.
READABLE = 2


def masked_address(value: str) -> str:
    """Returns an address of which just enough is left to tell it from others: `a••••@example.com`, `••••17`."""
    mailbox, at, domain = value.rpartition("@")
    if at:
        return f"{mailbox[:1]}{DOTS}@{domain}"
    return f"{DOTS}{value[-READABLE:]}" if len(value) > 2 * READABLE else DOTS
