"""What is left of a deleted person: nothing."""

from datetime import timedelta

from tests.messaging.office import Office, user

NOTHING = {"workflow_runs": 0, "recipient_runs": 0, "messages": 0, "message_events": 0, "sends": 0}


async def notified(office: Office, *ids: str) -> None:
    await office.push()
    for id in ids:
        await office.identify(id, email=f"{id}@example.com")
    await office.trigger(*ids, data={"about": ids[0]})
    await office.work()


async def test_everything_of_a_deleted_person_is_erased(office: Office) -> None:
    await notified(office, "ada")
    await office.delete("ada")
    await office.work()
    assert await office.counts() == NOTHING


async def test_others_keep_theirs(office: Office) -> None:
    await notified(office, "ada", "bob")
    await office.delete("ada")
    await office.work()
    assert await office.counts() == {
        "workflow_runs": 1,
        "recipient_runs": 1,
        "messages": 2,
        "message_events": 5,
        "sends": 1,
    }
    assert len(await office.messages("bob")) == 2


async def test_who_has_the_id_now_keeps_theirs(office: Office) -> None:
    await notified(office, "ada")
    await office.delete("ada")
    await office.identify("ada")
    await office.trigger("ada")
    await office.work()
    assert (await office.counts())["messages"] == 1
    assert len(await office.messages("ada")) == 1


async def test_the_same_id_elsewhere_is_somebody_else(office: Office, other: Office) -> None:
    await notified(office, "ada")
    await notified(other, "ada")
    await office.delete("ada")
    await office.work()
    assert (await other.counts())["messages"] == 2


async def test_the_history_keeps_who_and_when_but_not_what(office: Office) -> None:
    await office.identify("ada", email="ada@example.com")
    await office.delete("ada")
    await office.work()
    rows = await office.pool.fetch(
        "SELECT version, before, after FROM addressee.changes WHERE environment_id = $1 ORDER BY version",
        office.environment_id,
    )
    assert [tuple(row) for row in rows] == [(1, None, None), (2, None, None)]


async def test_what_was_stored_meanwhile_is_erased_by_the_second_sweep(office: Office) -> None:
    await office.push()
    await office.identify("ada")
    await office.trigger("ada")
    (start,) = [job for job in await office.jobs() if job.name == "start"]
    await office.run(start)
    (advance,) = [job for job in await office.jobs() if job.name == "advance"]
    await office.delete("ada")
    (erase,) = [job for job in await office.jobs() if job.name == "erase"]
    await office.run(erase)
    await office.pool.execute(
        "DELETE FROM addressee_jobs.pgqueuer WHERE id = ANY($1::bigint[])", [start.id, advance.id, erase.id]
    )
    # A worker that had read Ada before she was deleted.
    await office.pool.execute(
        """
        INSERT INTO addressee.recipient_runs
        SELECT environment_id, gen_random_uuid(), collection, id, uid, gen_random_uuid(), 0, 'welcome', NULL, '{}',
               'completed', 0, '[]', $2, $2
        FROM addressee.recipients
        JOIN (SELECT (array_agg(uid))[1] AS uid FROM addressee.changes WHERE environment_id = $1) AS was USING (uid)
        WHERE environment_id = $1
        """,
        office.environment_id,
        office.clock.now(),
    )
    assert (await office.counts())["recipient_runs"] == 1
    await office.work_after(timedelta(minutes=5))
    assert (await office.counts())["recipient_runs"] == 0
    assert await office.jobs() == []


async def test_many_people_at_once(office: Office) -> None:
    ids = [f"user-{number}" for number in range(120)]
    await notified(office, *ids)
    for id in ids:
        await office.delete(id)
    await office.work()
    assert await office.counts() == NOTHING
    assert user("user-0") not in [run["recipient_id"] for run in await office.recipient_runs()]
