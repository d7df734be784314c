"""What was sent to someone who is merged into another: it follows, and comes back."""

import asyncio
from datetime import timedelta

import msgspec

from addressee.database.paging import PageRequest
from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.merges.merge import MergeRules
from addressee.directory.merges.merges import Follow, Merge
from addressee.directory.recipient import Place
from addressee.messaging.lifecycle.merge_mover import PAGE_SIZE, SWEEPS, MergeEffects, merge_effects
from addressee.messaging.messages.listing import MessageFilter
from addressee.messaging.messages.marks.mark import Mark
from addressee.messaging.messages.status import LONGEST_PAUSE, MAX_ATTEMPTS, Status, retry_after
from addressee.messaging.recipients.identity import MOVED_AGE
from addressee.messaging.recipients.people import Missing
from addressee.messaging.runs.listing import RunFilter
from tests.messaging.messages.marks.test_marks import waits_for_a_lock
from tests.messaging.office import FILES, WELCOME, Office
from tests.support.waiting import until

SQL = load("addressee.messaging.lifecycle")

WAITING = WELCOME.replace("steps:\n", "steps:\n  - ref: wait\n    delay: {hours: 1}\n")


async def two(office: Office) -> None:
    await office.push()
    await office.identify("ada", email="ada@example.com")
    await office.identify("guest", email="guest@example.com")


async def test_messages_of_the_last_thirty_days_follow_with_what_happened_to_them(office: Office) -> None:
    await two(office)
    await office.trigger("guest")
    await office.work()
    office.clock.move(timedelta(days=30))
    await office.trigger("guest", "ada")
    await office.work()
    mail, told, _, _ = await office.messages("guest")
    await office.messaging.marks.mark(office.environment_id, [told.id], Mark.READ)
    events = {message.id: await office.events(message) for message in (mail, told)}

    await office.merge("ada", "guest")

    followed = {message.id: message for message in await office.messages("ada")}
    assert len(followed) == 4
    assert {id: await office.events(followed[id]) for id in events} == events
    assert followed[told.id].read_at is not None
    assert len(await office.messages("guest")) == 0
    feed = await office.feed("ada")
    assert [item.message.id for item in feed.items.entries if item.message.id == told.id] == [told.id]
    assert (feed.total, feed.unread) == (2, 1)


async def test_older_messages_are_gone(office: Office) -> None:
    await two(office)
    await office.trigger("guest")
    await office.work()
    (old, *_) = await office.messages("guest")
    office.clock.move(timedelta(days=30, seconds=1))
    await office.merge("ada", "guest")
    assert len(await office.messages("ada")) == 0
    assert await office.messaging.messages.get(office.environment_id, old.id) is None


async def test_undoing_brings_messages_back_and_leaves_those_that_came_since(office: Office) -> None:
    await two(office)
    await office.trigger("guest")
    await office.work()
    before = await office.messages("guest")
    merge = await office.merge("ada", "guest")
    await office.trigger("ada")
    await office.work()
    await office.undo(merge)
    assert [message.id for message in await office.messages("guest")] == [message.id for message in before]
    assert len(await office.messages("ada")) == 2


async def test_a_merge_of_a_merge_is_undone_step_by_step(office: Office) -> None:
    await two(office)
    await office.identify("first")
    await office.trigger("first", "guest")
    await office.work()
    inner = await office.merge("guest", "first")
    outer = await office.merge("ada", "guest")
    assert len(await office.messages("ada")) == 3
    await office.undo(outer)
    assert [len(await office.messages(id)) for id in ("ada", "guest", "first")] == [0, 3, 0]
    await office.undo(inner)
    assert [len(await office.messages(id)) for id in ("ada", "guest", "first")] == [0, 2, 1]


async def test_a_waiting_run_follows_and_is_sent_to_the_primary(office: Office) -> None:
    await office.push({**FILES, "workflows/welcome.yaml": WAITING})
    await office.identify("ada", email="ada@example.com")
    await office.identify("guest", email="guest@example.com")
    await office.trigger("guest", data={"n": 1})
    await office.work()
    await office.merge("ada", "guest")
    await office.pass_time(timedelta(hours=1))
    sent = await office.messages("ada")
    assert [(message.step_ref, message.status) for message in sent] == [
        ("email", Status.SENT),
        ("in-app", Status.DELIVERED),
    ]
    (mail,) = office.emails()
    assert "To: ada@example.com" in mail.read_text()


