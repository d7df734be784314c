"""Acts of operators: recorded with a name and a subject, listed newest first, found from the history they caused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from uuid_utils.compat import uuid7

from addressee.database.paging import PageRequest
from addressee.database.pool import Pool
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Identify
from addressee.directory.recipient import Identity, Place
from addressee.directory.writing.history import NO_ORIGIN
from addressee.directory.writing.writes import Write
from addressee.operators.accounts import Accounts
from addressee.operators.acts import Acts
from addressee.operators.erasure import erase_acts
from addressee.operators.expiry import delete_old_acts
from addressee.operators.model import Operator, Role
from tests.conftest import Environment
from tests.operators.conftest import PASSWORD
from tests.support.clock import MovedClock


@pytest.fixture
def acts(pool: Pool, clock: MovedClock) -> Acts:
    return Acts(pool, clock)


@pytest.fixture
async def operator(accounts: Accounts, email: str, environment: Environment) -> Operator:
    await accounts.add(email, "Grace Hopper", {environment.id: Role.EDITOR}, PASSWORD)
    (added,) = [each for each in await accounts.list() if each.email == email]
    return added


async def test_acts_are_listed_newest_first(acts: Acts, operator: Operator, environment: Environment) -> None:
    for number in range(3):
        await acts.record(operator, environment.id, "users.edit", "$users", f"ada-{number}", {"fields": ["name"]})
    first = await acts.list(environment.id, PageRequest(2))
    assert [act.subject for act in first.entries] == ["ada-2", "ada-1"]
    rest = await acts.list(environment.id, PageRequest(2, after=first.entries[-1].id))
    assert [act.subject for act in rest.entries] == ["ada-0"]
    (act,) = rest.entries
    assert (act.operator_name, act.operator_email, act.name) == ("Grace Hopper", operator.email, "users.edit")
    assert (act.collection, act.detail) == ("$users", {"fields": ["name"]})


async def test_acts_of_one_recipient_are_listed_alone(
    acts: Acts, operator: Operator, environment: Environment, other_environment: Environment
) -> None:
    for environment_id, subject in ((environment.id, "ada"), (environment.id, "bob"), (other_environment.id, "ada")):
        await acts.record(operator, environment_id, "users.edit", "$users", subject)
    found = await acts.list_of(environment.id, "$users", "ada", PageRequest(10))
    assert [(act.subject, act.name) for act in found.entries] == [("ada", "users.edit")]


async def test_the_history_leads_to_the_act(
    acts: Acts, operator: Operator, environment: Environment, other_environment: Environment
) -> None:
    origin = await acts.record(operator, environment.id, "users.edit", "$users", "ada")
    assert origin.request_id is not None
    found = await acts.behind(environment.id, [None, "some-request", origin.request_id])
    assert {request: act.operator_name for request, act in found.items()} == {origin.request_id: "Grace Hopper"}
    assert await acts.behind(other_environment.id, [origin.request_id]) == {}


async def test_those_of_one_operator_are_listed_with_how_they_came_in(
    acts: Acts,
    accounts: Accounts,
    operator: Operator,
    email: str,
    environment: Environment,
    other_environment: Environment,
) -> None:
    await accounts.add(f"bob-{email}", "Bob", {other_environment.id: Role.ADMIN}, PASSWORD)
    (bob,) = [each for each in await accounts.list() if each.email == f"bob-{email}"]
    for each in (operator, bob):
        await acts.record(each, None, "sessions.begin")
        await acts.record(each, environment.id, "users.edit")
    everybody = await acts.list(environment.id, PageRequest(10))
    assert [(act.operator_name, act.name) for act in everybody.entries] == [
        ("Bob", "users.edit"),
        ("Grace Hopper", "users.edit"),
        ("Grace Hopper", "sessions.begin"),
    ]
    own = await acts.list(environment.id, PageRequest(1), operator.id)
    assert [act.name for act in own.entries] == ["users.edit"]
    rest = await acts.list(environment.id, PageRequest(1, after=own.entries[-1].id), operator.id)
    assert [act.name for act in rest.entries] == ["sessions.begin"]
    assert rest.after is None


async def test_they_are_deleted_with_the_history_of_their_month(
    acts: Acts, operator: Operator, environment: Environment, clock: MovedClock, pool: Pool
) -> None:
    for name in ("old", "new"):
        await acts.record(operator, environment.id, name)
        clock.move(timedelta(days=30))
    # The first was in June, the second in July: in June a year later the months since June are kept.
    for moment, left in (
        (datetime(2026, 6, 30, tzinfo=UTC), ["new", "old"]),
        (datetime(2026, 7, 1, tzinfo=UTC), ["new"]),
    ):
        async with pool.acquire() as connection:
            await delete_old_acts(connection, moment)
        assert [act.name for act in (await acts.list(environment.id, PageRequest(10))).entries] == left


async def test_whoever_is_erased_is_in_no_act_any_more(
    acts: Acts, operator: Operator, environment: Environment, pool: Pool
) -> None:
    gone = Identity(environment.id, "$users", "ada", uuid7())
    await acts.record(operator, environment.id, "users.edit", "$users", "ada", {"fields": ["name"]})
    await acts.record(operator, environment.id, "users.edit", "$users", "bob", {"fields": ["name"]})
    directory = Directory(pool)
    await directory.write(Write(Place(environment.id, "$users", "ada"), (Identify(),), NO_ORIGIN))
    await acts.record(operator, environment.id, "users.delete", "$users", "ada")
    async with pool.acquire() as connection:
        await erase_acts(connection, [gone])
    assert [
        (act.name, act.subject, act.detail) for act in (await acts.list(environment.id, PageRequest(10))).entries
    ] == [
        ("users.delete", "ada", {}),
        ("users.edit", "bob", {"fields": ["name"]}),
        ("users.edit", None, {}),
    ]
