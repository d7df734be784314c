"""The writer on a real database: what is answered is stored, once, with its history."""

import asyncio
import gc
import weakref
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from addressee.database.pool import Pool
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import (
    Add,
    AddAddress,
    Append,
    Delete,
    Each,
    Edit,
    History,
    Identify,
    Item,
    RemoveAddress,
    SetChannelData,
)
from addressee.directory.errors import OverloadedError, RefusedError, UnavailableError
from addressee.directory.recipient import USERS, Place, Recipient
from addressee.directory.writing import rounds, waiting, writer
from addressee.directory.writing.history import Origin
from addressee.directory.writing.rounds import Rounds
from addressee.directory.writing.waiting import Group
from addressee.directory.writing.writes import Write, Written
from tests.conftest import Environment
from tests.support.clock import MovedClock

At = Callable[[str], Place]


@pytest.fixture
def at(environment: Environment) -> At:
    return lambda id: Place(environment.id, USERS, id)


async def edit(directory: Directory, place: Place, *edits: Edit, receipt: str | None = None) -> Recipient | None:
    return (await directory.write(Write(place, edits, receipt=receipt))).recipient


async def history(pool: Pool, place: Place) -> list[tuple[Any, ...]]:
    found = await pool.fetch(
        """
        SELECT version, ordinal, edit, before, after
        FROM addressee.changes
        WHERE environment_id = $1 AND collection = $2 AND id = $3
        ORDER BY version, ordinal
        """,
        *place,
    )
    decode = msgspec.json.decode
    return [(*row[:3], *(None if value is None else decode(value) for value in row[3:])) for row in found]


async def test_what_was_answered_is_what_is_read(directory: Directory, at: At) -> None:
    written = await edit(
        directory,
        at("ada/é %2F+"),
        Identify(attributes={"name": "Ada", "email": None}, properties={"n": 1.5, "deep": {"a": [None, True, "🦊"]}}),
    )
    assert written is not None
    assert written.version == 1
    assert await directory.read(at("ada/é %2F+")) == written
    assert written.attributes == {"name": "Ada", "email": None}
    assert written.properties == {"n": 1.5, "deep": {"a": [None, True, "🦊"]}}


async def test_a_write_without_effect_writes_nothing(
    directory: Directory, at: At, clock: MovedClock, pool: Pool
) -> None:
    first = await edit(directory, at("ada"), Identify(properties={"plan": "pro"}))
    clock.move(timedelta(hours=1))
    assert await edit(directory, at("ada"), Identify(properties={"plan": "pro"})) == first
    assert len(await history(pool, at("ada"))) == 1


async def test_writes_that_wait_together_are_one_write_and_many_changes(
    directory: Directory, at: At, pool: Pool
) -> None:
    answers = await asyncio.gather(
        *(edit(directory, at("ada"), Append({"log": number})) for number in range(5)),
    )
    assert [answer and (answer.version, answer.properties["log"]) for answer in answers] == [
        (1, [*range(number + 1)]) for number in range(5)
    ]
    assert [row[:3] for row in await history(pool, at("ada"))] == [(1, n, "append") for n in range(5)]


async def test_the_history_says_what_changed(directory: Directory, at: At, pool: Pool) -> None:
    key_id = uuid4()
    await directory.write(
        Write(at("ada"), (Identify({"name": "Ada"}, {"plan": "pro", "city": "Ulm"}),), Origin(key_id, "req-1")),
    )
    await edit(directory, at("ada"), Identify(properties={"plan": "free"}))
    assert await history(pool, at("ada")) == [
        (1, 0, "identify", None, {"attributes": {"name": "Ada"}, "properties": {"plan": "pro", "city": "Ulm"}}),
        (2, 0, "identify", {"properties": {"plan": "pro"}}, {"properties": {"plan": "free"}}),
    ]
    who = await pool.fetchrow(
        "SELECT key_id, request_id FROM addressee.changes WHERE environment_id = $1 AND version = 1",
        at("ada").environment_id,
    )
    assert who is not None
    assert tuple(who) == (key_id, "req-1")


