"""Removes push tokens from recipients who are no longer their owners."""

from __future__ import annotations

from collections.abc import Sequence, Set
from contextlib import suppress
from datetime import datetime
from typing import Any

import asyncpg
from uuid_utils.compat import uuid7

from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.addresses import device_tokens, push_tokens
from addressee.directory.addresses.entries import PUSH
from addressee.directory.addresses.push_tokens import ReleaseTokens, TokenTransfer
from addressee.directory.attributes import render_instant
from addressee.directory.clock import Clock
from addressee.directory.edits.context import EditContext, changed
from addressee.directory.errors import UnavailableError, unavailable_when_away
from addressee.directory.reading import rows
from addressee.directory.recipient import Recipient
from addressee.directory.writing.applying import check_format
from addressee.directory.writing.history import NO_ORIGIN, change
from addressee.directory.writing.store import Effect, store_recipients

SQL = load(__package__)


class TokenReleaser:
    """Removes push tokens from their former owners, in the job `release_tokens` or at once."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    async def release(self, release: ReleaseTokens) -> None:
        """Runs the job; it may be repeated, and run concurrently."""
        for transfer in release.people:
            async with self._pool.acquire() as connection, connection.transaction():
                await self._remove_tokens(connection, transfer)

    async def release_now(self, people: Sequence[TokenTransfer]) -> None:
        """Like `release`, before the write is answered; if the database fails, the job does it later."""
        with suppress(UnavailableError, asyncpg.TransactionRollbackError), unavailable_when_away():
            await self.release(ReleaseTokens(people))

    async def _remove_tokens(self, connection: Connection, transfer: TokenTransfer) -> None:
        """Removes one former owner's tokens under the row's lock, unless they have become the owner again."""
        row = await connection.fetchrow(*SQL["lock_recipient"](**transfer.place._asdict()))
        if row is None or row["uid"] != transfer.uid:
            return
        found = rows.recipient_from(row)
        check_format(found)
        lost = await push_tokens.still_lost(connection, transfer)
        context = EditContext(self._clock.now(), found.version + 1, uuid7)
        after = changed(found, context, **without_tokens(found, lost, context.now))
        if after is not found:
            made = change("remove_address", found, after, NO_ORIGIN)
            await store_recipients(connection, [Effect(found, after, [made])])


def without_tokens(recipient: Recipient, lost: Set[str], now: datetime) -> dict[str, Any]:
    """Returns the recipient's addresses and channel data without the tokens whose digests are in `lost`."""

    def is_lost(token: str) -> bool:
        return push_tokens.digest_of(token).hex() in lost

    return {
        "addresses": [
            address
            for address in recipient.addresses
            if address["kind"] not in PUSH or not is_lost(push_tokens.token_of(address))
        ],
        "channel_data": device_tokens.without_tokens(recipient.channel_data, is_lost, render_instant(now)),
    }
