"""Rounds: what is asked for at the same time is carried out together, each with an answer of its own."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest

from addressee.directory.errors import OverloadedError, RefusedError
from addressee.directory.writing.receipts import ReceiptMismatchError, RepeatedError
from addressee.messaging.triggers import rounds
from addressee.messaging.triggers.rounds import MAX_AT_ONCE, MAX_BYTES, Rounds
from tests.messaging.office import Office
from tests.support.receipts import receipt


class Doubling:
    """Answers with twice the item, and with an exception for 13. The first round waits for `gate`."""

    def __init__(self) -> None:
        self.rounds: list[list[int]] = []
        self.gate = asyncio.Event()

    async def __call__(self, items: Sequence[int]) -> Sequence[int | Exception]:
        self.rounds.append(list(items))
        await self.gate.wait()
        return [RefusedError("number", "n", "13") if item == 13 else 2 * item for item in items]


async def asked(doubling: Doubling, *items: int, bytes: int = 0) -> list[int | BaseException]:
    """Asks for the first item, and once it is carried out for the others."""
    shared: Rounds[int, int] = Rounds(doubling)
    first = asyncio.create_task(shared.ask(items[0]))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    others = [asyncio.create_task(shared.ask(item, bytes)) for item in items[1:]]
    await asyncio.sleep(0)
    doubling.gate.set()
    return await asyncio.gather(first, *others, return_exceptions=True)


async def test_those_that_come_meanwhile_share_the_next_round() -> None:
    doubling = Doubling()
    assert await asked(doubling, 1, 2, 3) == [2, 4, 6]
    assert doubling.rounds == [[1], [2, 3]]


async def test_each_has_its_own_answer() -> None:
    one, refused, three = await asked(Doubling(), 1, 13, 3)
    assert (one, three) == (2, 6)
    assert isinstance(refused, RefusedError)


async def test_what_fails_fails_for_its_round() -> None:
    async def fail(items: Sequence[int]) -> Sequence[int]:
        raise ZeroDivisionError

    shared: Rounds[int, int] = Rounds(fail)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            await shared.ask(1)


async def test_a_round_is_bounded() -> None:
    doubling = Doubling()
    await asked(doubling, *range(MAX_AT_ONCE + 2))
    assert [len(each) for each in doubling.rounds] == [1, MAX_AT_ONCE, 1]


async def test_large_ones_share_rounds_with_few() -> None:
    doubling = Doubling()
    await asked(doubling, 1, 2, 3, 4, 5, bytes=MAX_BYTES // 2)
    assert doubling.rounds == [[1], [2, 3], [4, 5]]


async def test_one_that_is_larger_than_a_round_has_its_own() -> None:
    doubling = Doubling()
    await asked(doubling, 1, 2, 3, bytes=2 * MAX_BYTES)
    assert doubling.rounds == [[1], [2], [3]]


async def test_too_many_that_wait_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "MAX_WAITING", 2)
    answers = await asked(Doubling(), 1, 2, 3, 4)
    assert answers[:3] == [2, 4, 6]
    assert isinstance(answers[3], OverloadedError)


async def test_whoever_goes_away_takes_nobody_with_them() -> None:
    doubling = Doubling()
    shared: Rounds[int, int] = Rounds(doubling)
    first, second = asyncio.create_task(shared.ask(1)), asyncio.create_task(shared.ask(2))
    await asyncio.sleep(0)
    first.cancel()
    doubling.gate.set()
    assert await second == 4


async def test_triggers_of_one_moment_are_each_accepted_or_refused(office: Office) -> None:
    """Of those under one key one is accepted, and the others are told of it."""
    await office.push()
    id = office.environment_id
    keyed = [receipt(id, "key"), receipt(id, "key"), receipt(id, "key", says=b"other")]
    asking = [office.trigger("ada", receipt=each) for each in (None, None, receipt(id, "another"), *keyed)]
    answers = await asyncio.gather(*asking, return_exceptions=True)
    stored = await office.pool.fetch("SELECT id FROM addressee.workflow_runs WHERE environment_id = $1", id)
    assert {row["id"] for row in stored} == {each for each in answers if isinstance(each, UUID)}
    assert len(stored) == 4
    assert len([each for each in answers[3:] if isinstance(each, RepeatedError | ReceiptMismatchError)]) == 2