async def test_the_history_never_holds_a_secret(directory: Directory, at: At, pool: Pool) -> None:
    await edit(directory, at("ada"), SetChannelData("fcm", {"tokens": ["s3cret-token"]}))
    await edit(directory, at("ada"), AddAddress("android_push", "s3cret-token"), AddAddress("whatsapp", "+4915112345"))
    await edit(directory, at("ada"), RemoveAddress("android_push", "s3cret-token"))
    assert await history(pool, at("ada")) == [
        (1, 0, "set_channel_data", None, {"channel_data": ["fcm"]}),
        (2, 0, "add_address", None, {"addresses": ["android_push"]}),
        (2, 1, "add_address", None, {"addresses": ["whatsapp"]}),
        (3, 0, "remove_address", None, {"addresses": ["android_push"]}),
    ]


async def test_who_is_deleted_and_comes_back_is_someone_else(directory: Directory, at: At, pool: Pool) -> None:
    first = await edit(directory, at("ada"), Identify({"name": "Ada"}, {"plan": "pro"}))
    await edit(directory, at("ada"), Delete())
    assert await directory.read(at("ada")) is None
    second = await edit(directory, at("ada"), Identify(properties={"city": "Ulm"}))
    assert first is not None
    assert second is not None
    assert (second.version, second.attributes, second.properties) == (3, {}, {"city": "Ulm"})
    assert second.uid != first.uid
    assert (await history(pool, at("ada")))[1] == (2, 0, "delete", None, None)


async def test_a_deletion_leaves_a_job_that_erases_what_is_left(directory: Directory, at: At, pool: Pool) -> None:
    ada = await edit(directory, at("ada"), Identify({"name": "Ada"}))
    await edit(directory, at("ada"), Delete())
    await edit(directory, at("ada"), Delete())
    assert ada is not None
    assert await erasures(pool, at("ada").environment_id) == [[[*at("ada"), str(ada.uid)]]]


async def erasures(pool: Pool, environment_id: int) -> list[Any]:
    """Whom the jobs are about that erase."""
    rows = await pool.fetch("SELECT arguments FROM addressee.jobs WHERE name = 'erase'")
    asked = [msgspec.json.decode(row["arguments"])["people"] for row in rows]
    return [people for people in asked if people[0][0] == environment_id]


async def test_who_is_deleted_and_comes_back_among_other_edits_leaves_it_too(
    directory: Directory, at: At, pool: Pool
) -> None:
    ada = await edit(directory, at("ada"), Identify({"name": "Ada"}))
    again = await edit(directory, at("ada"), Each((Item("", Delete(History.KEPT)), Item("", Identify()))))
    assert ada is not None
    assert again is not None
    assert again.uid != ada.uid
    assert await erasures(pool, at("ada").environment_id) == [[[*at("ada"), str(ada.uid)]]]
    assert [uid for _, uid, _ in await departed(pool, at("ada").environment_id)] == [ada.uid]


async def departed(pool: Pool, environment_id: int) -> list[tuple[Any, ...]]:
    rows = await pool.fetch(
        "SELECT id, uid, departed_at FROM addressee.departed WHERE environment_id = $1 ORDER BY departed_at, id",
        environment_id,
    )
    return [tuple(row) for row in rows]


