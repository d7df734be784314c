"""Jobs on a database of their own: queued with a transaction, and counted."""

import asyncio
from datetime import timedelta

from addressee.database.jobs.queue import CHANNEL, Wakeup, enqueue, queue_state
from addressee.database.pool import Pool
from tests.support.queue import Number, add, empty


async def test_a_job_exists_exactly_when_its_transaction_commits(queue: Pool) -> None:
    async with queue.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await enqueue(connection, [Number(1)])
        await transaction.rollback()
        assert await empty(queue)
        async with connection.transaction():
            await enqueue(connection, [Number(1), Number(2)])
            await enqueue(connection, [])
    (state,) = await queue_state(queue)
    assert (state.name, state.waiting, state.held) == ("count", 2, 0)


async def test_jobs_are_stored_in_the_order_given(queue: Pool) -> None:
    async with queue.acquire() as connection:
        await enqueue(connection, [Number(number) for number in range(50)])
    rows = await queue.fetch("SELECT convert_from(arguments, 'UTF8') AS arguments FROM addressee.jobs ORDER BY id")
    assert [row["arguments"] for row in rows] == [f'{{"number":{number}}}' for number in range(50)]


async def test_a_hint_spares_the_wait_and_many_are_one(queue: Pool) -> None:
    heard = asyncio.Event()
    times: list[object] = []

    def hear(*event: object) -> None:
        times.append(event)
        heard.set()

    async with queue.acquire() as connection:
        await connection.add_listener(CHANNEL, hear)
        wakeup = Wakeup(queue)
        for _ in range(100):
            wakeup.notify()
        await heard.wait()
        await queue.fetchval("SELECT 1")
        assert len(times) == 1
        await connection.remove_listener(CHANNEL, hear)


async def test_the_queues_state_tells_how_long_the_oldest_job_is_due(queue: Pool) -> None:
    await add(queue, 1)
    await add(queue, 2, delay=3600)
    await queue.execute("UPDATE addressee.jobs SET due_at = now() - interval '90 seconds' WHERE due_at <= now()")
    (state,) = await queue_state(queue)
    assert (state.waiting, state.held) == (2, 0)
    assert 90 <= state.oldest_seconds < 120


async def test_a_job_that_runs_does_not_count_as_waiting_for_long(queue: Pool) -> None:
    await add(queue, 1)
    await queue.execute(
        """
        UPDATE addressee.jobs
        SET due_at = now() - interval '90 seconds', claimed_by = gen_random_uuid(), claimed_until = now() + $1
        """,
        timedelta(seconds=30),
    )
    (state,) = await queue_state(queue)
    assert (state.waiting, state.oldest_seconds) == (1, 0)


async def test_held_jobs_are_counted_apart(queue: Pool) -> None:
    await add(queue, 1, 2)
    await queue.execute("UPDATE addressee.jobs SET held_at = now() WHERE id = (SELECT min(id) FROM addressee.jobs)")
    (state,) = await queue_state(queue)
    assert (state.waiting, state.held) == (1, 1)
