"""Several processes write the same recipients, delete them and create them again: some one-by-one order explains it.

The model below is the plain one: a dict of properties or nothing. Each answer says what the recipient was before and
after; the answers of one recipient must form a single walk from nothing to what is stored, in which every step is
what the model does.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter, defaultdict
from typing import Any

import pytest

from addressee.database.pool import Pool
from addressee.database.target import Target
from addressee.directory.directory import Directory
from addressee.directory.recipient import USERS, Place
from tests.conftest import Environment
from tests.support.processes import run_module
from tests.support.random_writes import snapshot

PROCESSES = 4
CALLERS = 8
TURNS = 30
USERS_WRITTEN = 5


def model(properties: dict[str, Any] | None, edit: dict[str, Any]) -> dict[str, Any] | None:
    """Properties as they become; None: there is no one."""
    match edit:
        case {"kind": "delete"}:
            return None
        case {"kind": "unset", "key": key}:
            return properties and {name: value for name, value in properties.items() if name != key}
        case {"kind": "append", "token": token}:
            log = (properties or {}).get("log", [])
            return {**(properties or {}), "log": [*log, token]}
        case {"kind": "identify", "token": token}:
            return {**(properties or {}), "last": token}
    raise AssertionError(edit)


def living(state: dict[str, Any] | None) -> dict[str, Any] | None:
    return state["properties"] if state and state["alive"] else None


def key(state: dict[str, Any] | None) -> str:
    return json.dumps(state, sort_keys=True)


def check_chain(answers: list[dict[str, Any]], final: dict[str, Any] | None) -> None:
    """The effective answers form one walk from nothing to `final` that takes each of them once.

    Such a walk exists exactly when every state is left as often as it is reached (but for the first and the last),
    and all of them hang together. A state may recur: edits that waited together share a version.
    """
    steps = [answer for answer in answers if key(answer["before"]) != key(answer["after"])]
    balance = Counter({key(None): -1})
    balance[key(final)] += 1
    onward = defaultdict(list)
    for step in steps:
        before, after = step["before"], step["after"]
        assert living(after) == model(living(before), step["edit"])
        assert after["version"] - (before["version"] if before else 0) in (0, 1)
        if before and after["alive"] and not before["alive"]:
            assert after["uid"] != before["uid"], "a revived id kept its identity"
        balance[key(before)] += 1
        balance[key(after)] -= 1
        onward[key(before)].append(key(after))
    assert set(balance.values()) == {0}
    reached, front = {key(None)}, [key(None)]
    while front:
        new = set(onward[front.pop()]) - reached
        reached |= new
        front += new
    assert reached == {key(None)} | {key(step["after"]) for step in steps}
    for answer in answers:
        if key(answer["before"]) == key(answer["after"]):
            assert key(answer["after"]) in reached
            assert model(living(answer["before"]), answer["edit"]) == living(answer["before"])


@pytest.mark.parametrize("seed", [1, 2])
async def test_some_order_of_the_same_edits_explains_every_answer(
    pool: Pool, target: Target, environment: Environment, seed: int
) -> None:
    given = {"environment_id": environment.id, "callers": CALLERS, "turns": TURNS, "users": USERS_WRITTEN}
    runs = [
        run_module("tests.support.random_writes", target, seed=100 * seed + number, **given)
        for number in range(PROCESSES)
    ]
    answers = [answer for run in await asyncio.gather(*runs) for answer in run]
    assert len(answers) == PROCESSES * CALLERS * TURNS
    directory = Directory(pool)
    by_user = defaultdict(list)
    for answer in answers:
        by_user[answer["id"]].append(answer)
    for id, mine in by_user.items():
        final = await directory.reader.find(Place(environment.id, USERS, id))
        check_chain(mine, snapshot(final))
        await check_history(pool, environment, id, mine)


async def check_history(pool: Pool, environment: Environment, id: str, answers: list[dict[str, Any]]) -> None:
    """One change for each effective edit, no more and no fewer."""
    recorded = await pool.fetch(
        "SELECT edit FROM addressee.changes WHERE environment_id = $1 AND collection = $2 AND id = $3",
        environment.id,
        USERS,
        id,
    )
    effective = Counter(answer["edit"]["kind"] for answer in answers if key(answer["before"]) != key(answer["after"]))
    assert Counter(row["edit"] for row in recorded) == effective