async def test_who_is_deleted_with_the_history_kept_is_noted(
    directory: Directory, at: At, clock: MovedClock, pool: Pool
) -> None:
    ada, _, cid = [await edit(directory, at(id), Identify(attributes={"name": id})) for id in ("ada", "bob", "cid")]
    await asyncio.gather(
        edit(directory, at("ada"), Delete(History.KEPT)),
        edit(directory, at("bob"), Delete()),
        edit(directory, at("cid"), Delete(History.KEPT), Identify()),
        edit(directory, at("cid"), Identify(properties={"n": "\0"})),
        edit(directory, at("nobody"), Delete(History.KEPT)),
        edit(directory, at("dan"), Add({"n": 1}), receipt="key"),
        return_exceptions=True,
    )
    assert ada is not None
    assert cid is not None
    first = clock.now()
    assert await departed(pool, at("ada").environment_id) == [("ada", ada.uid, first), ("cid", cid.uid, first)]
    assert await directory.read(at("bob")) is None
    dan = await directory.read(at("dan"))
    assert dan is not None
    assert dan.properties == {"n": 1}
    assert await edit(directory, at("dan"), Add({"n": 1}), receipt="key") == dan
    clock.move(timedelta(seconds=1))
    again = await edit(directory, at("ada"), Identify())
    assert again is not None
    await edit(directory, at("ada"), Delete())
    await edit(directory, at("ada"), Delete(History.KEPT))
    assert len(await departed(pool, at("ada").environment_id)) == 2


async def test_a_refused_write_keeps_no_history(directory: Directory, at: At, pool: Pool) -> None:
    ada = await edit(directory, at("ada"), Identify(properties={"n": 1}))
    with pytest.raises(RefusedError):
        await edit(directory, at("ada"), Delete(History.KEPT), Identify(properties={"n": "\0"}))
    assert await directory.read(at("ada")) == ada
    assert await departed(pool, at("ada").environment_id) == []


async def test_of_several_who_delete_somebody_at_once_one_says_what_becomes_of_the_history(
    directory: Directory, at: At, pool: Pool
) -> None:
    others = [Directory(pool) for _ in range(3)]
    for number in range(10):
        place = at(f"user-{number}")
        await edit(directory, place, Identify())
        await asyncio.gather(*(edit(other, place, Delete(History.KEPT)) for other in others))
    assert len(await departed(pool, at("ada").environment_id)) == 10


async def test_a_refused_write_changes_nothing_and_leaves_its_neighbours_alone(directory: Directory, at: At) -> None:
    results = await directory.write_all(
        [
            Write(at("ada"), (Identify(properties={"a": 1}),)),
            Write(at("ada"), (Identify(properties={"b": 1}), Identify(properties={"bad": "\0"}))),
            Write(at("bob"), (Identify(properties={"bad": "\ud800"}),)),
            Write(at("eve"), (Identify(properties={"e": 1}),)),
        ],
    )
    assert [type(result) for result in results] == [
        Written,
        RefusedError,
        RefusedError,
        Written,
    ]
    ada, bob, eve = [await directory.read(at(id)) for id in ("ada", "bob", "eve")]
    assert ada is not None
    assert ada.properties == {"a": 1}
    assert bob is None
    assert eve is not None


@pytest.mark.parametrize("path", ["", "recipients[2]"])
async def test_a_refused_write_leaves_nothing_for_the_garbage_collector(
    directory: Directory, at: At, path: str
) -> None:
    # No `pytest.raises`, which would keep the refusal in a frame of its traceback.
    async def refused(write: Write) -> weakref.ref[RefusedError] | None:
        try:
            await directory.write(write)
        except RefusedError as refusal:
            return weakref.ref(refusal)
        return None

    gc.disable()
    try:
        refusal = await refused(Write(at("ada"), (Identify(properties={"bad": "\0"}),), path=path))
        assert refusal is not None
        assert refusal() is None
    finally:
        gc.enable()


async def test_a_receipt_applies_a_write_once_for_24_hours(directory: Directory, at: At, clock: MovedClock) -> None:
    async def add() -> int:
        recipient = await edit(directory, at("ada"), Add({"count": 1}), receipt="key-1")
        assert recipient is not None
        return int(recipient.properties["count"])

    assert await add() == 1
    assert list(await asyncio.gather(add(), add())) == [1, 1]
    clock.move(timedelta(hours=23, minutes=59))
    assert await add() == 1
    clock.move(timedelta(minutes=2))
    assert await add() == 2


