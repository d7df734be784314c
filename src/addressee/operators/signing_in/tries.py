"""Failed tries to sign in: after some, each next one waits longer, by account and by address of the network."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import repeat

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.operators.errors import TooManyTriesError

SQL = load(__package__)

LONGEST_PAUSE = timedelta(minutes=15)

# Failures are forgotten after a day without any.
FORGOTTEN_AFTER = timedelta(days=1)

# Tries without a pause. An address may be that of an office.
FREE_TRIES_OF_ACCOUNT = 5
FREE_TRIES_OF_ADDRESS = 30


def pauses_after(free_tries: int) -> Sequence[timedelta]:
    """Returns the pause after each number of failures, from one on: none, then a second, doubled up to 15 minutes."""
    growing = []
    pause = timedelta(seconds=1)
    while pause < LONGEST_PAUSE:
        growing.append(pause)
        pause *= 2
    return [*repeat(timedelta(), free_tries - 1), *growing, LONGEST_PAUSE]


PAUSES_OF_ACCOUNT = pauses_after(FREE_TRIES_OF_ACCOUNT)
PAUSES_OF_ADDRESS = pauses_after(FREE_TRIES_OF_ADDRESS)


class Tries:
    """The tries with one account from one address.

    Where the address is not known, those with the account are counted only: counted together, strangers would slow
    everybody else down.
    """

    def __init__(self, pool: Pool, email: str, address: str | None, now: datetime) -> None:
        self._pool = pool
        self._account = f"account {email}"
        self._address = None if address is None else f"address {address}"
        self._now = now

    async def begin(self) -> None:
        """Counts a try as failed until it has succeeded, so that many at once are no way around.

        Raises TooManyTriesError when it comes too early.
        """
        if self._address is not None:
            await self._begin(self._address, PAUSES_OF_ADDRESS)
        await self._begin(self._account, PAUSES_OF_ACCOUNT)

    async def succeed(self) -> None:
        """Forgets the failures of the account, and that this try was one of the address."""
        await self._pool.execute(*SQL["forget_tries"](account=self._account, address=self._address, now=self._now))

    async def _begin(self, who: str, pauses: Sequence[timedelta]) -> None:
        counted = await self._pool.fetchval(
            *SQL["begin_try"](who=who, pauses=pauses, now=self._now, forgotten=self._now - FORGOTTEN_AFTER)
        )
        if counted is None:
            raise TooManyTriesError(await self._pool.fetchval(*SQL["next_try"](who=who)) or self._now)
