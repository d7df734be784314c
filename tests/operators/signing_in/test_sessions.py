"""Sessions: until they are ended, are not used, or are old."""

from __future__ import annotations

from datetime import timedelta

import pytest

from addressee.database.pool import Pool
from addressee.operators.accounts import Accounts
from addressee.operators.expiry import delete_expired_access
from addressee.operators.model import Operator
from addressee.operators.signing_in.sessions import IDLE_LIFE, LIFE, Sessions
from tests.operators.conftest import PASSWORD
from tests.support.clock import MovedClock

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def ada(accounts: Accounts, email: str) -> Operator:
    await accounts.add(email, "Ada", {}, PASSWORD)
    (operator,) = (each for each in await accounts.list() if each.email == email)
    return operator


async def begin(sessions: Sessions, operator: Operator, former: str | None = None) -> str:
    token = await sessions.begin(operator, "192.0.2.1", "a browser", former)
    assert token is not None
    return token


async def test_a_token_finds_its_operator(sessions: Sessions, ada: Operator, clock: MovedClock) -> None:
    token = await begin(sessions, ada)
    found = await sessions.find(token)
    assert found is not None
    assert (found.operator, found.began_at, found.seen_at) == (ada, clock.now(), clock.now())
    assert [await sessions.find(each) for each in (None, "", token[:-1], token + "x")] == [None] * 4


async def test_the_token_is_not_stored(sessions: Sessions, ada: Operator, pool: Pool) -> None:
    token = await begin(sessions, ada)
    (stored,) = await pool.fetch(
        "SELECT sessions::text AS text FROM addressee.operator_sessions AS sessions WHERE operator_id = $1", ada.id
    )
    assert token not in stored["text"]


async def test_it_ends_when_it_is_not_used(sessions: Sessions, ada: Operator, clock: MovedClock) -> None:
    token = await begin(sessions, ada)
    clock.move(IDLE_LIFE - MINUTE)
    assert await sessions.find(token) is not None
    clock.move(IDLE_LIFE - MINUTE)
    assert await sessions.find(token) is not None
    clock.move(IDLE_LIFE)
    assert await sessions.find(token) is None


async def test_it_ends_after_a_week_however_much_it_is_used(
    sessions: Sessions, ada: Operator, clock: MovedClock
) -> None:
    token = await begin(sessions, ada)
    hours = timedelta(hours=6)
    for _ in range(LIFE // hours - 1):
        clock.move(hours)
        assert await sessions.find(token) is not None
    clock.move(hours)
    assert await sessions.find(token) is None


async def test_signing_in_again_ends_the_session_that_the_browser_had(sessions: Sessions, ada: Operator) -> None:
    former = await begin(sessions, ada)
    token = await begin(sessions, ada, former)
    assert await sessions.find(former) is None
    assert await sessions.find(token) is not None


async def test_signing_out_ends_one(sessions: Sessions, ada: Operator) -> None:
    one, other = await begin(sessions, ada), await begin(sessions, ada)
    await sessions.end(one)
    assert await sessions.find(one) is None
    assert await sessions.find(other) is not None


async def test_a_new_password_ends_all(sessions: Sessions, accounts: Accounts, ada: Operator) -> None:
    tokens = [await begin(sessions, ada) for _ in range(2)]
    await accounts.set_password(ada.email, "another horse battery")
    assert [await sessions.find(token) for token in tokens] == [None, None]


async def test_disabling_ends_all_and_none_begins(sessions: Sessions, accounts: Accounts, ada: Operator) -> None:
    token = await begin(sessions, ada)
    await accounts.disable(ada.email)
    assert await sessions.find(token) is None
    assert await sessions.begin(ada, "192.0.2.1", "a browser") is None
    await accounts.enable(ada.email)
    assert await sessions.find(token) is None


async def test_old_ones_are_deleted(sessions: Sessions, ada: Operator, clock: MovedClock, pool: Pool) -> None:
    await begin(sessions, ada)
    clock.move(IDLE_LIFE)
    async with pool.acquire() as connection:
        await delete_expired_access(connection, clock.now())
    left = "SELECT count(*) FROM addressee.operator_sessions WHERE operator_id = $1"
    assert await pool.fetchval(left, ada.id) == 0


async def test_an_operator_s_own_are_listed_the_present_one_first(
    sessions: Sessions, accounts: Accounts, ada: Operator, clock: MovedClock
) -> None:
    present = await begin(sessions, ada)
    clock.move(MINUTE)
    older = await begin(sessions, ada)
    clock.move(MINUTE)
    newer = await begin(sessions, ada)
    await accounts.add(f"bob-{ada.email}", "Bob", {}, PASSWORD)
    (bob,) = (each for each in await accounts.list() if each.email == f"bob-{ada.email}")
    await begin(sessions, bob)
    listed = await sessions.list(ada, present)
    assert [(each.is_own, clock.now() - each.began_at) for each in listed] == [
        (True, 2 * MINUTE),
        (False, 0 * MINUTE),
        (False, MINUTE),
    ]
    assert {(each.address, each.user_agent) for each in listed} == {("192.0.2.1", "a browser")}

    await sessions.end_listed(bob, listed[1].handle)
    assert await sessions.find(newer) is not None
    await sessions.end_listed(ada, listed[1].handle)
    assert await sessions.find(newer) is None
    assert await sessions.find(older) is not None
    await sessions.end_others(ada, present)
    assert await sessions.find(older) is None
    assert [each.is_own for each in await sessions.list(ada, present)] == [True]
    clock.move(IDLE_LIFE)
    assert await sessions.list(ada, present) == []
