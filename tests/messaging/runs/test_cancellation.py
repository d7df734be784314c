"""Stopping what has not happened yet."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from addressee.directory.recipient import Place
from addressee.messaging.lifecycle.maintenance import delete_expired
from addressee.messaging.runs.cancellation import DELETED_AT_ONCE, KEPT
from addressee.messaging.runs.model import PAGE_SIZE
from tests.messaging.office import Office


async def cancel(office: Office, key: str, *recipients: Place, workflow: str = "welcome") -> None:
    await office.messaging.runs.cancel(office.environment_id, workflow, key, list(recipients) or None)


async def statuses(office: Office) -> dict[str, str]:
    return {run["recipient_id"]: run["status"] for run in await office.recipient_runs()}


async def triggered(office: Office, *ids: str) -> None:
    await office.push()
    for id in ids:
        await office.identify(id)
    await office.trigger(*ids, cancellation_key="key")


async def start(office: Office) -> None:
    """Runs only the first job: a page of recipients waits to begin, the others to be started."""
    (job,) = [job for job in await office.jobs() if job.name == "start"]
    await office.run(job)
    await office.pool.execute("DELETE FROM addressee.jobs WHERE id = $1", job.id)


async def test_before_they_have_begun(office: Office) -> None:
    await triggered(office, "ada", "bob")
    await cancel(office, "key")
    await office.work()
    assert await statuses(office) == {"ada": "cancelled", "bob": "cancelled"}
    assert (await office.counts())["messages"] == 0
    assert [entry["event"] for entry in await office.journal("ada")] == ["run_cancelled"]


async def test_for_some_recipients_only(office: Office) -> None:
    await triggered(office, "ada", "bob", "cid")
    await cancel(office, "key", office.user("ada"), office.user("stranger"))
    await cancel(office, "key", office.user("bob"))
    await office.work()
    assert await statuses(office) == {"ada": "cancelled", "bob": "cancelled", "cid": "completed"}


async def test_for_nobody(office: Office) -> None:
    await triggered(office, "ada", "bob")
    await office.messaging.runs.cancel(office.environment_id, "welcome", "key", [])
    await office.work()
    assert await statuses(office) == {"ada": "completed", "bob": "completed"}


async def test_when_the_first_pages_have_passed(office: Office) -> None:
    await triggered(office, *(f"user-{number:03}" for number in range(PAGE_SIZE + 50)))
    await start(office)
    await cancel(office, "key", office.user("user-000"), office.user(f"user-{PAGE_SIZE + 49}"))
    await office.work()
    assert Counter((await statuses(office)).values()) == {"completed": PAGE_SIZE + 48, "cancelled": 2}


async def test_what_is_done_stays(office: Office) -> None:
    await triggered(office, "ada")
    await office.work()
    await cancel(office, "key")
    assert await statuses(office) == {"ada": "completed"}
    assert len(await office.messages("ada")) == 1


async def test_another_key_workflow_or_environment_is_not_touched(office: Office, other: Office) -> None:
    await triggered(office, "ada")
    await cancel(office, "another key")
    await cancel(office, "key", workflow="another")
    await cancel(other, "key")
    await office.work()
    assert await statuses(office) == {"ada": "completed"}


async def kept(office: Office) -> int:
    statement = "SELECT count(*) FROM addressee.cancellations WHERE environment_id = $1"
    count: int = await office.pool.fetchval(statement, office.environment_id)
    return count


class TestBeforeTheTrigger:
    @pytest.fixture(autouse=True)
    async def pushed(self, office: Office, other: Office) -> None:
        await office.push()
        await other.push()

    async def test_a_workflow_that_is_not_there_keeps_nothing(self, office: Office) -> None:
        await cancel(office, "key", workflow="nothing")
        assert await kept(office) == 0

    async def test_it_is_kept_and_carried_out(self, office: Office) -> None:
        await cancel(office, "key")
        office.clock.move(KEPT - timedelta(seconds=1))
        await triggered(office, "ada", "bob")
        await office.work()
        assert await statuses(office) == {"ada": "cancelled", "bob": "cancelled"}
        assert (await office.counts())["messages"] == 0

    async def test_for_some_recipients_only(self, office: Office) -> None:
        await cancel(office, "key", office.user("ada"))
        await triggered(office, "ada", "bob")
        await office.work()
        assert await statuses(office) == {"ada": "cancelled", "bob": "completed"}

    async def test_not_after_a_minute(self, office: Office) -> None:
        await cancel(office, "key")
        office.clock.move(KEPT)
        await triggered(office, "ada")
        await office.work()
        assert await statuses(office) == {"ada": "completed"}

    async def test_not_under_another_key_or_in_another_environment(self, office: Office, other: Office) -> None:
        await cancel(office, "another key")
        await cancel(office, "key", workflow="another")
        await cancel(other, "key")
        await triggered(office, "ada")
        await office.work()
        assert await statuses(office) == {"ada": "completed"}

    async def test_a_trigger_that_follows_the_end_of_another_goes_on(self, office: Office) -> None:
        """Whoever moves a reminder cancels the old one, which may be over, and triggers the new one."""
        await triggered(office, "ada")
        await office.work()
        await cancel(office, "key")
        await triggered(office, "ada")
        await cancel(office, "key")
        await triggered(office, "ada")
        await office.work()
        runs = await office.recipient_runs()
        assert sorted(run["status"] for run in runs) == ["cancelled", "completed", "completed"]

    async def test_a_run_that_starts_later_is_stopped_too(self, office: Office) -> None:
        await cancel(office, "key")
        await office.push()
        await office.identify("ada")
        await office.trigger("ada", cancellation_key="key", delay=timedelta(days=2))
        assert await statuses(office) == {"ada": "cancelled"}

    @pytest.mark.parametrize("number", range(5))
    async def test_at_the_same_moment_none_slips_through(self, office: Office, number: int) -> None:
        await office.push()
        await office.identify("ada")
        keys = [f"key-{number}-{each}" for each in range(10)]
        asking = [office.trigger("ada", cancellation_key=key) for key in keys]
        cancelling = [cancel(office, key) for key in keys]
        await asyncio.gather(*(each for both in zip(asking, cancelling, strict=True) for each in both))
        await office.work()
        assert {run["status"] for run in await office.recipient_runs()} == {"cancelled"}

    async def test_what_is_over_is_deleted(self, office: Office) -> None:
        for number in range(25):
            await cancel(office, f"key-{number}")
        before = await office.pool.fetchval("SELECT count(*) FROM addressee.cancellations")
        office.clock.move(KEPT)
        await cancel(office, "key")
        assert (
            await office.pool.fetchval("SELECT count(*) FROM addressee.cancellations") == before + 1 - DELETED_AT_ONCE
        )
        await delete_expired(office.pool, office.clock.now())
        assert await kept(office) == 1


async def test_a_run_whose_start_is_delayed(office: Office) -> None:
    await office.push()
    for id in ("ada", "bob"):
        await office.identify(id)
    await office.trigger("ada", "bob", cancellation_key="key", delay=timedelta(hours=1))
    await cancel(office, "key", office.user("ada"))
    await office.work_after(timedelta(hours=1))
    assert await statuses(office) == {"ada": "cancelled", "bob": "completed"}
