"""A request with an idempotency key is carried out once, and repeating it returns the first response."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from addressee.database.pool import Pool
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Add, Delete, Identify
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.receipts import (
    Earlier,
    Receipt,
    ReceiptMismatchError,
    RepeatedError,
    StoredAnswer,
    keep,
    refuse_repetition,
)
from addressee.directory.writing.writes import Write, Written
from tests.conftest import Environment
from tests.support.clock import MovedClock
from tests.support.receipts import receipt


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def directory(pool: Pool, clock: MovedClock) -> Directory:
    return Directory(pool, clock)


def visits(written: Written) -> StoredAnswer:
    assert written.recipient is not None
    return StoredAnswer(200, msgspec.json.encode(written.recipient.properties["visits"]))


def visit(place: Place, key: str, *, says: bytes = b"visit", request_id: str = "one") -> Write:
    return Write(place, (Add({"visits": 1}),), request=Receipt(place.environment_id, key, says, request_id, visits))


@pytest.fixture
def ada(environment: Environment) -> Place:
    return Place(environment.id, USERS, "ada")


async def test_a_repeated_write_changes_nothing_and_gives_the_first_answer(directory: Directory, ada: Place) -> None:
    await directory.write(visit(ada, "key"))
    await directory.write(Write(ada, (Add({"visits": 10}),)))
    with pytest.raises(RepeatedError) as repeated:
        await directory.write(visit(ada, "key", request_id="two"))
    assert repeated.value.earlier == Earlier(b"visit", "one", StoredAnswer(200, b"1"))
    found = await directory.read(ada)
    assert found is not None
    assert (found.properties, found.version) == ({"visits": 11}, 2)


async def test_a_key_belongs_to_one_request(directory: Directory, ada: Place) -> None:
    await directory.write(visit(ada, "key"))
    with pytest.raises(ReceiptMismatchError):
        await directory.write(visit(ada, "key", says=b"another"))


async def test_a_write_without_effect_is_kept_too(directory: Directory, ada: Place) -> None:
    deletion = Write(ada, (Delete(),), request=receipt(ada.environment_id, "key"))
    await directory.write(msgspec.structs.replace(deletion, request=gone(ada, "key")))
    await directory.write(Write(ada, (Identify(),)))
    with pytest.raises(RepeatedError):
        await directory.write(msgspec.structs.replace(deletion, request=gone(ada, "key")))
    assert await directory.read(ada) is not None


def gone(place: Place, key: str) -> Receipt:
    return Receipt(place.environment_id, key, b"delete", "one", lambda _: StoredAnswer(204, b""))


async def test_a_refused_write_leaves_its_key_free(directory: Directory, ada: Place) -> None:
    await directory.write(Write(ada, (Identify(properties={"visits": "many"}),)))
    with pytest.raises(Exception, match="is not a number"):
        await directory.write(visit(ada, "key"))
    await directory.write(Write(ada, (Identify(properties={"visits": 1}),)))
    assert visits(await directory.write(visit(ada, "key"))) == StoredAnswer(200, b"2")


async def test_requests_at_the_same_time_through_several_writers_are_carried_out_once(pool: Pool, ada: Place) -> None:
    directories = [Directory(pool) for _ in range(4)]
    writes = [visit(ada, "key", request_id=str(n)) for n in range(16)]
    answers = await asyncio.gather(
        *(directories[n % 4].write(write) for n, write in enumerate(writes)), return_exceptions=True
    )
    (first,) = [str(n) for n, answer in enumerate(answers) if isinstance(answer, Written)]
    repeated = [answer.earlier for answer in answers if isinstance(answer, RepeatedError)]
    assert repeated == [Earlier(b"visit", first, StoredAnswer(200, b"1"))] * 15


async def test_a_key_used_for_two_people_at_the_same_time_counts_for_one(directory: Directory, ada: Place) -> None:
    bob = ada._replace(id="bob")
    answers = await asyncio.gather(
        directory.write(visit(ada, "key", says=b"ada")),
        directory.write(visit(bob, "key", says=b"bob")),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["ReceiptMismatchError", "Written"]
    found = await directory.read_all([ada, bob])
    assert [person.properties for person in found.values()] == [{"visits": 1}]


async def test_a_key_is_free_again_after_a_day(directory: Directory, clock: MovedClock, ada: Place) -> None:
    await directory.write(visit(ada, "key"))
    clock.move(timedelta(hours=24) - timedelta(milliseconds=1))
    with pytest.raises(RepeatedError):
        await directory.write(visit(ada, "key"))
    clock.move(timedelta(milliseconds=1))
    assert visits(await directory.write(visit(ada, "key", says=b"another"))) == StoredAnswer(200, b"2")


async def test_a_key_is_one_environments(directory: Directory, ada: Place) -> None:
    await directory.write(visit(ada, "key"))
    elsewhere = ada._replace(environment_id=-ada.environment_id)
    assert visits(await directory.write(visit(elsewhere, "key", says=b"another"))) == StoredAnswer(200, b"1")


async def test_a_repetition_is_known_before_anything_is_done(
    pool: Pool, directory: Directory, clock: MovedClock, ada: Place
) -> None:
    environment_id = ada.environment_id
    await refuse_repetition(pool, environment_id, "key", b"visit", clock.now())
    await directory.write(visit(ada, "key"))
    with pytest.raises(RepeatedError):
        await refuse_repetition(pool, environment_id, "key", b"visit", clock.now())
    with pytest.raises(ReceiptMismatchError):
        await refuse_repetition(pool, environment_id, "key", b"another", clock.now())


async def test_a_transaction_that_repeats_another_is_undone(
    pool: Pool, directory: Directory, clock: MovedClock, ada: Place
) -> None:
    async def record(connection_key: str) -> None:
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "INSERT INTO addressee.variables VALUES ($1, '{}') ON CONFLICT (environment_id) DO UPDATE "
                "SET document = '{\"again\": true}'",
                ada.environment_id,
            )
            await keep(connection, receipt(ada.environment_id, connection_key), "done", clock.now())

    await record("key")
    with pytest.raises(RepeatedError):
        await record("key")
    stored = "SELECT document FROM addressee.variables WHERE environment_id = $1"
    assert msgspec.json.decode(await pool.fetchval(stored, ada.environment_id)) == {}


async def test_a_bulk_call_that_was_cut_off_writes_only_the_other_rows_when_it_is_repeated(
    directory: Directory, ada: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = ada._replace(id="bob")
    request = Receipt(ada.environment_id, "key", b"bulk", "one", lambda done: StoredAnswer(200, done.id.bytes))
    rows = [Write(ada, (Add({"visits": 1}),)), Write(ada, (Add({"visits": 1}),)), Write(bob, (Add({"visits": 1}),))]
    await directory.write_all(
        [msgspec.structs.replace(row, receipt=f"{b'bulk'.hex()}#{n}#key") for n, row in enumerate(rows[:2])]
    )
    done = await directory.run_bulk(ada.environment_id, "visits", rows, request)
    found = await directory.read_all([ada, bob])
    assert [found[place].properties for place in (ada, bob)] == [{"visits": 2}, {"visits": 1}]
    with pytest.raises(RepeatedError) as repeated:
        await directory.run_bulk(ada.environment_id, "visits", rows, request)
    assert repeated.value.earlier.answer == StoredAnswer(200, done.id.bytes)
    assert (await directory.read_all([bob]))[bob].properties == {"visits": 1}


async def test_an_answer_that_cannot_be_worded_undoes_its_own_request_only(directory: Directory, ada: Place) -> None:
    bob = ada._replace(id="bob")
    unworded = Write(bob, (Identify({"name": "Bob"}),), request=visit(bob, "key").request)
    failed, *others = await asyncio.gather(
        directory.write(unworded),
        directory.write(Write(bob, (Identify({"email": "bob@example.com"}),))),
        directory.write(visit(ada, "another key")),
        return_exceptions=True,
    )
    assert isinstance(failed, KeyError)
    assert [isinstance(other, Written) for other in others] == [True, True]
    found = await directory.read(bob)
    assert found is not None
    assert found.attributes == {"email": "bob@example.com"}
