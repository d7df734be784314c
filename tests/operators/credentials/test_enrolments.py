"""Enrolments: a secret between being shown and being confirmed, which only the service can make."""

from __future__ import annotations

from base64 import urlsafe_b64encode

import pytest

from addressee.database.sealing import Sealer
from addressee.operators.accounts import Accounts
from addressee.operators.credentials.enrolments import LIFE, Enrolments
from addressee.operators.errors import EnrolmentInvalidError
from addressee.operators.model import Operator
from tests.operators.conftest import PASSWORD
from tests.support.clock import MovedClock


@pytest.fixture
def enrolments(sealer: Sealer, clock: MovedClock) -> Enrolments:
    return Enrolments(sealer, clock)


async def account(accounts: Accounts, email: str) -> Operator:
    await accounts.add(email, "Ada", {}, PASSWORD)
    (found,) = [operator for operator in await accounts.list() if operator.email == email]
    return found


async def test_the_form_brings_the_secret_back(enrolments: Enrolments, accounts: Accounts, email: str) -> None:
    operator = await account(accounts, email)
    begun = enrolments.begin(operator)
    assert enrolments.resume(operator, begun.sealed) == begun
    assert begun.secret not in begun.sealed
    assert begun.url.endswith(f"secret={begun.secret}&issuer=Addressee")


async def test_it_is_of_no_use_to_another_operator(enrolments: Enrolments, accounts: Accounts, email: str) -> None:
    begun = enrolments.begin(await account(accounts, email))
    with pytest.raises(EnrolmentInvalidError):
        enrolments.resume(await account(accounts, f"other-{email}"), begun.sealed)


@pytest.mark.parametrize("sealed", ["", "é", "no base64", urlsafe_b64encode(b'{"secret":"mine"}').decode()])
async def test_nobody_brings_a_secret_of_their_own(
    enrolments: Enrolments, accounts: Accounts, email: str, sealed: str
) -> None:
    with pytest.raises(EnrolmentInvalidError):
        enrolments.resume(await account(accounts, email), sealed)


async def test_it_expires(enrolments: Enrolments, accounts: Accounts, email: str, clock: MovedClock) -> None:
    operator = await account(accounts, email)
    begun = enrolments.begin(operator)
    clock.move(LIFE)
    with pytest.raises(EnrolmentInvalidError):
        enrolments.resume(operator, begun.sealed)
