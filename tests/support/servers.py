"""The PostgreSQL that the tests run on: an embedded one, or a fresh database where TEST_DATABASE_URL says."""

import secrets
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from addressee.database.embedded import EmbeddedPostgres
from addressee.database.target import Target

# A test's data need not survive the machine.
CARELESS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


@asynccontextmanager
async def embedded_server() -> AsyncIterator[Target]:
    with tempfile.TemporaryDirectory() as folder:
        async with EmbeddedPostgres(Path(folder) / "postgres", settings=CARELESS) as server:
            yield server.target


@asynccontextmanager
async def fresh_database(url: str) -> AsyncIterator[Target]:
    """A new database on the server of `url`, dropped in the end."""
    name = f"addressee_test_{secrets.token_hex(6)}"
    connection = await asyncpg.connect(url)
    await connection.execute(f"CREATE DATABASE {name}")
    try:
        yield Target.from_url(urlunsplit(urlsplit(url)._replace(path=f"/{name}")))
    finally:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.close()
