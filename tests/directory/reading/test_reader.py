"""Single reads: those that arrive together, or while others are read, share a query."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

import pytest

from addressee.database.pool import Connection, Pool, open_pool
from addressee.database.target import Target
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Delete, Identify
from addressee.directory.errors import UnavailableError
from addressee.directory.reading.reader import MANY, Reader
from addressee.directory.recipient import USERS, Place, Recipient
from addressee.directory.writing.writes import Write
from tests.conftest import Environment

At = Callable[[str], Place]


@pytest.fixture
def at(environment: Environment) -> At:
    return lambda id: Place(environment.id, USERS, id)


@pytest.fixture
async def ada(directory: Directory, at: At) -> Place:
    await directory.write(Write(at("ada"), (Identify(properties={"plan": "pro"}),)))
    return at("ada")


class HeldQueries:
    """The queries of readers, each held until the test lets it go. `asked` are the ids that each asked for."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self._arrived = asyncio.Semaphore(0)
        self._gone: list[asyncio.Future[Exception | None]] = []

    async def __call__(self, database: Pool | Connection, places: Iterable[Place]) -> dict[Place, Recipient]:
        self.asked.append([place.id for place in places])
        self._gone.append(asyncio.get_running_loop().create_future())
        self._arrived.release()
        if (error := await self._gone[-1]) is not None:
            raise error
        return {}

    async def arrived(self) -> None:
        """Waits for one more query."""
        await self._arrived.acquire()

    def let_go(self, query: int, error: Exception | None = None) -> None:
        self._gone[query].set_result(error)


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> HeldQueries:
    held = HeldQueries()
    monkeypatch.setattr("addressee.directory.reading.reader.fetch", held)
    return held


async def test_a_read_finds_the_living_and_a_find_tombstones_too(directory: Directory, ada: Place, at: At) -> None:
    await directory.write(Write(at("bob"), (Identify(),)))
    await directory.write(Write(at("bob"), (Delete(),)))

    found = await asyncio.gather(*(directory.reader.read(place) for place in (ada, at("bob"), at("nobody"), ada)))
    buried = await directory.reader.find(at("bob"))

    assert [each and each.properties for each in found] == [{"plan": "pro"}, None, None, {"plan": "pro"}]
    assert buried is not None
    assert not buried.lives


async def test_reads_that_arrive_together_share_a_query_and_later_ones_the_next(
    pool: Pool, queries: HeldQueries, at: At
) -> None:
    reader = Reader(pool)
    first = [reader.find(at(id)) for id in ("a", "b", "a")]
    await queries.arrived()
    later = [reader.find(at(id)) for id in ("c", "a")]
    await asyncio.sleep(0)
    queries.let_go(0)
    await queries.arrived()
    queries.let_go(1)

    assert await asyncio.gather(*first, *later) == [None] * 5
    assert queries.asked == [["a", "b"], ["c", "a"]]


async def test_a_second_query_runs_beside_a_slow_one_when_many_wait(pool: Pool, queries: HeldQueries, at: At) -> None:
    ids = [f"user-{number}" for number in range(MANY)]
    reader = Reader(pool)
    slow = reader.find(at("slow"))
    await queries.arrived()
    others = [reader.find(at(id)) for id in ids]
    await queries.arrived()
    queries.let_go(1)

    assert await asyncio.gather(*others) == [None] * len(ids)
    assert queries.asked == [["slow"], ids]
    assert not slow.done()
    queries.let_go(0)
    await slow


async def test_a_query_that_fails_refuses_its_own_reads_alone(pool: Pool, queries: HeldQueries, at: At) -> None:
    reader = Reader(pool)
    first = reader.find(at("a"))
    await queries.arrived()
    second = reader.find(at("b"))
    queries.let_go(0, ConnectionResetError())
    await queries.arrived()
    queries.let_go(1)

    with pytest.raises(UnavailableError):
        await first
    assert await second is None


async def test_a_caller_who_goes_away_leaves_the_others_their_answers(pool: Pool, queries: HeldQueries, at: At) -> None:
    reader = Reader(pool)
    gone, stays = reader.find(at("a")), reader.find(at("a"))
    await queries.arrived()
    gone.cancel()
    queries.let_go(0)

    assert await stays is None


async def test_reads_are_refused_while_no_connection_can_be_had(closed: Pool, at: At) -> None:
    reader = Reader(closed)

    for _ in range(2):
        with pytest.raises(UnavailableError):
            await reader.find(at("ada"))


@pytest.fixture
async def closed(target: Target) -> Pool:
    pool = await open_pool(target)
    await pool.close()
    return pool
