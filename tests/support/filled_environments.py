"""Environments that a module of tests fills with many rows of its own."""

from addressee.database.pool import Pool


async def empty(pool: Pool, environment_id: int) -> None:
    """Deletes all rows of an environment: a process may come back to a module, and fill its environment again."""
    for table in await tables_of_environments(pool):
        await pool.execute(f"DELETE FROM addressee.{table} WHERE environment_id = $1", environment_id)


async def tables_of_environments(pool: Pool) -> list[str]:
    """Returns the names of the tables whose rows belong to an environment, in alphabetical order."""
    tables = await pool.fetch(
        """
        SELECT relname
        FROM pg_class
        JOIN pg_attribute ON attrelid = pg_class.oid
        WHERE relnamespace = 'addressee'::regnamespace
          AND relkind IN ('r', 'p')
          AND NOT relispartition
          AND attname = 'environment_id'
        ORDER BY relname
        """
    )
    return [table["relname"] for table in tables]
