"""Passwords, of which only hashes by Argon2id are stored."""

from __future__ import annotations

import asyncio
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LENGTHS = range(12, 257)
RANDOM_BYTES = 18

# Each takes 64 MB and a core for its time.
AT_ONCE = 2

HASHER = PasswordHasher()

_places = asyncio.Semaphore(AT_ONCE)


def new_password() -> str:
    return secrets.token_urlsafe(RANDOM_BYTES)


def check_password(password: str, email: str) -> None:
    """Raises ValueError for a password that is too short, too long, or the account's own name."""
    if len(password) not in LENGTHS:
        raise ValueError(f"A password has {LENGTHS.start} to {LENGTHS.stop - 1} characters.")
    if password.strip().lower() in {email, email.partition("@")[0]}:
        raise ValueError("A password must not be the e-mail address.")


async def hash_password(password: str) -> str:
    async with _places:
        return await asyncio.to_thread(HASHER.hash, password)


async def matches(stored: str | None, password: str) -> bool:
    """Returns whether a password is that of a hash. It takes as long without one: nobody learns who has an account."""
    async with _places:
        return await asyncio.to_thread(verified, stored, password)


def verified(stored: str | None, password: str) -> bool:
    try:
        return HASHER.verify(stored or hash_of_nothing(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def hash_of_nothing() -> str:
    return HASHER.hash(new_password())