async def test_a_waiting_run_can_be_cancelled_in_the_name_of_the_primary(office: Office) -> None:
    await office.push({**FILES, "workflows/welcome.yaml": WAITING})
    await office.identify("ada")
    await office.identify("guest")
    await office.trigger("guest", cancellation_key="key")
    await office.work()
    await office.merge("ada", "guest")
    await office.messaging.runs.cancel(office.environment_id, "welcome", "key", [office.user("ada")])
    assert [run["status"] for run in await office.recipient_runs()] == ["cancelled"]


async def test_cancelling_for_the_primary_spares_who_has_the_id_now(office: Office) -> None:
    await office.push({**FILES, "workflows/welcome.yaml": WAITING})
    for id in ("ada", "guest"):
        await office.identify(id)
    old = await office.trigger("guest", cancellation_key="key")
    await office.work()
    not_started = await office.trigger("guest", cancellation_key="key")
    await office.merge("ada", "guest")
    await office.identify("guest")
    new = [await office.trigger("guest", cancellation_key="key") for _ in range(2)]
    await office.messaging.runs.cancel(office.environment_id, "welcome", "key", [office.user("ada")])
    await office.work()
    assert {run["run_id"]: run["status"] for run in await office.recipient_runs()} == {
        old: "cancelled",
        not_started: "cancelled",
        **dict.fromkeys(new, "paused"),
    }


async def test_others_messages_show_the_primary_and_after_an_undo_the_secondary(office: Office) -> None:
    await two(office)
    await office.identify("bob")
    await office.trigger("bob", actor=office.user("guest"))
    await office.work()

    async def shown() -> str:
        (item,) = (await office.feed("bob")).items.entries
        (actor,) = item.actors
        return f"missing {actor.identity.id}" if isinstance(actor, Missing) else actor.place.id

    merge = await office.merge("ada", "guest")
    assert await shown() == "ada"
    await office.undo(merge)
    assert await shown() == "guest"
    office.clock.move(timedelta(days=30, seconds=1))
    await office.merge("ada", "guest")
    assert await shown() == "missing guest"


async def test_a_run_by_someone_merged_away_shows_the_primary_as_its_actor(office: Office) -> None:
    named = WELCOME.replace("**Welcome, {{ recipient.name }}!**", "from {{ actor.name }}")
    await office.push({**FILES, "workflows/welcome.yaml": named})
    for id in ("ada", "guest", "bob"):
        await office.identify(id)
    await office.trigger("bob", actor=office.user("guest"))
    await office.merge("ada", "guest")
    await office.work()
    (item,) = (await office.feed("bob")).items.entries
    assert item.blocks[0].rendered == "<p>from Ada</p>"


async def test_a_guest_with_many_messages_follows_page_by_page(office: Office) -> None:
    await two(office)
    await many_messages(office, "guest", 5 * PAGE_SIZE + 1)
    merge = await office.merge("ada", "guest")
    assert await stored(office) == {"ada": PAGE_SIZE, "guest": 4 * PAGE_SIZE + 1}
    await office.work()
    assert await stored(office) == {"ada": 5 * PAGE_SIZE + 1}
    await office.undo(merge)
    assert await stored(office) == {"ada": 4 * PAGE_SIZE + 1, "guest": PAGE_SIZE}
    await office.work()
    assert await stored(office) == {"guest": 5 * PAGE_SIZE + 1}


async def test_marks_during_a_merge_are_kept(office: Office) -> None:
    await two(office)
    await many_messages(office, "guest", 2 * PAGE_SIZE)
    ids = [
        row["id"]
        for row in await office.pool.fetch(
            "SELECT id FROM addressee.messages WHERE environment_id = $1", office.environment_id
        )
    ]
    pages = [ids[start : start + 100] for start in range(0, len(ids), 100)]
    marked, *_ = await asyncio.gather(
        asyncio.gather(*(office.messaging.marks.mark(office.environment_id, page, Mark.SEEN) for page in pages)),
        office.merge("ada", "guest"),
    )
    assert sum(map(len, marked)) == len(ids)
    assert (await office.feed("ada")).unseen == 0