async def test_receipts_belong_to_one_recipient(directory: Directory, at: At) -> None:
    for id in ("ada", "bob"):
        recipient = await edit(directory, at(id), Add({"count": 1}), receipt="key-1")
        assert recipient is not None
        assert recipient.properties == {"count": 1}


async def test_more_than_the_writer_holds_is_refused_at_once(
    directory: Directory, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "MAX_WAITING_WRITES", 3)
    writes = [edit(directory, at(f"user-{n}"), Identify()) for n in range(5)]
    results = await asyncio.gather(*writes, return_exceptions=True)
    assert [isinstance(result, OverloadedError) for result in results] == [False, False, False, True, True]
    assert await edit(directory, at("user-4"), Identify()) is not None


async def test_a_row_of_a_newer_format_is_not_rewritten(directory: Directory, at: At, pool: Pool) -> None:
    await edit(directory, at("ada"), Identify(properties={"a": 1}))
    await pool.execute("UPDATE addressee.recipients SET format = 2 WHERE environment_id = $1", at("ada").environment_id)
    with pytest.raises(UnavailableError, match="newer version"):
        await edit(directory, at("ada"), Identify(properties={"a": 2}))


async def test_a_writer_that_keeps_losing_takes_the_row_for_itself(
    pool: Pool, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process writes between every read and write of ours, until ours holds the row."""
    ours, theirs = Directory(pool, MovedClock()), Directory(pool, MovedClock())
    await edit(theirs, at("ada"), Identify())
    rounds = 0
    round_ = Rounds._round

    async def interrupted(self: Rounds, groups: list[Group]) -> list[Group]:
        nonlocal rounds
        if self is ours.writer._rounds:
            write = self._write

            async def write_late(*arguments: Any) -> Any:
                nonlocal rounds
                rounds += 1
                await edit(theirs, at("ada"), Append({"theirs": rounds}))
                return await write(*arguments)

            monkeypatch.setattr(self, "_write", write_late)
            try:
                return await round_(self, groups)
            finally:
                monkeypatch.setattr(self, "_write", write)
        return await round_(self, groups)

    monkeypatch.setattr(Rounds, "_round", interrupted)
    recipient = await edit(ours, at("ada"), Append({"ours": 1}))
    assert recipient is not None
    assert recipient.properties == {"theirs": [1, 2, 3], "ours": [1]}


@pytest.mark.parametrize("losses_before_lock", [rounds.LOSSES_BEFORE_LOCK, 0], ids=["guarded", "locked"])
async def test_a_write_that_fails_at_its_commit_is_never_answered_as_kept(
    directory: Directory, at: At, pool: Pool, monkeypatch: pytest.MonkeyPatch, losses_before_lock: int
) -> None:
    monkeypatch.setattr(rounds, "LOSSES_BEFORE_LOCK", losses_before_lock)
    await pool.execute(
        f"""
        CREATE FUNCTION refuse_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION 'refused' USING ERRCODE = 'check_violation';
        END $$;
        CREATE CONSTRAINT TRIGGER refuse_at_commit AFTER INSERT ON addressee.recipients
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
        WHEN (new.environment_id = {at("ada").environment_id})
        EXECUTE FUNCTION refuse_at_commit();
        """
    )
    try:
        with pytest.raises(RefusedError):
            await edit(directory, at("ada"), Identify())
    finally:
        await pool.execute("DROP TRIGGER refuse_at_commit ON addressee.recipients; DROP FUNCTION refuse_at_commit()")
    assert await directory.read(at("ada")) is None


async def test_sorted_writers_do_not_deadlock(pool: Pool, environment: Environment) -> None:
    """Two writers take the same 200 rows in opposite orders, again and again."""
    one, two = Directory(pool), Directory(pool)
    places = [Place(environment.id, USERS, f"user-{n:03}") for n in range(200)]

    async def rewrite(directory: Directory, order: list[Place], name: str) -> None:
        for turn in range(10):
            results = await directory.write_all([Write(p, (Identify(properties={name: turn}),)) for p in order])
            assert all(isinstance(result, Written) for result in results)

    reruns = rounds.RERUNS._value.get()
    await asyncio.gather(rewrite(one, places, "one"), rewrite(two, places[::-1], "two"))
    assert rounds.RERUNS._value.get() == reruns
    found = await one.read_all(places)
    assert {(r.properties["one"], r.properties["two"]) for r in found.values()} == {(9, 9)}


async def test_writes_that_arrive_while_a_batch_is_written_are_written_together(
    directory: Directory, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "PATIENCE_SECONDS", 60)
    round_ = Rounds._round
    written: list[list[str]] = []
    later: list[asyncio.Task[Recipient | None]] = []

    async def noted(self: Rounds, groups: list[Group]) -> list[Group]:
        written.append([group.place.id for group in groups])
        if len(written) == 1:
            later.extend(asyncio.create_task(edit(directory, at(id), Identify())) for id in ("bob", "eve"))
        return await round_(self, groups)

    monkeypatch.setattr(Rounds, "_round", noted)
    await edit(directory, at("ada"), Identify())
    await asyncio.gather(*later)
    assert written == [["ada"], ["bob", "eve"]]


async def test_a_batch_that_waits_for_a_lock_lets_others_pass(
    directory: Directory, at: At, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await edit(directory, at("ada"), Identify())
    round_ = Rounds._round
    begun = asyncio.Event()

    async def noted(self: Rounds, groups: list[Group]) -> list[Group]:
        begun.set()
        return await round_(self, groups)

    monkeypatch.setattr(Rounds, "_round", noted)
    async with pool.acquire() as connection, connection.transaction():
        ada = at("ada")
        await connection.execute(
            "SELECT FROM addressee.recipients WHERE environment_id = $1 AND id = $2 FOR UPDATE",
            ada.environment_id,
            ada.id,
        )
        waits = asyncio.create_task(edit(directory, ada, Identify(properties={"plan": "pro"})))
        await begun.wait()
        assert await edit(directory, at("bob"), Identify()) is not None
        assert not waits.done()
    assert (await waits) is not None


async def test_a_batch_that_the_database_refuses_fails_alone(directory: Directory, at: At, pool: Pool) -> None:
    """A value that got past the edits' own checks is found by halves."""
    await pool.execute(
        f"""
        ALTER TABLE addressee.recipients
        ADD CONSTRAINT no_bob CHECK (id <> 'bob' OR environment_id <> {at("bob").environment_id})
        """
    )
    try:
        results = await directory.write_all([Write(at(id), (Identify(),)) for id in ("ada", "bob", "eve")])
    finally:
        await pool.execute("ALTER TABLE addressee.recipients DROP CONSTRAINT no_bob")
    assert [isinstance(result, RefusedError) for result in results] == [False, True, False]


async def test_reads_wait_for_each_other_and_share_a_query(directory: Directory, at: At) -> None:
    await edit(directory, at("ada"), Identify(properties={"a": 1}))
    found = await asyncio.gather(*(directory.read(at(id)) for id in ("ada", "bob", "ada")))
    assert [recipient and recipient.properties for recipient in found] == [{"a": 1}, None, {"a": 1}]


async def test_updated_at_moves_with_every_effective_write(directory: Directory, at: At, clock: MovedClock) -> None:
    await edit(directory, at("ada"), Identify())
    clock.move(timedelta(minutes=1))
    moved = await edit(directory, at("ada"), Identify(properties={"a": 1}))
    assert moved is not None
    assert moved.updated_at == datetime(2025, 6, 1, 12, 1, tzinfo=UTC)
