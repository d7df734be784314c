"""Invitations: whoever has the link chooses a password, once and in time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from addressee.operators.accounts import Accounts
from addressee.operators.errors import InvitationInvalidError, InvitedElsewhereError
from addressee.operators.invitations import LIFE, Invitations
from addressee.operators.model import Role
from addressee.operators.signing_in.sign_in import SignIn
from tests.conftest import Environment
from tests.operators.conftest import PASSWORD
from tests.support.clock import MovedClock


async def test_who_accepts_has_an_account_with_the_roles(
    invitations: Invitations, sign_in: SignIn, email: str, environment: Environment, network: str
) -> None:
    token = await invitations.invite(email, "Ada", {environment.id: Role.EDITOR})
    assert (await invitations.accept(token, PASSWORD)).email == email
    operator = await sign_in.check(email, PASSWORD, None, network)
    assert (operator.name, operator.roles) == ("Ada", {environment.id: Role.EDITOR})


async def test_it_is_accepted_once(invitations: Invitations, email: str) -> None:
    token = await invitations.invite(email, "Ada", {})
    await invitations.accept(token, PASSWORD)
    with pytest.raises(InvitationInvalidError):
        await invitations.accept(token, PASSWORD)


async def test_it_expires(invitations: Invitations, email: str, clock: MovedClock) -> None:
    token = await invitations.invite(email, "Ada", {})
    clock.move(LIFE)
    with pytest.raises(InvitationInvalidError):
        await invitations.accept(token, PASSWORD)


async def test_a_password_that_is_refused_leaves_it(invitations: Invitations, email: str, clock: MovedClock) -> None:
    token = await invitations.invite(email, "Ada", {})
    with pytest.raises(ValueError, match="A password has 12 to 256 characters."):
        await invitations.accept(token, "short")
    clock.move(LIFE - timedelta(seconds=1))
    assert (await invitations.accept(token, PASSWORD)).email == email


async def test_a_new_one_replaces_the_last(invitations: Invitations, email: str) -> None:
    first = await invitations.invite(email, "Ada", {})
    second = await invitations.invite(email, "Ada", {})
    with pytest.raises(InvitationInvalidError):
        await invitations.accept(first, PASSWORD)
    assert (await invitations.accept(second, PASSWORD)).email == email


async def test_who_has_an_account_is_not_invited(invitations: Invitations, accounts: Accounts, email: str) -> None:
    token = await invitations.invite(email, "Ada", {})
    await accounts.add(email, "Ada", {}, PASSWORD)
    with pytest.raises(ValueError, match=f"{email} has an account already."):
        await invitations.invite(email, "Ada", {})
    with pytest.raises(InvitationInvalidError):
        await invitations.accept(token, PASSWORD)


async def test_open_ones_are_listed_and_withdrawn_by_environment(
    invitations: Invitations, email: str, environment: Environment, other_environment: Environment, clock: MovedClock
) -> None:
    token = await invitations.invite(email, "Ada", {environment.id: Role.EDITOR, other_environment.id: Role.VIEWER})
    (here,) = await invitations.list(environment.id)
    (there,) = await invitations.list(other_environment.id)
    assert (here.email, here.name, here.role, here.expires_at) == (email, "Ada", Role.EDITOR, clock.now() + LIFE)
    assert (there.handle, there.role) == (here.handle, Role.VIEWER)
    await invitations.withdraw(environment.id, here.handle)
    assert await invitations.list(environment.id) == []
    assert (await invitations.find(token)).roles == {other_environment.id: Role.VIEWER}
    await invitations.withdraw(environment.id, here.handle)
    await invitations.withdraw(other_environment.id, here.handle)
    with pytest.raises(InvitationInvalidError):
        await invitations.find(token)
    await invitations.invite(email, "Ada", {environment.id: Role.EDITOR})
    clock.move(LIFE)
    assert await invitations.list(environment.id) == []


async def test_one_for_other_environments_is_not_replaced(
    invitations: Invitations, email: str, environment: Environment, other_environment: Environment, clock: MovedClock
) -> None:
    token = await invitations.invite(email, "Ada", {other_environment.id: Role.ADMIN})
    with pytest.raises(InvitedElsewhereError):
        await invitations.invite(email, "Ada", {environment.id: Role.VIEWER})
    assert (await invitations.find(token)).roles == {other_environment.id: Role.ADMIN}
    clock.move(LIFE)
    await invitations.invite(email, "Ada", {environment.id: Role.VIEWER})
