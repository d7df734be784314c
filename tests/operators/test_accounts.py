"""Accounts: one for each e-mail address, with roles of environments."""

from __future__ import annotations

import pytest

from addressee.database.pool import Pool
from addressee.operators.accounts import Accounts
from addressee.operators.errors import OperatorMissingError
from addressee.operators.model import Operator, Role
from tests.conftest import Environment
from tests.operators.conftest import PASSWORD
from tests.support.clock import MovedClock


async def account(accounts: Accounts, email: str) -> Operator:
    (found,) = (operator for operator in await accounts.list() if operator.email == email)
    return found


async def test_an_operator_has_a_role_in_each_environment(
    accounts: Accounts, email: str, environment: Environment, other_environment: Environment, clock: MovedClock
) -> None:
    id = await accounts.add(email.upper(), " Ada ", {environment.id: Role.EDITOR}, PASSWORD)
    operator = await account(accounts, email)
    assert operator == Operator(id, email, "Ada", {environment.id: Role.EDITOR}, False, clock.now())
    assert operator.may(Role.VIEWER, environment.id)
    assert operator.may(Role.EDITOR, environment.id)
    assert not operator.may(Role.ADMIN, environment.id)
    assert not operator.may(Role.VIEWER, other_environment.id)


async def test_a_role_is_replaced_where_another_is_given(
    accounts: Accounts, email: str, environment: Environment, other_environment: Environment
) -> None:
    await accounts.add(email, "Ada", {environment.id: Role.ADMIN, other_environment.id: Role.VIEWER}, PASSWORD)
    await accounts.set_roles(email, {environment.id: Role.VIEWER})
    assert (await account(accounts, email)).roles == {
        environment.id: Role.VIEWER,
        other_environment.id: Role.VIEWER,
    }


async def test_who_is_disabled_may_do_nothing_until_enabled(
    accounts: Accounts, email: str, environment: Environment
) -> None:
    await accounts.add(email, "Ada", {environment.id: Role.ADMIN}, PASSWORD)
    await accounts.disable(email)
    assert not (await account(accounts, email)).may(Role.VIEWER, environment.id)
    await accounts.enable(email)
    assert (await account(accounts, email)).may(Role.ADMIN, environment.id)


async def test_the_password_is_not_stored(accounts: Accounts, email: str, pool: Pool) -> None:
    await accounts.add(email, "Ada", {}, PASSWORD)
    stored = await pool.fetchval("SELECT password_hash FROM addressee.operators WHERE email = $1", email)
    assert stored.startswith("$argon2id$")
    assert PASSWORD not in stored


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"email": "ada"}, "'ada' is not an e-mail address."),
        ({"name": " "}, "A name has 1 to 200 characters."),
        ({"name": "a\0"}, "The name contains a NUL character, which cannot be stored."),
        ({"password": "short"}, "A password has 12 to 256 characters."),
        ({"password": "ada.lovelace@example.org"}, "A password must not be the e-mail address."),
    ],
)
async def test_what_is_not_valid_is_refused(accounts: Accounts, given: dict[str, str], message: str) -> None:
    valid = {"email": "ada.lovelace@example.org", "name": "Ada", "password": PASSWORD}
    with pytest.raises(ValueError, match=message):
        await accounts.add(roles={}, **{**valid, **given})


async def test_an_address_has_one_account(accounts: Accounts, email: str) -> None:
    await accounts.add(email, "Ada", {}, PASSWORD)
    with pytest.raises(ValueError, match=f"{email} has an account already."):
        await accounts.add(email, "Another", {}, PASSWORD)


async def test_nobody_is_changed_who_is_not_there(accounts: Accounts, email: str) -> None:
    for change in (
        accounts.disable(email),
        accounts.enable(email),
        accounts.set_roles(email, {}),
        accounts.set_password(email, PASSWORD),
        accounts.drop_one_time_passwords(email),
    ):
        with pytest.raises(OperatorMissingError, match=f"There is no operator '{email}'"):
            await change
