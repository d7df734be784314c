"""Statements that are planned for the rows that there are now."""

from addressee.database.planning import planned_anew
from addressee.database.pool import Pool

SETTINGS = "SELECT current_setting('plan_cache_mode'), current_setting('enable_seqscan')"


async def test_it_holds_for_the_transaction_only(pool: Pool) -> None:
    async with planned_anew(pool) as connection:
        assert connection.is_in_transaction()
        assert tuple(await connection.fetchrow(SETTINGS) or ()) == ("force_custom_plan", "off")
    async with pool.acquire() as connection:
        assert tuple(await connection.fetchrow(SETTINGS) or ()) == ("auto", "on")
