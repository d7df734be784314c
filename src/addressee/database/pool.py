"""Connections to PostgreSQL: one pool a process. JSON documents are bytes."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg

from addressee.database.target import Target

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

# Text, because asyncpg's classes take type arguments only while types are checked.
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"

JSONB_VERSION = b"\x01"

# Called for every document of every row that is read: a function of Python's own costs twice as much.
WITHOUT_VERSION = itemgetter(slice(len(JSONB_VERSION), None))

# A process's statements are few and all hot; asyncpg's default of 100 would evict some of them.
STATEMENT_CACHE_SIZE = 500

# No caller waits longer than this for a statement.
COMMAND_TIMEOUT_SECONDS = 60

# InternalClientError is what the driver raises when a connection is cut at the wrong moment.
AWAY = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)


def is_away(error: Exception) -> bool:
    """Returns whether the database cannot be reached or went away. The driver's ValueErrors are bugs of ours."""
    return isinstance(error, AWAY) and not isinstance(error, ValueError)


async def reaches(pool: Pool, seconds: float) -> bool:
    """Returns whether the database answers within this time."""
    try:
        await pool.fetchval("SELECT 1", timeout=seconds)
    except Exception as error:
        if not is_away(error):
            raise
        return False
    return True


async def open_pool(target: Target, *, min_size: int = 1, max_size: int = 10) -> Pool:
    """Opens a pool whose `jsonb` values, and arrays of them, are JSON bytes, for callers to decode to their types.

    Raises OSError or asyncpg.PostgresError when the server cannot be reached.
    """
    return await asyncpg.create_pool(
        **target.arguments,
        min_size=min_size,
        max_size=max_size,
        init=prepare,
        reset=skip_reset,
        command_timeout=COMMAND_TIMEOUT_SECONDS,
        statement_cache_size=STATEMENT_CACHE_SIZE,
        server_settings={"application_name": "addressee", "timezone": "UTC", "jit": "off"},
    )


async def prepare(connection: asyncpg.Connection[Any]) -> None:
    """Sets the document codec on a new connection."""
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=encode_document,
        decoder=WITHOUT_VERSION,
    )


async def skip_reset(connection: Any) -> None:
    """Does nothing, which saves a round trip: sessions are never changed, and asyncpg ends open transactions."""


def encode_document(document: bytes) -> bytes:
    return JSONB_VERSION + document
