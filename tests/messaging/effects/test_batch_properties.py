"""Properties of batches, beside a plain model: nothing is lost and nothing is told twice, whoever works or dies."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from addressee.messaging.schedules.scheduler import start_due
from tests.messaging.effects.test_batches import MINUTE, batched, bodies, comment, people, push
from tests.messaging.kills import carried_out
from tests.messaging.office import Office

LISTING = """
      body: "{{ total_activities }}:{% for each in activities %} {{ each.data.n }}{% endfor %}"
"""

WINDOW = 5  # minutes


def listing(**written: Any) -> str:
    text = batched(batch_items_render_limit=100, batch_key="key", **written)
    return text[: text.index("      body:")] + LISTING.lstrip("\n")


@dataclass
class ModelBatch:
    opened_at: int
    closes_at: int
    opener: int | None
    items: dict[int, int] = field(default_factory=dict)
    limit: int | None = None

    def over(self, now: int) -> bool:
        return self.closes_at <= now and self.slides_to <= now

    @property
    def slides_to(self) -> int:
        if self.limit is None:
            return self.closes_at
        return min(max(self.items.values(), default=self.opened_at) + WINDOW, self.opened_at + self.limit)


@dataclass
class Model:
    """A model of batches, as the documentation describes them, of triggers at whole minutes."""

    slides: int | None
    most: int | None
    leads: bool
    now: int = 0
    open: dict[str, ModelBatch] = field(default_factory=dict)
    sealed: list[ModelBatch] = field(default_factory=list)
    told: list[list[int]] = field(default_factory=list)

    def trigger(self, n: int, key: str) -> None:
        batch = self.open.get(key)
        if batch is not None and batch.over(self.now):
            self.sealed.append(self.open.pop(key))
            batch = None
        if batch is None:
            batch = self.open[key] = ModelBatch(
                self.now, self.now + WINDOW, None if self.leads else n, limit=self.slides
            )
            if self.leads:
                self.told.append([n])
                return
        if batch.opener is None:
            batch.opener = n
        batch.items[n] = self.now
        if self.most is not None and len(batch.items) >= self.most:
            self.close(self.open.pop(key))

    def close(self, batch: ModelBatch) -> None:
        if batch.items:
            self.told.append(sorted(batch.items))

    def cancel(self, n: int) -> None:
        for key, batch in [*self.open.items()]:
            batch.items.pop(n, None)
            if batch.opener == n and not batch.items:
                del self.open[key]

    def pass_time(self, minutes: int) -> None:
        self.now += minutes
        for batch in self.sealed:
            self.close(batch)
        self.sealed = []
        for key, batch in [*self.open.items()]:
            if batch.over(self.now):
                self.close(self.open.pop(key))
            elif batch.closes_at <= self.now:
                batch.closes_at = batch.slides_to


MOVES = st.one_of(
    st.tuples(st.just("trigger"), st.sampled_from("ab")),
    st.tuples(st.just("trigger"), st.sampled_from("ab")),
    st.tuples(st.just("time"), st.integers(0, 6)),
    st.tuples(st.just("cancel"), st.integers(1, 6)),
)
names = count()


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    slides=st.sampled_from([None, 5, 8, 12]),
    most=st.sampled_from([None, 2, 3]),
    leads=st.booleans(),
    moves=st.lists(MOVES, min_size=4, max_size=14),
)
async def test_all_triggers_are_told_once_but_for_those_that_were_cancelled(
    office: Office, slides: int | None, most: int | None, leads: bool, moves: list[tuple[str, Any]]
) -> None:
    ada = f"ada-{next(names)}"
    written: dict[str, Any] = {"batch_execution_mode": "flush_leading" if leads else "accumulate"}
    if slides is not None:
        written |= {"batch_window_type": "sliding"}
        written |= {"batch_window_extension_limit": {"unit": "minutes", "value": slides}}
    if most is not None:
        written |= {"batch_items_max_limit": most}
    await push(office, batched=listing(**written))
    await people(office, ada)
    model = Model(slides, most, leads)
    n = 0
    for kind, value in [*moves, ("time", 30), ("time", 30)]:
        match kind:
            case "trigger":
                n += 1
                await comment(office, n, ada, data={"key": value}, cancellation_key=f"{ada}-{n}")
                model.trigger(n, value)
            case "time":
                await office.pass_time(value * MINUTE)
                model.pass_time(value)
            case "cancel" if value <= n:  # one that comes before its trigger is kept for a minute
                await office.messaging.runs.cancel(office.environment_id, "batched", f"{ada}-{value}", None)
                model.cancel(value)
    told = await bodies(office, ada)
    assert Counter(told) == Counter(f"{len(each)}: {' '.join(map(str, each))}" for each in model.told)


async def test_triggers_in_the_same_moment_from_eight_workers_open_one_batch(office: Office) -> None:
    await push(office, batched=listing())
    everybody = [f"p{number}" for number in range(12)]
    await people(office, *everybody)
    for _ in range(16):  # runs of several recipients wait for no others of theirs
        await office.trigger(*everybody, workflow="batched", data={"n": 1, "key": "k"})
    await eight_work(office)
    opened = await office.pool.fetch(
        "SELECT recipient_id, count(*) FROM addressee.batches WHERE environment_id = $1 GROUP BY 1",
        office.environment_id,
    )
    assert {tuple(row) for row in opened} == {(id, 1) for id in everybody}
    await office.pass_time(5 * MINUTE)
    for id in everybody:
        assert await bodies(office, id) == [f"16:{' 1' * 16}"]


@pytest.mark.parametrize("leads", [False, True])
async def test_no_more_than_the_limit_join_whoever_works(office: Office, leads: bool) -> None:
    mode = "flush_leading" if leads else "accumulate"
    await push(office, batched=listing(batch_items_max_limit=3, batch_execution_mode=mode))
    everybody = [f"p{number}" for number in range(6)]
    await people(office, *everybody)
    for n in range(16):
        await office.trigger(*everybody, workflow="batched", data={"n": n, "key": "k"})
    await eight_work(office)
    for _ in range(2):
        await office.pass_time(5 * MINUTE)
    for id in everybody:
        told = [[int(n) for n in body.partition(":")[2].split()] for body in await bodies(office, id)]
        assert sorted(n for each in told for n in each) == list(range(16))
        sizes = Counter(map(len, told))
        assert sizes[3] >= (4 if leads else 5)
        assert set(sizes) <= {1, 2, 3}
        if not leads:
            assert sizes == {3: 5, 1: 1}


async def eight_work(office: Office) -> None:
    """Runs all jobs, eight at once, those of one kind together."""
    at_once = asyncio.Semaphore(8)

    async def run(job: Any) -> None:
        async with at_once:
            await office.handlers[job.name].run(job.arguments)

    while due := [job for job in await office.jobs() if not job.deferred]:
        await asyncio.gather(*(run(job) for job in due))
        await office.pool.execute("DELETE FROM addressee.jobs WHERE id = ANY($1)", [job.id for job in due])


async def advancing(office: Office) -> Callable[[], Awaitable[None]]:
    """Returns what carries out the next pass of a page: its first one, or a further one."""
    (job,) = [job for job in await office.jobs() if job.name in {"begin", "advance"}]
    await office.pool.execute("DELETE FROM addressee.jobs WHERE id = $1", job.id)

    async def run() -> None:
        await office.handlers[job.name].run(job.arguments)

    return run


async def started(office: Office, *ids: str, n: int) -> None:
    await office.trigger(*ids, workflow="batched", data={"n": n, "key": "k"})


@pytest.mark.slow
@pytest.mark.parametrize(
    "written",
    [
        {},
        {"batch_execution_mode": "flush_leading"},
        {"batch_items_max_limit": 2},
        {
            "batch_window_type": "sliding",
            "batch_window_extension_limit": {"unit": "minutes", "value": 8},
        },
    ],
)
async def test_joining_and_closing_survive_a_kill_at_every_statement(office: Office, written: dict[str, Any]) -> None:
    await push(office, batched=listing(**written))
    told = {
        "flush_leading": ["1: 1", "2: 2 3"],
        2: ["2: 1 2", "1: 3"],
    }.get(written.get("batch_execution_mode", written.get("batch_items_max_limit")), ["3: 1 2 3"])
    for statement in count(1):
        ids = (f"a-{statement}", f"b-{statement}")
        await people(office, *ids)
        enough = []
        for n in (1, 2, 3):
            await started(office, *ids, n=n)
            enough.append(await carried_out(await advancing(office), statement))
            await office.work()
        for _ in range(2):
            office.clock.move(5 * MINUTE)

            async def due() -> None:
                await start_due(office.pool, office.clock.now())

            await carried_out(due, statement)
            if any(job.name == "advance" for job in await office.jobs()):
                enough.append(await carried_out(await advancing(office), statement))
            await office.work()
        for id in ids:
            assert await bodies(office, id) == told, statement
        if not any(enough):
            break
    assert statement > 10
