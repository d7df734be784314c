"""Triggers for one recipient that were answered one after the other are carried out in that order."""

from datetime import timedelta

from addressee.directory.recipient import Place
from addressee.messaging.triggers.trigger import Trigger
from tests.messaging.office import Office


async def lanes(office: Office) -> list[str | None]:
    jobs = [job.id for job in await office.jobs()]
    rows = await office.pool.fetch("SELECT lane FROM addressee.jobs WHERE id = ANY($1) ORDER BY id", jobs)
    return [row["lane"] for row in rows]


async def test_the_jobs_of_a_run_of_one_recipient_have_its_lane(office: Office) -> None:
    await office.push()
    await office.identify("ada")
    await office.trigger("ada", "ada", delay=timedelta(seconds=1))
    lane = f"{office.environment_id}/$users/ada"
    assert await lanes(office) == [lane]
    (start,) = await office.jobs()
    await office.run(start)
    assert await lanes(office) == [lane, lane]


async def test_the_jobs_of_a_run_of_several_have_none(office: Office) -> None:
    await office.push()
    for id in ("ada", "grace"):
        await office.identify(id)
    await office.trigger("ada", "grace", delay=timedelta(seconds=1))
    (start,) = await office.jobs()
    await office.run(start)
    assert await lanes(office) == [None, None]


async def test_recipients_of_the_same_id_in_two_collections_have_lanes_of_their_own(office: Office) -> None:
    await office.push()
    await office.trigger("ada")
    await office.messaging.triggers.accept(
        office.environment_id, Trigger("welcome", [Place(office.environment_id, "cats", "ada")])
    )
    assert await lanes(office) == [f"{office.environment_id}/$users/ada", f"{office.environment_id}/cats/ada"]
