from addressee.database.migrate import check
from addressee.database.pool import Pool
from tests.conftest import Environment


async def test_a_migrated_database_fits_the_code(pool: Pool, environment: Environment) -> None:
    await check(pool)
    assert (
        await pool.fetchval("SELECT name FROM addressee.environments WHERE id = $1", environment.id)
        == environment.name
    )