async def test_jobs_that_run_twice_and_at_once_move_nothing_twice(office: Office) -> None:
    await two(office)
    await many_messages(office, "guest", 3 * PAGE_SIZE)
    done = await office.directory.merges.merge(office.user("ada"), office.user("guest"))
    follow = Follow(office.environment_id, done.merge.id, 0)
    await asyncio.gather(*(office.carry_out(follow) for _ in range(3)))
    assert await count(office, "ada") == 3 * PAGE_SIZE
    rows = await office.pool.fetch(
        "SELECT DISTINCT merge_ids FROM addressee.messages WHERE environment_id = $1", office.environment_id
    )
    assert [row["merge_ids"] for row in rows] == [[done.merge.id]]


async def test_a_merge_looks_again_until_nothing_can_be_on_its_way(office: Office) -> None:
    await two(office)
    await office.merge("ada", "guest")
    for sweep in range(len(SWEEPS) + 1):
        (job,) = [job for job in await office.jobs() if job.name == "follow"]
        assert msgspec.json.decode(job.arguments)["sweep"] == sweep
        await office.work(deferred=True)
    assert [job for job in await office.jobs() if job.name == "follow"] == []


async def test_a_merge_says_when_everything_has_followed(office: Office) -> None:
    await two(office)
    merge = await office.merge("ada", "guest")
    assert merge.settled_at is None
    await office.work()
    settled = await office.directory.merges.find(office.environment_id, merge.id)
    assert settled is not None
    assert settled.settled_at == office.clock.now()
    await office.undo(merge)
    returning = await office.directory.merges.find(office.environment_id, merge.id)
    assert returning is not None
    assert returning.settled_at is None


async def test_undoing_while_messages_follow_brings_all_of_them_back(office: Office) -> None:
    await two(office)
    await many_messages(office, "guest", 20 * PAGE_SIZE)
    merge = await office.merge("ada", "guest")
    follow = Follow(office.environment_id, merge.id, len(SWEEPS))
    await asyncio.gather(office.carry_out(follow), office.undo(merge))
    await office.work()
    assert (await count(office, "ada"), await count(office, "guest")) == (0, 20 * PAGE_SIZE)


async def test_what_would_follow(office: Office) -> None:
    await office.push({**FILES, "workflows/waiting.yaml": WAITING})
    await office.identify("ada")
    guest = await office.identify("guest")
    await office.trigger("guest")
    await office.work()
    office.clock.move(timedelta(days=31))
    await office.trigger("guest")
    await office.trigger("guest", workflow="waiting")
    await office.work()
    found = await merge_effects(office.pool, guest, office.clock.now())
    assert found == MergeEffects(messages=1, older_messages=1, waiting_runs=1, subscriptions=0, schedules=0)
    await office.merge("ada", "guest")
    assert len(await office.messages("ada")) == 1


async def test_an_export_holds_the_runs_of_those_who_were_merged_into_the_recipient(office: Office) -> None:
    await two(office)
    await office.identify("first")
    own, inherited = await office.trigger("ada"), await office.trigger("first")
    await office.work()
    await office.merge("guest", "first")
    await office.merge("ada", "guest")
    ada = await office.directory.read(office.user("ada"))
    assert ada is not None
    exported = msgspec.json.decode(b"".join([piece async for piece in office.messaging.lifecycle.export(ada)]))
    assert {run["run_id"] for run in exported["runs"]} == {str(own), str(inherited)}
    assert len(exported["messages"]) == 3


async def test_messages_come_back_from_whoever_the_primary_went_into_meanwhile(office: Office) -> None:
    await two(office)
    await many_messages(office, "guest", 5 * PAGE_SIZE)
    await office.identify("outer")
    merge = await office.merge("ada", "guest")
    await office.work()
    await office.directory.merges.undo(office.environment_id, merge.id)
    await office.merge("outer", "ada")
    await office.work()
    assert (await count(office, "outer"), await count(office, "guest")) == (0, 5 * PAGE_SIZE)


async def test_a_job_that_meets_another_goes_on_after_it(office: Office) -> None:
    await two(office)
    await many_messages(office, "guest", 3 * PAGE_SIZE)
    done = await office.directory.merges.merge(office.user("ada"), office.user("guest"))
    async with office.pool.acquire() as connection:
        page = connection.transaction()
        await page.start()
        await move_first_page(connection, done.merge)
        job = asyncio.create_task(office.carry_out(Follow(office.environment_id, done.merge.id, 0)))
        await until(lambda: waits_for_a_lock(office))
        await page.commit()
        await job
    assert await count(office, "ada") == 3 * PAGE_SIZE


