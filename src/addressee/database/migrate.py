"""Migrations: plain SQL files `NNNN_name.pre.sql` and `.post.sql`, where NNNN is the version of the schema.

A `pre` migration only adds, and runs before the new code starts; a `post` one removes, when no old code runs any more.
So code of version N works on the schemas N and N+1.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files

import asyncpg

from addressee.database import queries
from addressee.database.errors import SetupError, UnreachableError
from addressee.database.history_partitions import ensure_partitions
from addressee.database.pool import Connection, Pool, prepare
from addressee.database.target import Target

OLDEST_SERVER = 15

# Processes that start at once can collide while they create the same table.
BOOTSTRAP_TRIES = 20
BOOTSTRAP_PAUSE_SECONDS = 0.05

SQL = queries.load("addressee.database")


@dataclass(frozen=True, slots=True, order=True)
class Migration:
    """Ordered as they are applied. The name is that of its file, without `.sql`: `0001_directory.pre`."""

    version: int
    is_post: bool
    name: str

    @classmethod
    def named(cls, name: str) -> Migration:
        return cls(int(name.partition("_")[0]), name.endswith(".post"), name)

    def sql(self) -> str:
        return (FOLDER / f"{self.name}.sql").read_text(encoding="utf-8")


FOLDER = files("addressee.database") / "migrations"
MIGRATIONS = sorted(
    Migration.named(entry.name.removesuffix(".sql")) for entry in FOLDER.iterdir() if entry.name.endswith(".sql")
)
VERSION = MIGRATIONS[-1].version


async def migrate(target: Target, *, finish: bool) -> list[str]:
    """Applies the missing migrations and returns their names.

    Without `finish` the last version's `post` migrations wait, and code of the version before keeps working.
    Any number of processes may do this at once. Raises SetupError when the server is older than PostgreSQL 15
    or the schema too new for this code.
    """
    async with connect(target) as connection:
        refuse_old_server(connection.get_server_version())
        await create_record(connection)
        applied = [
            migration.name
            for migration in MIGRATIONS
            if (finish or not is_last_post(migration)) and await apply(connection, migration)
        ]
        await ensure_partitions(connection, datetime.now(UTC))
    return applied


async def is_migrated(target: Target) -> bool:
    """Returns whether all but the last version's `post` migrations are applied. Raises SetupError like `migrate`."""
    async with connect(target) as connection:
        refuse_old_server(connection.get_server_version())
        applied = await applied_if_any(connection)
        refuse_newer(applied)
        return not missing(applied)


async def check(pool: Pool) -> None:
    """Raises SetupError when this code does not work with the database, which it does not migrate."""
    async with pool.acquire() as connection:
        await check_schema(connection)


async def check_schema(connection: Connection) -> None:
    """Raises SetupError when this code does not work with the database."""
    refuse_old_server(connection.get_server_version())
    applied = await applied_if_any(connection)
    if lacks := missing(applied):
        raise SetupError(f"The database lacks {', '.join(lacks)}: run `addressee migrate` of this version first.")
    refuse_newer(applied)


async def applied_if_any(connection: Connection) -> Sequence[Migration]:
    try:
        return await applied_migrations(connection)
    except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
        return []


def missing(applied: Sequence[Migration]) -> list[str]:
    return [each.name for each in MIGRATIONS if each not in applied and not is_last_post(each)]


def is_last_post(migration: Migration) -> bool:
    return migration.is_post and migration.version == VERSION


def refuse_old_server(found: asyncpg.ServerVersion) -> None:
    if found.major < OLDEST_SERVER:
        raise SetupError(f"The database server is PostgreSQL {found.major}: addressee needs {OLDEST_SERVER} or newer.")


def refuse_newer(applied: Iterable[Migration]) -> None:
    """Raises SetupError for migrations of newer versions, but for `pre` ones of the next."""
    for migration in sorted(set(applied) - set(MIGRATIONS)):
        if migration.is_post or migration.version != VERSION + 1:
            raise SetupError(
                f"The database was migrated by a newer addressee ({migration.name}); this one knows version "
                f"{VERSION} and tolerates additions of {VERSION + 1}. Start the newer addressee."
            )


async def apply(connection: Connection, migration: Migration) -> bool:
    """Applies a migration unless another process did. Returns whether this one did."""
    async with connection.transaction():
        await connection.execute(*SQL["lock_migrations"]())
        applied = await applied_migrations(connection)
        refuse_newer(applied)
        if migration in applied:
            return False
        await connection.execute(migration.sql())
        await connection.execute(*SQL["record_migration"](name=migration.name))
        return True


async def applied_migrations(connection: Connection) -> Sequence[Migration]:
    return [Migration.named(row["name"]) for row in await connection.fetch(*SQL["applied_migrations"]())]


async def create_record(connection: Connection) -> None:
    for remaining in reversed(range(BOOTSTRAP_TRIES)):
        try:
            await connection.execute(*SQL["create_migrations"]())
        except (asyncpg.UniqueViolationError, asyncpg.DuplicateTableError, asyncpg.DuplicateSchemaError):
            if not remaining:
                raise
            await asyncio.sleep(BOOTSTRAP_PAUSE_SECONDS)
        else:
            return


@asynccontextmanager
async def connect(target: Target) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """Opens one connection, without a pool.

    Raises UnreachableError, and SetupError when the account lacks a privilege.
    """
    try:
        connection = await asyncpg.connect(**target.arguments)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
        raise UnreachableError(f"The database cannot be reached: {error or type(error).__name__}.") from error
    try:
        await prepare(connection)
        yield connection
    except asyncpg.InsufficientPrivilegeError as error:
        raise SetupError(f"The account of the --database-url may not do what it must: {error}.") from error
    finally:
        await connection.close()
