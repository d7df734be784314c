"""Environments that a module of tests fills with many rows of its own."""

from addressee.database.pool import Pool


async def empty(pool: Pool, environment_id: int) -> None:
    """Deletes all rows of an environment: a process may come back to a module, and fill its environment again."""
    tables = await pool.fetch(
        """
        SELECT relname
        FROM pg_class
        JOIN pg_attribute ON attrelid = pg_class.oid
        WHERE relnamespace = 'addressee'::regnamespace
          AND relkind IN ('r', 'p')
          AND NOT relispartition
          AND attname = 'environment_id'
        """
    )
    for table in tables:
        await pool.execute(f"DELETE FROM addressee.{table['relname']} WHERE environment_id = $1", environment_id)
