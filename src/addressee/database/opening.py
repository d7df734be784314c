"""Opens the database of an installation, ready for use: running, migrated, and of this master key."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NamedTuple

from addressee.database import queries
from addressee.database.errors import SetupError, UnreachableError
from addressee.database.installation import Installation
from addressee.database.migrate import check_schema, connect, is_migrated, migrate
from addressee.database.pool import AWAY, Pool, open_pool
from addressee.database.sealing import derive
from addressee.database.target import Target, answers

# Another process may be creating, starting or ending the embedded server.
PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.1

SQL = queries.load("addressee.database")


class Reached(NamedTuple):
    """A running database. `alone` is true when no other process of addressee can be using it."""

    target: Target
    alone: bool


@asynccontextmanager
async def reach_database(installation: Installation) -> AsyncIterator[Reached]:
    """Finds a running server, or runs the embedded one for as long as the context.

    Raises SetupError or ProcessError when there can be no embedded server.
    """
    async with AsyncExitStack() as stack:
        alone = installation.database_url is None and await start_or_find(installation, stack)
        yield Reached(installation.target(), alone)


@asynccontextmanager
async def open_database(installation: Installation, connections: int = 1) -> AsyncIterator[Pool]:
    """Opens the database for one command: migrates it and checks the master key; runs the embedded one if need be.

    The pool has all its connections from the beginning: another command, which runs the embedded server and ends it
    meanwhile, has it wait for them for a moment, but it takes no others. Raises SetupError or ProcessError when the
    database cannot be used, before anything but migrations is written.
    """
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        async with reach_database(installation) as reached:
            try:
                pool = await opened(installation, reached, connections)
            except UnreachableError:
                if not may_try_again(installation, until):
                    raise
                continue
            try:
                yield pool
            finally:
                await pool.close()
            return


async def migrate_database(installation: Installation, *, finish: bool) -> list[str]:
    """Applies the missing migrations and returns their names; without another process, the last `post` ones too.

    Raises SetupError or ProcessError.
    """
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        async with reach_database(installation) as reached:
            try:
                return await migrate(reached.target, finish=finish or reached.alone)
            except (UnreachableError, *AWAY):
                if not may_try_again(installation, until):
                    raise


def may_try_again(installation: Installation, until: float) -> bool:
    """Returns whether a server that was reached may have been one that another process has just ended."""
    return installation.database_url is None and time.monotonic() < until


async def opened(installation: Installation, reached: Reached, connections: int) -> Pool:
    """Returns a pool of a running database that is ready for use. Raises UnreachableError if it ends meanwhile."""
    try:
        if reached.alone or not await is_migrated(reached.target):
            await migrate(reached.target, finish=reached.alone)
        await confirm_master_key(reached.target, installation.master_key())
        return await open_pool(reached.target, min_size=connections, max_size=connections)
    except AWAY as error:
        raise UnreachableError(f"The database went away: {type(error).__name__}.") from error


async def wait_for_database(installation: Installation) -> Target:
    """Returns the database for a process that neither runs nor migrates it.

    Raises SetupError when it does not answer within a minute, or cannot be used by this code or master key.
    """
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return await confirm(installation)
        except UnreachableError:
            if time.monotonic() >= until:
                raise
        await asyncio.sleep(POLL_SECONDS)


async def confirm(installation: Installation) -> Target:
    """Returns the database. Raises SetupError when it does not fit this code or master key."""
    target = installation.target()
    try:
        async with connect(target) as connection:
            await check_schema(connection)
        await confirm_master_key(target, installation.master_key())
    except AWAY as error:
        raise UnreachableError(f"The database went away: {type(error).__name__}.") from error
    return target


async def confirm_master_key(target: Target, master_key: bytes) -> None:
    """Raises SetupError when the database was first used with another master key."""
    value = derive(master_key, b"check")
    async with connect(target) as connection:
        await connection.execute(*SQL["store_master_key_check"](value=value))
        stored: bytes = await connection.fetchval(*SQL["master_key_check"]())
    if not hmac.compare_digest(stored, value):
        raise SetupError(
            "This database was first used with another master key: put that one into the file master.key "
            "of the data folder, or into ADDRESSEE_MASTER_KEY."
        )


async def start_or_find(installation: Installation, stack: AsyncExitStack) -> bool:
    """Starts the embedded server for as long as the stack, unless another process runs it. Returns whether it did."""
    if await is_running(installation):
        return False
    # Imported here because it takes long, and is rarely needed.
    from addressee import logs
    from addressee.database.embedded.server import EmbeddedPostgres, FolderInUseError

    logs.to_standard_error()
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            await stack.enter_async_context(EmbeddedPostgres(installation.postgres_folder, patience=0))
        except FolderInUseError:
            if await is_running(installation):
                return False
            if time.monotonic() >= until:
                raise
            await asyncio.sleep(POLL_SECONDS)
        else:
            return True


async def is_running(installation: Installation) -> bool:
    try:
        return await answers(installation.target())
    except SetupError:
        return False