async def move_first_page(connection: Connection, merge: Merge) -> None:
    rows = await connection.fetch(
        *SQL["messages_to_move"](
            environment_id=merge.secondary.environment_id,
            recipient_id=merge.secondary.id,
            uid=merge.secondary_uid,
            after_at=merge.merged_at - MOVED_AGE,
            after_id="",
            limit=PAGE_SIZE,
        )
    )
    move = SQL["move_messages"](
        environment_id=merge.secondary.environment_id,
        source_id=merge.secondary.id,
        source_uid=merge.secondary_uid,
        message_ids=[row["id"] for row in rows],
        target_id=merge.primary.id,
        target_uid=merge.primary_uid,
        merge_id=merge.id,
        undone=False,
    )
    await connection.execute(*move)


async def living_runs(office: Office, id: str) -> list[Place]:
    found = await office.messaging.runs.list(
        office.environment_id, RunFilter(recipient=office.user(id)), PageRequest(50)
    )
    return [run.recipient.place for run in found.entries]


async def journal(office: Office, merge: Merge) -> bytes | None:
    stored: bytes | None = await office.pool.fetchval(
        "SELECT journal FROM addressee.merges WHERE environment_id = $1 AND id = $2", office.environment_id, merge.id
    )
    return stored


async def many_messages(office: Office, id: str, count: int) -> None:
    """One real message, and copies of it."""
    await office.trigger(id)
    await office.work()
    await office.pool.execute(
        """
        INSERT INTO addressee.messages
        SELECT (jsonb_populate_record(messages, jsonb_build_object('id', lpad(n::text, 27, '0')))).*
        FROM addressee.messages, generate_series(1, $3) AS n
        WHERE environment_id = $1 AND recipient_id = $2 AND step_ref = 'in-app'
        """,
        office.environment_id,
        id,
        count - 2,
    )


async def stored(office: Office) -> dict[str, int]:
    """How many messages stand under each id in the table, wherever they belong."""
    rows = await office.pool.fetch(
        "SELECT recipient_id, count(*) FROM addressee.messages WHERE environment_id = $1 GROUP BY 1",
        office.environment_id,
    )
    return dict(map(tuple, rows))


async def count(office: Office, id: str) -> int:
    found = 0
    page: PageRequest[object] = PageRequest(1000)
    while True:
        part = await office.messaging.messages.list(office.environment_id, [office.user(id)], MessageFilter(), page)  # type: ignore[arg-type]
        found += len(part.entries)
        if part.after is None:
            return found
        page = PageRequest(1000, after=part.entries[-1].position)


def test_the_last_sweep_comes_after_the_last_attempt_however_long_a_provider_asks_to_wait() -> None:
    longest = sum((retry_after(attempt, 1, LONGEST_PAUSE) for attempt in range(1, MAX_ATTEMPTS)), timedelta())
    assert longest < sum(SWEEPS, timedelta())


async def test_more_subscriptions_than_a_page_follow_too(office: Office) -> None:
    await two(office)
    guest = await office.identify("guest")
    statement = """
        INSERT INTO addressee.recipients
        SELECT $1, 'topics', n::text, gen_random_uuid(), 1, '{}', '{}', '[]', '{}', '{}', now(), NULL, 1
        FROM generate_series(1, 2500) AS n
    """
    await office.pool.execute(statement, office.environment_id)
    statement = """
        INSERT INTO addressee.subscriptions
        SELECT environment_id, collection, id, uid, '$users', 'guest', $2, gen_random_uuid(), '{}', now(), now()
        FROM addressee.recipients
        WHERE environment_id = $1
          AND collection = 'topics'
    """
    await office.pool.execute(statement, office.environment_id, guest.uid)

    async def counts() -> dict[str, int]:
        count = """
            SELECT recipient_id, count(*)
            FROM addressee.subscriptions
            WHERE environment_id = $1
            GROUP BY recipient_id
        """
        return {row["recipient_id"]: row["count"] for row in await office.pool.fetch(count, office.environment_id)}

    place = guest.place
    done = await office.directory.merges.merge(
        place._replace(id="ada"), place, rules=MergeRules(moves_subscriptions=True)
    )
    assert await counts() == {"ada": 1000, "guest": 1500}
    await office.work()
    assert await counts() == {"ada": 2500}
    await office.directory.merges.undo(office.environment_id, done.merge.id)
    await office.work()
    assert await counts() == {"guest": 2500}
