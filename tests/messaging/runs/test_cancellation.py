"""Stopping what has not happened yet."""

from collections import Counter

from addressee.directory.recipient import Place
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
    """Runs only the first job: the recipients' runs exist, none has taken a step."""
    (job,) = [job for job in await office.jobs() if job.name == "start"]
    await office.run(job)
    await office.pool.execute("DELETE FROM addressee.jobs WHERE id = $1", job.id)


async def test_before_anything_was_started(office: Office) -> None:
    await triggered(office, "ada", "bob")
    await cancel(office, "key")
    await office.work()
    assert await statuses(office) == {"ada": "cancelled", "bob": "cancelled"}
    assert (await office.counts())["messages"] == 0
    assert [entry["event"] for entry in await office.journal("ada")] == ["run_cancelled"]


async def test_after_the_runs_were_started(office: Office) -> None:
    await triggered(office, "ada", "bob")
    await start(office)
    await cancel(office, "key")
    await office.work()
    assert await statuses(office) == {"ada": "cancelled", "bob": "cancelled"}
    assert (await office.counts())["messages"] == 0


async def test_for_some_recipients_only(office: Office) -> None:
    await triggered(office, "ada", "bob", "cid")
    await cancel(office, "key", office.user("ada"), office.user("stranger"))
    await start(office)
    await cancel(office, "key", office.user("bob"))
    await office.work()
    assert await statuses(office) == {"ada": "cancelled", "bob": "cancelled", "cid": "completed"}


async def test_for_nobody(office: Office) -> None:
    await triggered(office, "ada", "bob")
    for step in (start, Office.work):
        await office.messaging.runs.cancel(office.environment_id, "welcome", "key", [])
        await step(office)
    assert await statuses(office) == {"ada": "completed", "bob": "completed"}


async def test_when_the_first_pages_have_passed(office: Office) -> None:
    await triggered(office, *(f"user-{number:03}" for number in range(250)))
    await start(office)
    await cancel(office, "key", office.user("user-000"), office.user("user-249"))
    await office.work()
    assert Counter((await statuses(office)).values()) == {"completed": 248, "cancelled": 2}


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
    await start(office)
    await cancel(office, "another key")
    await cancel(other, "key")
    await office.work()
    assert await statuses(office) == {"ada": "completed"}
