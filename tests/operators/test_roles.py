"""Roles in an environment: given and taken by its admins, of whom one stays."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from addressee.database.pool import Pool
from addressee.operators.accounts import Accounts
from addressee.operators.acts import Acts
from addressee.operators.errors import LastAdminError, NotAdministeredError, NotMemberError
from addressee.operators.model import Operator, Role
from addressee.operators.roles import Roles
from addressee.operators.signing_in.sessions import Sessions
from tests.conftest import Environment
from tests.operators.conftest import PASSWORD
from tests.support.clock import MovedClock


@pytest.fixture
def roles(pool: Pool, clock: MovedClock) -> Roles:
    return Roles(pool, clock)


async def added(accounts: Accounts, email: str, given: dict[int, Role]) -> Operator:
    await accounts.add(email, "Ada", given, PASSWORD)
    (found,) = [operator for operator in await accounts.list() if operator.email == email]
    return found


async def test_members_are_listed_by_address_with_when_they_were_seen(
    roles: Roles,
    accounts: Accounts,
    sessions: Sessions,
    email: str,
    environment: Environment,
    other_environment: Environment,
    pool: Pool,
    clock: MovedClock,
) -> None:
    never = await added(accounts, f"a-{email}", {environment.id: Role.VIEWER})
    acting = await added(accounts, f"b-{email}", {environment.id: Role.ADMIN})
    present = await added(accounts, f"c-{email}", {environment.id: Role.EDITOR})
    elsewhere = await added(accounts, f"d-{email}", {other_environment.id: Role.ADMIN})
    start = clock.now()
    await Acts(pool, clock).record(acting, environment.id, "users.edit")
    clock.move(timedelta(hours=1))
    await sessions.begin(present, "192.0.2.1", "a browser")
    assert [(each.operator, each.seen_at) for each in await roles.members(environment.id)] == [
        (never, None),
        (acting, start),
        (present, clock.now()),
    ]
    with pytest.raises(NotMemberError):
        await roles.member(environment.id, elsewhere.id)


async def test_a_role_is_changed_and_taken_in_this_environment_only(
    roles: Roles, accounts: Accounts, email: str, environment: Environment, other_environment: Environment
) -> None:
    operator = await added(accounts, email, {environment.id: Role.VIEWER, other_environment.id: Role.VIEWER})
    await roles.change(environment.id, operator.id, Role.EDITOR)
    changed = (await roles.member(environment.id, operator.id)).operator
    assert changed.roles == {environment.id: Role.EDITOR, other_environment.id: Role.VIEWER}
    await roles.take(environment.id, operator.id)
    with pytest.raises(NotMemberError):
        await roles.change(environment.id, operator.id, Role.ADMIN)
    assert (await roles.member(other_environment.id, operator.id)).operator.roles == {other_environment.id: Role.VIEWER}


async def test_the_last_admin_who_may_sign_in_stays(
    roles: Roles, accounts: Accounts, email: str, environment: Environment
) -> None:
    admin = await added(accounts, f"a-{email}", {environment.id: Role.ADMIN})
    other = await added(accounts, f"b-{email}", {environment.id: Role.ADMIN})
    await roles.disable(admin, environment.id, other.id)
    for change in (
        roles.change(environment.id, admin.id, Role.EDITOR),
        roles.take(environment.id, admin.id),
        roles.disable(admin, environment.id, admin.id),
    ):
        with pytest.raises(LastAdminError):
            await change
    await roles.enable(admin, environment.id, other.id)
    await roles.take(environment.id, admin.id)


async def test_two_admins_who_take_each_other_s_role_at_once_do_not_both_succeed(
    roles: Roles, accounts: Accounts, email: str, environment: Environment
) -> None:
    for number in range(5):
        admins = [
            await added(accounts, f"{letter}-{number}-{email}", {environment.id: Role.ADMIN}) for letter in ("a", "b")
        ]
        outcomes = await asyncio.gather(
            *(roles.take(environment.id, admin.id) for admin in admins), return_exceptions=True
        )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["LastAdminError", "NoneType"]
        for admin in admins:
            await accounts.disable(admin.email)


async def test_an_account_is_disabled_by_who_administers_each_of_its_environments(
    roles: Roles,
    accounts: Accounts,
    sessions: Sessions,
    email: str,
    environment: Environment,
    other_environment: Environment,
) -> None:
    here = await added(accounts, f"a-{email}", {environment.id: Role.ADMIN, other_environment.id: Role.EDITOR})
    both = await added(accounts, f"b-{email}", {environment.id: Role.ADMIN, other_environment.id: Role.ADMIN})
    operator = await added(accounts, f"c-{email}", {environment.id: Role.VIEWER, other_environment.id: Role.VIEWER})
    token = await sessions.begin(operator, "192.0.2.1", "a browser")
    with pytest.raises(NotAdministeredError):
        await roles.disable(here, environment.id, operator.id)
    assert await sessions.find(token) is not None
    await roles.disable(both, environment.id, operator.id)
    assert await sessions.find(token) is None
    with pytest.raises(NotAdministeredError):
        await roles.enable(here, environment.id, operator.id)
    await roles.enable(both, environment.id, operator.id)
    assert (await roles.member(environment.id, operator.id)).operator.disabled_at is None
